"""The event stream of the web chat, as a browser reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.bot.edge import Edge


class Stream:
    """An open event stream, read as a browser would."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.events: list[tuple[str, str | None, Any]] = []
        self.raw = ""

    async def read(self) -> None:
        async for chunk in self.response.content.iter_any():
            self.raw += chunk.decode()
            while "\n\n" in self.raw:
                block, self.raw = self.raw.split("\n\n", 1)
                self._take(block)

    def _take(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and not line.startswith(":"))
        if "data" in fields:
            self.events.append((fields["event"], fields.get("id"), json.loads(fields["data"])))

    @property
    def messages(self) -> list[Any]:
        return [data for name, _, data in self.events if name == "message"]


@asynccontextmanager
async def listening(edge: Edge, session: str, **headers: str) -> AsyncIterator[Stream]:
    async with edge.http.get(f"{edge.url}/chat/events", params={"session": session}, headers=headers) as response:
        assert response.status == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        stream = Stream(response)
        reading = asyncio.create_task(stream.read())
        yield stream
        reading.cancel()
