"""A memberline to talk to: where it answers, and what stands in its database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from backend.app import Backend
from backend.config import Settings
from backend.conversations.service import find_inbound
from backend.outbox import service as outbox
from backend.show import show
from bot.dialogue.messages import Reply
from bot.dialogue.reply_json import reply_from_json

T = TypeVar("T")


class MemberlineSystem:
    """One that is running; `environment` is what it was started with, on top of this process's own."""

    def __init__(self, url: str, environment: dict[str, str] | None = None) -> None:
        self.url = url
        self.environment = environment or {}

    @property
    def settings(self) -> Settings:
        return Settings.from_env({**os.environ, **self.environment})

    def run_with_backend(self, work: Callable[[Backend], Awaitable[T]]) -> T:
        """Do `work` with a backend of this process's own on the system's database."""

        async def run() -> T:
            backend = Backend.create(self.settings)
            try:
                return await work(backend)
            finally:
                await backend.close()

        return asyncio.run(run())

    def show(self, number: str) -> dict[str, Any]:
        """What `memberline show NUMBER --json` tells."""

        async def tell(backend: Backend) -> dict[str, Any]:
            async with backend.db.read_session() as session:
                return await show(session, backend, number)

        return self.run_with_backend(tell)

    def outbox(self) -> list[dict[str, Any]]:
        """What `memberline outbox --json` tells."""

        async def tell(backend: Backend) -> list[dict[str, Any]]:
            async with backend.db.read_session() as session:
                return await outbox.list_messages(session)

        return self.run_with_backend(tell)

    def newest_message(self, purpose: str, recipient: str) -> str | None:
        """The words of the newest message of that purpose to that phone or address."""

        async def tell(backend: Backend) -> str | None:
            async with backend.db.read_session() as session:
                return await outbox.newest_body(session, purpose, recipient)

        return self.run_with_backend(tell)

    def find_reply(self, channel: str, provider_id: str) -> Reply | None:
        """The answer that is kept of a message; None while there is none."""

        async def tell(backend: Backend) -> Reply | None:
            async with backend.db.read_session() as session:
                row = await find_inbound(session, channel, provider_id)
                return reply_from_json(row.reply) if row and row.reply is not None else None

        return self.run_with_backend(tell)
