"""A slow loris: a request of which a byte comes now and then, for ever.

`python -m tests.attacks.trickle http://127.0.0.1:8080 [header|body|silence]` prints when the server ended it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

HEAD = b"POST /chat/messages HTTP/1.1\r\nHost: coop.example\r\nContent-Type: application/json\r\n"
STARTS = {
    "silence": b"",
    "header": HEAD + b"X-Slow: ",
    "body": HEAD + b"Content-Length: 60000\r\n\r\n",
    "chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nea60\r\n",
    "nowhere": HEAD.replace(b"/chat/messages", b"/nowhere") + b"Content-Length: 60000\r\n\r\n",
}


@dataclass
class Ended:
    """What the server sent before it closed the connection, and after how many seconds."""

    answer: bytes
    seconds: float
    sent: int


async def trickle(url: str, start: bytes, every: float, longest: float) -> Ended | None:
    """Send the start, then a byte every so many seconds. None when the connection is still open after `longest`."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    began, sent, answer = time.monotonic(), 0, b""
    ending = asyncio.create_task(reader.read(-1))
    try:
        if start:
            writer.write(start)
        while time.monotonic() - began < longest:
            done, _ = await asyncio.wait([ending], timeout=every)
            if done:
                answer = b"" if ending.exception() else ending.result()
                return Ended(answer, time.monotonic() - began, sent)
            if start:
                writer.write(b"x")
                sent += 1
        return None
    finally:
        ending.cancel()
        writer.close()


async def main(url: str, kinds: list[str]) -> None:
    found = await asyncio.gather(*(trickle(url, STARTS[kind], 1.0, 60.0) for kind in kinds))
    for kind, ended in zip(kinds, found, strict=True):
        outcome = f"closed after {ended.seconds:.1f} s, {ended.answer[:24]!r}" if ended else "still open after 60 s"
        print(f"{kind}: {outcome}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1].rstrip("/"), sys.argv[2:] or list(STARTS)))
