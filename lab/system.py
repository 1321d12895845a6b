"""A running memberline: where it answers, and what is in its database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.config import Settings
from backend.conversations.service import find_inbound
from backend.outbox import service as outbox
from backend.show import show
from bot.dialogue.messages import Reply, reply_from_json

T = TypeVar("T")


class MemberlineSystem:
    """`environment` is what it was started with, on top of this process's own."""

    def __init__(self, url: str, environment: dict[str, str] | None = None) -> None:
        self.url = url
        self.environment = environment or {}

    @property
    def settings(self) -> Settings:
        return Settings.from_env({**os.environ, **self.environment})

    def run_with_backend(self, work: Callable[[Backend], Awaitable[T]]) -> T:
        """Run `work` with a backend of this process on the system's database."""

        async def run() -> T:
            backend = Backend.create(self.settings)
            try:
                return await work(backend)
            finally:
                await backend.close()

        return asyncio.run(run())

    def read(self, query: Callable[[AsyncSession, Backend], Awaitable[T]]) -> T:
        """Run a query in a read session."""

        async def run(backend: Backend) -> T:
            async with backend.db.read_session() as session:
                return await query(session, backend)

        return self.run_with_backend(run)

    def show(self, number: str) -> dict[str, Any]:
        """What `memberline show NUMBER --json` prints."""
        return self.read(lambda session, backend: show(session, backend, number))

    def outbox(self) -> list[dict[str, Any]]:
        """What `memberline outbox --json` prints."""
        return self.read(lambda session, _: outbox.list_messages(session))

    def newest_message(self, purpose: str, recipient: str) -> str | None:
        """The text of the newest message of that purpose to that phone or address."""
        return self.read(lambda session, _: outbox.newest_body(session, purpose, recipient))

    def find_reply(self, channel: str, provider_id: str) -> Reply | None:
        """The stored answer to a message; None while there is none."""
        row = self.read(lambda session, _: find_inbound(session, channel, provider_id))
        return reply_from_json(row.reply) if row and row.reply is not None else None
