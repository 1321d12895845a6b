"""Pay links: half an hour, one payment, and a card typed on the provider's page that no list shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.clock import ManualClock
from backend.payments import pay_links
from backend.payments.errors import CardEntryIncomplete, MethodNotUsable, PayLinkInvalid, PaymentRefused
from backend.payments.models import PayLink, PaymentMethod, Quote
from backend.payments.quotes import read_back_quote
from backend.payments.service import list_saved_methods
from backend.providers.payments.base import EntryResult
from tests.backend.household import DUE_CENTS, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, quote_for, say_yes

CARD = EntryResult("complete", "tok_visa_4242", "card", "Visa", "4242", 12, 2030)


@dataclass
class Page:
    """A link as a member's browser has it."""

    backend: Backend
    network: DirectNetwork
    token: str

    async def type_card(self, result: EntryResult = CARD) -> None:
        url = (await pay_links.begin_entry(self.backend, self.token)).url
        self.network.entries[url.rsplit("/", 1)[1]] = result

    async def read_back(self) -> Quote:
        return await pay_links.quote_from_entry(self.backend, self.token)


@pytest.fixture
async def page(backend: Backend, network: DirectNetwork, home: Household) -> Page:
    return await open_page(backend, network, home)


async def open_page(backend: Backend, network: DirectNetwork, home: Household, amount: int = DUE_CENTS) -> Page:
    async with backend.db.transaction() as session:
        url = await pay_links.create(
            session,
            backend,
            home.conversation_id,
            account_id=home.account_id,
            amount_cents=amount,
            pay_on=backend.today(),
        )
    assert url.startswith(f"{backend.settings.public_url}/portal/pay/")
    return Page(backend, network, url.rsplit("/", 1)[1])


async def test_a_link_pays(backend: Backend, page: Page, home: Household) -> None:
    await page.type_card()
    quote = await page.read_back()
    async with backend.db.read_session() as session:
        shown = await read_back_quote(session, quote)
    assert (shown.account_number, shown.amount_cents, shown.method) == ("99999-001", DUE_CENTS, "Visa ending 4242")
    assert (await say_yes(backend, quote)).kind == "paid"
    assert await due(backend, home.account_id) == 0


async def test_only_the_hash_of_the_token_is_stored(backend: Backend, page: Page) -> None:
    async with backend.db.read_session() as session:
        link = (await session.scalars(select(PayLink))).one()
    assert page.token not in str(vars(link))
    assert len(page.token) >= 22


async def test_reloaded_read_back_has_the_same_quote(page: Page) -> None:
    await page.type_card()
    assert (await page.read_back()).key == (await page.read_back()).key


async def test_the_read_back_opened_twice_at_once_is_one_quote(page: Page) -> None:
    await page.type_card()
    quotes = await asyncio.gather(page.read_back(), page.read_back())
    assert quotes[0].key == quotes[1].key


async def test_paid_link_answers_with_its_payment(backend: Backend, page: Page, home: Household) -> None:
    await page.type_card()
    first = await say_yes(backend, await page.read_back())
    again = await say_yes(backend, await page.read_back())
    assert (again.kind, again.confirmation) == ("already", first.confirmation)
    with pytest.raises(PayLinkInvalid):
        await pay_links.begin_entry(backend, page.token)


async def test_second_tab_cannot_pay_as_well(
    backend: Backend, network: DirectNetwork, page: Page, home: Household
) -> None:
    await page.type_card()
    first_tab = await page.read_back()
    await page.type_card()
    assert (await say_yes(backend, first_tab)).kind == "expired"
    assert (await say_yes(backend, await page.read_back())).kind == "paid"
    assert network.taken_cents() == DUE_CENTS


async def test_a_declined_card_leaves_the_link_for_another(
    backend: Backend, network: DirectNetwork, page: Page
) -> None:
    await page.type_card(replace(CARD, token="tok_visa_declined"))
    declined = await page.read_back()
    assert (await say_yes(backend, declined)).kind == "declined"
    await page.type_card()
    assert (await say_yes(backend, await page.read_back())).kind == "paid"
    assert (await say_yes(backend, declined)).kind == "declined"
    assert network.taken_cents() == DUE_CENTS
    with pytest.raises(PayLinkInvalid):
        await page.type_card()


async def test_expired_read_back_is_renewed(backend: Backend, page: Page, clock: ManualClock) -> None:
    await page.type_card()
    stale = await page.read_back()
    clock.advance(minutes=11)
    fresh = await page.read_back()
    assert fresh.key != stale.key
    assert (await say_yes(backend, stale)).kind == "expired"
    assert (await say_yes(backend, fresh)).kind == "paid"


async def test_a_link_lives_half_an_hour(backend: Backend, page: Page, clock: ManualClock) -> None:
    await page.type_card()
    clock.advance(minutes=30)
    for use in (page.read_back(), pay_links.begin_entry(backend, page.token)):
        with pytest.raises(PayLinkInvalid):
            await use
    async with backend.db.read_session() as session:
        assert await pay_links.find(session, backend, page.token) is None


@pytest.mark.parametrize("token", ["", "nonsense", "' OR 1=1 --", "x" * 5000])
async def test_invented_token_finds_nothing(backend: Backend, page: Page, token: str) -> None:
    async with backend.db.read_session() as session:
        assert await pay_links.find(session, backend, token) is None


@pytest.mark.parametrize(("status", "abandoned"), [("pending", False), ("abandoned", True)])
async def test_unfinished_visit_is_reported(page: Page, status: str, abandoned: bool) -> None:
    await page.type_card(EntryResult(status))  # type: ignore[arg-type]
    with pytest.raises(CardEntryIncomplete) as refusal:
        await page.read_back()
    assert refusal.value.abandoned is abandoned


async def test_coming_back_without_having_been_there(page: Page) -> None:
    with pytest.raises(CardEntryIncomplete):
        await page.read_back()


async def test_an_expired_card_is_refused_before_the_read_back(page: Page) -> None:
    await page.type_card(replace(CARD, exp_year=2020))
    with pytest.raises(PaymentRefused) as refusal:
        await page.read_back()
    assert refusal.value.code == "method_expired"


async def test_a_bill_paid_meanwhile_is_refused(backend: Backend, page: Page, home: Household) -> None:
    await page.type_card()
    await say_yes(backend, await quote_for(backend, home))
    with pytest.raises(PaymentRefused) as refusal:
        await page.read_back()
    assert refusal.value.code == "nothing_due"


async def test_a_typed_card_is_for_this_payment_alone(backend: Backend, page: Page, home: Household) -> None:
    await page.type_card()
    quote = await page.read_back()
    async with backend.db.read_session() as session:
        assert quote.method_id not in {method.id for method in await list_saved_methods(session, home.member_id)}
        assert not (await session.get_one(PaymentMethod, quote.method_id)).saved
    with pytest.raises(MethodNotUsable):
        await quote_for(backend, home, method_id=quote.method_id)


async def test_no_link_is_made_for_an_impossible_payment(
    backend: Backend, network: DirectNetwork, home: Household
) -> None:
    with pytest.raises(PaymentRefused) as refusal:
        await open_page(backend, network, home, amount=0)
    assert refusal.value.code == "zero"


async def test_a_link_may_pay_on_a_later_day(backend: Backend, network: DirectNetwork, home: Household) -> None:
    on = backend.today() + timedelta(days=4)
    async with backend.db.transaction() as session:
        url = await pay_links.create(
            session, backend, home.conversation_id, account_id=home.account_id, amount_cents=4000, pay_on=on
        )
    page = Page(backend, network, url.rsplit("/", 1)[1])
    await page.type_card()
    outcome = await say_yes(backend, await page.read_back())
    assert outcome.kind == "scheduled"
    assert outcome.scheduled
    assert outcome.scheduled.run_on == on
