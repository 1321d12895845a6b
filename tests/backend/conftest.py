"""A backend on each database, with the sandbox network's own code behind it and a clock that only tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.config import Settings
from tests.backend.databases import KINDS, Databases
from tests.backend.household import NOW, Household, make_household
from tests.backend.network import DirectNetwork


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    url = databases.new(request.param)
    yield url
    databases.drop(url)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def network() -> DirectNetwork:
    return DirectNetwork()


@pytest.fixture
async def backend(
    database_url: str, clock: ManualClock, network: DirectNetwork, tmp_path: Path
) -> AsyncIterator[Backend]:
    made = build(database_url, tmp_path, clock, network)
    yield made
    await made.close()


@pytest.fixture
async def home(backend: Backend) -> Household:
    return await make_household(backend)


def build(url: str, folder: Path, clock: ManualClock, network: DirectNetwork) -> Backend:
    """A backend as the app builds it, its payments going to `network`."""
    made = Backend.create(_settings().with_values(database_url=url, runtime_dir=folder), clock)
    made.payments = network
    return made


@cache
def _settings() -> Settings:
    """Read once: reading takes as long as many a test, and nothing else depends on the database and the folder."""
    return Settings.from_env(
        {
            "MEMBERLINE_ENV": "test",
            "SECRET_KEY": "a key for tests alone",
            "MEMBERLINE_RUNTIME_DIR": "/nonexistent",
            **dict.fromkeys(("TEXTS_PER_SECOND", "CALLS_PER_SECOND", "EMAILS_PER_SECOND"), "1000"),
        }
    )
