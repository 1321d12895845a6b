"""The server's connections with a time limit for whole headers and bodies, against slow senders.

Sanic counts its own limits from the last byte, so that one byte in ten seconds keeps a request open for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sanic.exceptions import RequestTimeout
from sanic.http import Http, Stage
from sanic.server.protocols.websocket_protocol import WebSocketProtocol

FIRST_BYTE_SECONDS = 15.0
"""Not shorter: browsers open spare connections before they need them."""
HEADER_SECONDS = 10.0
BODY_SECONDS = 15.0
"""For 64 KB, the largest body allowed; a phone with a weak signal manages that."""


class TimedHttp(Http):
    """The requests of one connection, with one time limit for the header and one for the body."""

    __slots__ = ("_body_ends",)

    async def http1_request_header(self) -> None:
        """Raises RequestTimeout."""
        try:
            async with asyncio.timeout(HEADER_SECONDS):
                await super().http1_request_header()
        except TimeoutError:
            raise RequestTimeout("The request took too long to arrive.") from None
        self._body_ends = asyncio.get_running_loop().time() + BODY_SECONDS

    async def read(self) -> bytes | None:
        """Some bytes of the body. Raises RequestTimeout; not when the response has been sent already."""
        try:
            async with asyncio.timeout_at(self._body_ends):
                return await super().read()
        except TimeoutError:
            self.keep_alive = False
            self.request_body = None  # so that Sanic does not wait for the rest of it
            if self.stage is Stage.HANDLER:
                raise RequestTimeout("The request took too long to arrive.") from None
            return None


class TimedProtocol(WebSocketProtocol):
    """A connection. A websocket has its own limits after the handshake, in bot/channels/voice/relay/session.py."""

    HTTP_CLASS = TimedHttp
    __slots__ = ("_silence",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._silence: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._silence = self.loop.call_later(FIRST_BYTE_SECONDS, self.close)

    def data_received(self, data: bytes) -> None:
        self._cancel_first_byte_timer()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_first_byte_timer()
        super().connection_lost(exc)

    def _cancel_first_byte_timer(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
