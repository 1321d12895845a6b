"""The server's connections, with an end to each wait: who sends a byte now and then must not hold one for long.

Sanic counts its limits from the last byte, so that one byte in ten seconds keeps a request open for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sanic.exceptions import RequestTimeout
from sanic.http import Http, Stage
from sanic.server.protocols.websocket_protocol import WebSocketProtocol

FIRST_BYTE_SECONDS = 15.0
"""Browsers open a connection beside the first one before they need it."""
HEADER_SECONDS = 10.0
BODY_SECONDS = 15.0
"""For 64 KB, which is the most that a body may have: a phone with one bar makes that."""


class TimedHttp(Http):
    """One connection's requests. The whole header and the whole body have a time each."""

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
        """Some bytes of the body. Raises RequestTimeout, except when the answer has been sent already."""
        try:
            async with asyncio.timeout_at(self._body_ends):
                return await super().read()
        except TimeoutError:
            self.keep_alive = False
            self.request_body = None  # nobody waits for the rest of it
            if self.stage is Stage.HANDLER:
                raise RequestTimeout("The request took too long to arrive.") from None
            return None


class TimedProtocol(WebSocketProtocol):
    """A connection; a socket after its handshake has the limits of bot/channels/voice/relay.py."""

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
