"""Crashes and broken lines on demand: at any point where the code speaks to the database or to the network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.db import Database
from tests.backend.network import DirectNetwork


class Crash(BaseException):
    """The process is gone. Not an Exception, so that nothing handles it."""


class Faults:
    """Raises `error` at the n-th point that is reached after arm(n), once."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._error: type[BaseException] = Crash
        self.struck: str | None = None

    def arm(self, points: int, error: type[BaseException] = Crash) -> None:
        self._left, self._error, self.struck = points, error, None

    def disarm(self) -> None:
        self._left = None

    @contextmanager
    def crashing(self, point: int, error: type[BaseException] = Crash) -> Iterator[None]:
        """Strike at this point within the block, which ends there as the process would."""
        self.arm(point, error)
        with suppress(Crash):
            yield
        self.disarm()

    def every_point(self, most: int = 40) -> Iterator[int]:
        """Points to strike at, one after the other, until one is not reached any more."""
        for point in range(most):
            yield point
            if self.struck is None:
                return
        pytest.fail("the points never end")

    def reached(self, point: str) -> None:
        if self._left is None:
            return
        if self._left == 0:
            self._left, self.struck = None, point
            raise self._error(point)
        self._left -= 1


class BreakingDatabase(Database):
    """A database whose process may end just before or just after a commit."""

    def __init__(self, url: str, faults: Faults) -> None:
        super().__init__(url)
        self._faults = faults

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with super().transaction() as session:
            yield session
            self._faults.reached("before commit")
        self._faults.reached("after commit")


def break_everywhere(backend: Backend, network: DirectNetwork) -> Faults:
    """Crashes may strike both; the backend gets a database of its own for it."""
    faults = Faults()
    backend.db = BreakingDatabase(backend.db.url, faults)
    network.before = lambda name: faults.reached(f"before {name}")
    network.after = lambda name: faults.reached(f"after {name}")
    return faults
