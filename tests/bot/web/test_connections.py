"""Requests that trickle in over a real socket are ended, and do not end others."""

from __future__ import annotations

import asyncio

import pytest

from bot.web import connections
from tests.attacks.trickle import STARTS, trickle
from tests.bot.edge import Edge

LONGEST = 60.0
"""Far more than the limits below: a slow machine is no failure, a connection that stays open is one."""


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_BYTE_SECONDS", "HEADER_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(connections, name, 1.0)


@pytest.mark.parametrize("kind", STARTS)
async def test_trickling_request_is_ended(app_server: Edge, kind: str) -> None:
    """A byte every tenth of a second; without a limit of its own it would go on for ever."""
    ended = await trickle(app_server.url, STARTS[kind], every=0.1, longest=LONGEST)
    assert ended is not None, "the connection was still open"
    expected = {"silence": b"", "nowhere": b"HTTP/1.1 404"}.get(kind, b"HTTP/1.1 408")
    # a byte that crosses the closing resets the connection, and with it the answer that was not read yet
    assert not ended.answer or ended.answer.startswith(expected)
    assert b"Traceback" not in ended.answer


async def test_many_trickling_requests_delay_nobody(app_server: Edge) -> None:
    slow = [asyncio.create_task(trickle(app_server.url, STARTS["body"], 0.1, LONGEST)) for _ in range(100)]
    session = await app_server.session()
    for number in range(5):
        assert (await app_server.chat(session, "hello", id=str(number))).status == 200
    assert None not in await asyncio.gather(*slow)


async def test_a_connection_is_used_again_after_a_while(app_server: Edge) -> None:
    """Its limits are for each request, and its silence is over with the first byte."""
    address = app_server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(address[0], int(address[1]))
    for _ in range(2):
        writer.write(b"GET /health HTTP/1.1\r\nHost: coop.example\r\n\r\n")
        assert (await reader.readuntil(b"}")).endswith(b'{"status":"ok"}')
        await asyncio.sleep(1.2)  # longer than each of the limits
    writer.close()
