"""The edge for real: the app on a free port, a SQLite file, and stand-ins for the engine and for Twilio."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser

from backend.app import Backend
from backend.clock import Clock, ManualClock
from backend.demo import seed
from tests.bot.edge import ACCOUNT, AUTH_TOKEN, NUMBER, Edge
from tests.bot.serving import serving, settings_for
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

NOON = datetime.fromisoformat("2026-11-23T18:00:00+00:00")
ENGINE_TOKEN = "an engine's token for tests alone"


@pytest.fixture
async def engine() -> AsyncIterator[StandInEngine]:
    made = StandInEngine(ENGINE_TOKEN)
    await made.start()
    yield made
    made.gate.set()
    await made.stop()


@pytest.fixture
async def twilio() -> AsyncIterator[StandInTwilio]:
    made = StandInTwilio(ACCOUNT, AUTH_TOKEN)
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def running_edge(
    folder: Path,
    engine: StandInEngine,
    twilio: StandInTwilio,
    clock: Clock | None = None,
    **environment: str,
) -> AsyncIterator[Edge]:
    """The app over the database in `folder`: entering it again is a restart."""
    settings = settings_for(
        folder,
        **{
            "ENGINE_URL": engine.url,
            "ENGINE_TOKEN": ENGINE_TOKEN,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_API_URL": twilio.url,
            **environment,
        },
    )
    async with serving(settings, clock) as services, aiohttp.ClientSession() as http:
        yield Edge(services, engine, twilio, http)


@pytest.fixture
def folder(tmp_path: Path, migrated_database: Path) -> Path:
    """A runtime folder with an empty database in it."""
    shutil.copyfile(migrated_database, tmp_path / "memberline.db")
    return tmp_path


@pytest.fixture
async def app_server(folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    async with running_edge(folder, engine, twilio) as edge:
        yield edge


@pytest.fixture
async def browser(browser: Browser) -> AsyncIterator[Browser]:
    """A Chromium without pages, cookies or storage of another test: starting one takes longer than most tests."""
    yield browser
    for context in browser.contexts:
        await context.close()


@pytest.fixture(scope="session")
async def demo_database(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Path:
    """A SQLite file to copy that has the demo members, made at NOON: making them takes more than a test of them."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(migrated_database, folder / "memberline.db")
    backend = Backend.create(settings_for(folder), ManualClock(NOON))
    await seed(backend)
    await backend.close()
    return folder / "memberline.db"


@pytest.fixture
def demo_folder(tmp_path: Path, demo_database: Path) -> Path:
    """A runtime folder with the demo members in its database."""
    shutil.copyfile(demo_database, tmp_path / "memberline.db")
    return tmp_path
