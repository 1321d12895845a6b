"""A conversation in the terminal, over the same HTTP API as the web widget."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import aiohttp

from backend.errors import MemberlineError


async def run_chat(url: str) -> None:
    """Read lines until the end of input. Raises MemberlineError when nothing is served at `url`."""
    async with aiohttp.ClientSession(url) as http:
        try:
            async with http.post("/chat/sessions") as answer:
                session = (await answer.json())["session"]
        except aiohttp.ClientError:
            raise MemberlineError(f"nothing answers at {url}: start it with `make run`") from None
        print("Write to the assistant. Ctrl-D ends.")
        while True:
            try:
                said = await asyncio.to_thread(input, "> ")
            except EOFError:
                return
            if not said.strip():
                continue
            body = {"session": session, "id": uuid.uuid4().hex, "text": said}
            async with http.post("/chat/messages", json=body) as answer:
                result: dict[str, Any] = await answer.json()
            if "error" in result:
                print(f"! {result['error']['message']}")
            for message in result.get("messages", []):
                print(message.get("text") or "")
                for number, button in enumerate(message.get("buttons") or [], 1):
                    print(f"  {number}. {button['title']}")
                if message.get("link"):
                    print(f"  {message['link']}")
