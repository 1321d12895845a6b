"""A running memberline: its address, and what is in its database."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Awaitable, Callable
from functools import cached_property
from types import TracebackType
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

    def newest_code(self, *recipients: str) -> str | None:
        """The newest one-time code sent to the first of these phones and emails that got one."""
        for recipient in recipients:
            if code := re.search(r"\b\d{6}\b", self.newest_message("code", recipient) or ""):
                return code[0]
        return None

    def find_reply(self, channel: str, provider_id: str) -> Reply | None:
        """The stored answer to a message; None while there is none."""
        row = self.read(lambda session, _: find_inbound(session, channel, provider_id))
        return reply_from_json(row.reply) if row and row.reply is not None else None


class SharedSystem(MemberlineSystem):
    """`system` for many threads at once: keeps one backend open, on an event loop of its own. A context manager."""

    def __init__(self, system: MemberlineSystem) -> None:
        super().__init__(system.url, system.environment)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @cached_property
    def settings(self) -> Settings:
        return super().settings

    @cached_property
    def backend(self) -> Backend:
        return Backend.create(self.settings)

    def run_with_backend(self, work: Callable[[Backend], Awaitable[T]]) -> T:
        async def run() -> T:
            return await work(self.backend)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def __enter__(self) -> SharedSystem:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run_with_backend(lambda backend: backend.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
