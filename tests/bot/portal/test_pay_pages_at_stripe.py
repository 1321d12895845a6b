"""Paying by link with Stripe's hosted page in between: to the page, back, the read-back, a yes, the result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import select

from backend.clock import ManualClock
from backend.payments.models import PaymentMethod
from tests.bot.conftest import NOON
from tests.bot.portal.conftest import Member
from tests.bot.portal.page_text import payments, quote_in, text
from tests.bot.serving import serving, settings_for
from tests.support import stripe_doubles
from tests.support.stripe_doubles import KEY, StandIn


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with stripe_doubles.run_standin() as standin:
        yield standin


@pytest_asyncio.fixture
async def member(demo_folder: Path, standin: StandIn) -> AsyncIterator[Member]:
    settings = settings_for(demo_folder, PAYMENT_PROVIDER="stripe", STRIPE_SECRET_KEY=KEY, STRIPE_API_URL=standin.url)
    clock = ManualClock(NOON)
    jar = aiohttp.CookieJar(unsafe=True)
    async with serving(settings, clock) as services, aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Member(services.backend, clock, http)


async def enter(member: Member, standin: StandIn, url: str, like: str) -> str:
    """Continue to Stripe's page, give this method there, come back: the read-back page."""
    async with member.http.get(url) as page:
        assert "form-action 'self' https://checkout.stripe.com" in page.headers["Content-Security-Policy"]
    async with member.http.post(url, allow_redirects=False) as answer:
        address = answer.headers["Location"]
    assert address.startswith("https://checkout.stripe.com/")
    session_id = address.rsplit("/", 1)[1]
    standin.control("finish", id=session_id, like=like)
    status, page = await member.get(standin.control("object", id=session_id)["return_to"])
    assert status == 200, page
    return page


async def test_member_pays_by_link_from_a_bank_account(member: Member, standin: StandIn) -> None:
    url = await member.link()
    await member.http.post(url, allow_redirects=False)
    _, page = await member.get(f"{url}/return")
    assert "entered" in text(page)  # back without having entered anything
    page = await enter(member, standin, url, "pm_usBankAccount_success")
    assert "checking ending 6789" in text(page)
    assert await payments(member) == []
    _, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    [made] = await payments(member)
    assert made.status == "posted"
    assert made.confirmation in page
    async with member.backend.db.read_session() as session:
        method = await session.scalar(select(PaymentMethod).order_by(PaymentMethod.id.desc()))
    assert method is not None
    assert method.token.startswith("bank:cus_")


async def test_bank_that_wants_the_holder_is_told_of(member: Member, standin: StandIn) -> None:
    url = await member.link()
    page = await enter(member, standin, url, "pm_card_authenticationRequired")
    _, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    assert "The bank wants to ask you first; enter the card again here" in text(page)
    assert [made.status for made in await payments(member)] == ["declined"]
    page = await enter(member, standin, url, "pm_card_visa")
    await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    assert [made.status for made in await payments(member)] == ["declined", "posted"]
