"""A cookie that is none of ours is no cookie, over real HTTP. The office reads its cookies by the same function."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from tests.bot.edge import Edge

NAMES = ("ml_session", "ml_device", "ml_staff", "ml_staff_device", "ml_staff_sso", "ml_door")
FORM = b"user_id=ruth.alvarez&email=ruth%40example.com&password=wrong+one"


async def ask(edge: Edge, method: str, path: str, body: bytes = b"") -> int:
    """The status of a request whose cookies are bytes that are no text."""
    url = urlsplit(edge.url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    cookies = b"; ".join(name.encode() + b"=\xff\xfe" for name in NAMES)
    head = f"{method} {path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    head += f"Origin: {edge.url}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    writer.write(head.encode() + b"Cookie: " + cookies + b"\r\n\r\n" + body)
    status = await reader.readline()
    writer.close()
    return int(status.split()[1])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/portal"),
        ("GET", "/portal/login"),
        ("POST", "/portal/login"),
    ],
)
async def test_bytes_that_are_no_text_are_no_cookie(app_server: Edge, method: str, path: str) -> None:
    status = await ask(app_server, method, path, FORM if method == "POST" else b"")
    assert status in (200, 302, 303, 422), status
