from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from backend.app import Backend
from backend.clock import ManualClock
from backend.members.service import find_account
from backend.payments import pay_links
from tests.bot.conftest import NOON
from tests.bot.portal.visitor import Visitor
from tests.bot.serving import serving, settings_for
from tests.contracts.sandbox_network import KEY, SandboxNetwork, running_network
from tests.standins.smtp import StandInMail
from tests.support.conversations import get_or_start

CARD = {"name": "Ruth Alvarez", "expiry": "07/30", "cvc": "123", "zip": "61028"}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxNetwork]:
    with running_network(tmp_path_factory.mktemp("network")) as network:
        yield network


@dataclass
class Member:
    """Somebody with a pay link and a browser without scripts."""

    backend: Backend
    clock: ManualClock
    http: aiohttp.ClientSession

    async def link(self, number: str = "99999-001", cents: int = 11240, on: date | None = None) -> str:
        """A new link's address."""
        async with self.backend.db.transaction() as session:
            await get_or_start(session, self.backend, "web-1", channel="web")
            account = await find_account(session, number)
            assert account is not None
            day = on or self.backend.today()
            url = await pay_links.create(
                session, self.backend, "web-1", account_id=account.id, amount_cents=cents, pay_on=day
            )
        return url

    async def get(self, url: str, **options: object) -> tuple[int, str]:
        async with self.http.get(url, **options) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.text()

    async def post(self, url: str, **options: object) -> tuple[int, str]:
        async with self.http.post(url, **options) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.text()

    async def enter_card(self, url: str, number: str = "4242424242424242") -> str:
        """Continue, fill in the provider's page, and come back: the read-back page."""
        async with self.http.post(url) as entry:
            assert entry.status == 200, await entry.text()
            address = entry.url
        status, page = await self.post(str(address), data={**CARD, "number": number})
        assert status == 200, page
        return page


@pytest_asyncio.fixture
async def member(demo_folder: Path, network: SandboxNetwork) -> AsyncIterator[Member]:
    settings = settings_for(demo_folder, SANDBOX_NETWORK_URL=network.url, SANDBOX_NETWORK_KEY=KEY)
    clock = ManualClock(NOON)
    async with (
        serving(settings, clock) as services,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        yield Member(services.backend, clock, http)


def in_days(backend: Backend, days: int) -> date:
    return backend.today() + timedelta(days=days)


@pytest_asyncio.fixture
async def visitor(demo_folder: Path) -> AsyncIterator[Visitor]:
    mail = StandInMail()
    await mail.start()
    clock = ManualClock(NOON)
    async with serving(settings_for(demo_folder, SMTP_URL=mail.url), clock) as services:
        visitor = Visitor(services, clock, mail)
        yield visitor
        await visitor.http.close()
    await mail.stop()


@pytest_asyncio.fixture
async def payer(demo_folder: Path, network: SandboxNetwork) -> AsyncIterator[Visitor]:
    """Ruth, signed in, where the provider's page can be visited."""
    mail = StandInMail()
    await mail.start()
    clock = ManualClock(NOON)
    settings = settings_for(demo_folder, SMTP_URL=mail.url, SANDBOX_NETWORK_URL=network.url, SANDBOX_NETWORK_KEY=KEY)
    async with serving(settings, clock) as services:
        visitor = Visitor(services, clock, mail)
        await visitor.sign_in()
        yield visitor
        await visitor.http.close()
    await mail.stop()
