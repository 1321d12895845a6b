"""memberline as it is really served, from the lab, on ports that nobody takes between the choice and the listening."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from backend.app import Backend
from backend.config import Settings
from lab import served_system
from tests.support.ports import free_port

T = TypeVar("T")


class ServedSystem(served_system.ServedSystem):
    def __init__(self, folder: Path, office: str | None = None, **environment: str) -> None:
        ports = {name: str(free_port()) for name in ("PORT", "ENGINE_PORT", "SANDBOX_NETWORK_PORT")}
        super().__init__(folder, office, **ports, **environment)

    @property
    def settings(self) -> Settings:
        """Read once for each environment: a client that signs asks for them with every line."""
        return _read_settings(frozenset(self.environment.items()))

    def run_with_backend(self, work: Callable[[Backend], Awaitable[T]]) -> T:
        """With the same backend each time: a test looks into the database for every code and every account."""

        async def run() -> T:
            return await work(self._backend)

        return self._loop.run_until_complete(run())

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.new_event_loop()

    @cached_property
    def _backend(self) -> Backend:
        return Backend.create(self.settings)

    def stop(self) -> int:
        if "_backend" in vars(self):
            self._loop.run_until_complete(self._backend.close())
            self._loop.close()
            del self._backend, self._loop
        return super().stop()


@cache
def _read_settings(environment: frozenset[tuple[str, str]]) -> Settings:
    return Settings.from_env(dict(environment))


class OwnSystems(served_system.OwnSystems):
    kind = ServedSystem
