"""An office with two people, a household and a payment network, for the tests of the pages about money."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from argon2 import PasswordHasher

from backend.app import Backend
from backend.clock import ManualClock
from tests.backend.household import Household, make_household
from tests.backend.network import DirectNetwork
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.bot.staff.test_office import OPEN, PASSWORD
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

HASH = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
ACCOUNTS = f"ann={HASH} bob={HASH}"


@pytest.fixture
def network() -> DirectNetwork:
    return DirectNetwork()


@pytest.fixture
async def edge(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, network: DirectNetwork
) -> AsyncIterator[Edge]:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=ACCOUNTS) as made:
        made.http._cookie_jar = aiohttp.CookieJar(unsafe=True)  # the test's host is an address
        made.services.backend.payments = network
        yield made


@pytest.fixture
def backend(edge: Edge) -> Backend:
    return edge.services.backend


@pytest.fixture
async def home(backend: Backend) -> Household:
    return await make_household(backend)
