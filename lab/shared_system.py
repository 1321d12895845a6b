"""A system that many threads query at once, through one backend on an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import cached_property
from types import TracebackType
from typing import TypeVar

from backend.app import Backend
from backend.config import Settings
from lab.system import MemberlineSystem

T = TypeVar("T")


class SharedSystem(MemberlineSystem):
    """The same system as `system`, but `run_with_backend` keeps one backend open. Use it as a context manager."""

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
