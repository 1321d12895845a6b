"""The office as it is installed: nobody has an account yet, and the tests make the people they need."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from backend.app import Backend
from backend.clock import ManualClock
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.bot.staff.test_office import OPEN
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(OPEN)


@pytest.fixture
async def edge(folder: Path, engine: StandInEngine, twilio: StandInTwilio, clock: ManualClock) -> AsyncIterator[Edge]:
    async with running_edge(folder, engine, twilio, clock) as made:
        made.http._cookie_jar = aiohttp.CookieJar(unsafe=True)  # the test's host is an address
        yield made


@pytest.fixture
def backend(edge: Edge) -> Backend:
    return edge.services.backend
