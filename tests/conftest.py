"""What tests of every folder share: memberline as it is really served, once a session."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from backend.migrations.run import upgrade
from lab.served_system import CLOSED, OPEN
from tests.standins.multispeak import MultiSpeakServer
from tests.support import engines, scheduling
from tests.support.chromium import browser, chromium  # noqa: F401 - fixtures
from tests.support.served import OwnSystems, ServedSystem

# a busy machine is no failure; what must be fast has a test of its own, in processor time
settings.register_profile("any_machine", deadline=None)
# a build tells whether the change broke something: new examples are looked for on an engineer's machine
settings.register_profile("build", deadline=None, derandomize=True, database=None)
settings.load_profile("build" if os.environ.get("CI") else "any_machine")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return scheduling.count_workers(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """`--dist loadfile` is ours; every other kind is as xdist has it."""
    return scheduling.BySharedServers(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        scheduling.put_longest_first(items)


@pytest.fixture(scope="session", autouse=True)
async def nothing_left_running() -> AsyncIterator[None]:
    """Cancel what the tests left, more than once, before their loop closes.

    The closing loop cancels once and then waits for ever. SQLAlchemy swallows one cancellation while it closes a broken
    connection (`AsyncAdapt_terminate`), and waits on for a thread that may be gone.
    """
    yield
    for _ in range(3):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=2)


@pytest.fixture(scope="session", autouse=True)
def cheap_engines() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        engines.share_statements(patch)
        engines.leave_writing_to_the_system(patch)
        engines.run_sqlite_beside_the_loop_where_it_waits(patch)
        engines.read_coop_once(patch)
        yield


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: migrating anew for each test takes most of its time."""
    path = tmp_path_factory.mktemp("schema") / "memberline.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnSystems]:
    """The app, the engine and the sandbox network on free ports, with a database of their own: for each state of the
    office one, on a given day."""
    systems = OwnSystems(tmp_path_factory.mktemp("served"))
    yield systems
    systems.stop()


@pytest.fixture(scope="session")
def served(offices: OwnSystems) -> ServedSystem:
    """memberline while the office is closed."""
    return offices.get_system(CLOSED)


@pytest.fixture(scope="session")
def open_office(offices: OwnSystems) -> ServedSystem:
    """memberline in office hours."""
    return offices.get_system(OPEN)


@pytest.fixture(scope="session")
def multispeak_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MultiSpeakServer]:
    server = MultiSpeakServer(tmp_path_factory.mktemp("multispeak"))
    yield server
    server.close()


@pytest.fixture
def multispeak(multispeak_process: MultiSpeakServer) -> MultiSpeakServer:
    """A billing and an outage system with empty books, on the npm package `soap`."""
    multispeak_process.reset()
    return multispeak_process
