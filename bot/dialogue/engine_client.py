"""The HTTP client of the dialogue engine: one connection pool, one token, short timeouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from backend.config import Settings
from backend.logs import CONVERSATION, REQUEST
from bot.dialogue.messages import Button, Inbound, Message

TURN_SECONDS = 8.0
CONNECT_SECONDS = 2.0


class EngineError(Exception):
    """The engine did not answer a turn; the message must be answered later."""


class EngineUnavailable(EngineError):
    """The engine could not be reached or did not answer in time."""


class EngineFailed(EngineError):
    """The engine was reached and failed on this turn."""


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """What the engine says to a message, and what it understood (`engine/turn_reading.py`), for the review."""

    messages: tuple[Message, ...]
    reading: dict[str, Any]


class EngineClient:
    """Calls the `edge` channel of the engine on loopback."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.engine_url}/webhooks/edge"
        self._headers = {"Authorization": f"Bearer {settings.engine_token}"}
        self._session: aiohttp.ClientSession | None = None

    async def send_turn(self, inbound: Inbound, text: str, metadata: dict[str, Any]) -> EngineAnswer:
        """Send one turn; `text` is the member's words or a payload such as `/affirm`. Raises EngineError."""
        sender = {"conversation": inbound.conversation, "channel": inbound.channel}
        named = {"conversation": CONVERSATION.get(), "request": REQUEST.get()}
        answer = await self._post("turn", {**sender, "text": text, "metadata": metadata, "log": named})
        reading = answer.get("reading")
        messages = tuple(_parse_message(raw) for raw in answer.get("messages", []))
        return EngineAnswer(messages, reading if isinstance(reading, dict) else {})

    async def parse(self, text: str, channel: str) -> dict[str, Any]:
        """Parse a sentence outside any conversation. Raises EngineError."""
        return await self._post("parse", {"text": text, "channel": channel})

    async def forget(self, conversation: str, messages: dict[str, str]) -> None:
        """Replace messages in its tracker: {provider_id: redacted text}. Raises EngineError."""
        await self._post("forget", {"conversation": conversation, "messages": messages})

    async def find_knowledge_version(self) -> str:
        """The name of the changed knowledge that it searches; empty for knowledge/ as it is. Raises EngineError."""
        found = await self._ask("GET", "knowledge", None, CONNECT_SECONDS)
        return str(found.get("version", ""))

    async def send_knowledge(self, version: str, changed: Mapping[str, str | None]) -> None:
        """Have it search the changed subjects too: their files' texts; None: switched off. Raises EngineError."""
        await self._post("knowledge", {"version": version, "changed": dict(changed)})

    async def is_healthy(self) -> bool:
        """Whether the engine has loaded its model and answers."""
        try:
            timeout = aiohttp.ClientTimeout(total=CONNECT_SECONDS)
            async with self._get_session().get(f"{self._url}/health", timeout=timeout) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", path, body, TURN_SECONDS)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
        """The JSON object that it answers within `seconds`. Raises EngineError."""
        limit = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._get_session().request(method, f"{self._url}/{path}", json=body, timeout=limit) as answer:
                if answer.status != 200:
                    raise EngineFailed(f"status {answer.status}")
                found = await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise EngineUnavailable(type(error).__name__) from error
        except ValueError as error:
            raise EngineFailed("not JSON") from error
        if not isinstance(found, dict):
            raise EngineFailed("not an object")
        return found

    def _get_session(self) -> aiohttp.ClientSession:
        # created at the first call: aiohttp needs the running loop
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=CONNECT_SECONDS),
                connector=aiohttp.TCPConnector(limit=200, keepalive_timeout=60),
            )
        return self._session


def _parse_message(raw: dict[str, Any]) -> Message:
    custom = raw.get("custom")
    hints = dict(custom) if isinstance(custom, dict) else {}
    return Message(
        text=str(raw.get("text") or "").strip(),
        buttons=tuple(
            Button(title=str(button.get("title") or ""), payload=str(button.get("payload") or ""))
            for button in raw.get("buttons") or []
        ),
        image=raw.get("image") or None,
        alt=hints.pop("alt", None),
        link=hints.pop("link", None),
        table=hints.pop("table", None),
        hints=hints,
    )
