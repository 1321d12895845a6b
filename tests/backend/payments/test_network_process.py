"""The flow against the sandbox network as the separate process it is: its page, its silences, its calendar."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import aiohttp
import pytest

from backend.app import Backend
from backend.payments import pay_links
from backend.payments.bank_returns import collect_returns
from backend.payments.processing import recover
from sandbox.provider import SandboxProvider
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.payments.paying import due, payments, quote_for, say_yes
from tests.contracts.sandbox_network import CARD, KEY, SandboxNetwork, running_network


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxNetwork]:
    with running_network(tmp_path_factory.mktemp("network")) as network:
        yield network


@pytest.fixture
async def provider(backend: Backend, process: SandboxNetwork) -> AsyncIterator[SandboxProvider]:
    made = SandboxProvider(process.url, KEY, total_seconds=1.5)
    backend.payments = made
    yield made
    await made.close()


async def test_a_link_is_paid_by_a_card_typed_on_the_networks_page(
    backend: Backend, provider: SandboxProvider, home: Household
) -> None:
    async with backend.db.transaction() as session:
        url = await pay_links.create(
            session,
            backend,
            home.conversation_id,
            account_id=home.account_id,
            amount_cents=DUE_CENTS,
            pay_on=backend.today(),
        )
    token = url.rsplit("/", 1)[1]
    page = (await pay_links.begin_entry(backend, token)).url
    async with aiohttp.ClientSession() as browser:
        async with browser.get(page) as shown:
            assert "$112.40" in await shown.text()
        async with browser.post(page, data=CARD, allow_redirects=False) as answer:
            assert answer.headers["Location"] == f"{url}/return"
    outcome = await say_yes(backend, await pay_links.quote_from_entry(backend, token))
    assert outcome.kind == "paid"
    assert await due(backend, home.account_id) == 0


@pytest.mark.parametrize("token", ["tok_visa_timeout", "tok_visa_timeout_lost", "tok_visa_timeout_post"])
async def test_a_silent_network_is_asked_again_with_the_same_key(
    backend: Backend, provider: SandboxProvider, token: str
) -> None:
    home = await make_household(backend, card_token=token)
    quote = await quote_for(backend, home)
    assert (await say_yes(backend, quote)).kind == "pending"
    assert (await say_yes(backend, quote)).kind == "paid"
    assert await recover(backend) == 0
    charge = await provider.find(quote.key)
    assert charge
    assert (charge.status, charge.amount_cents) == ("posted", DUE_CENTS)


async def test_dead_network_takes_nothing_and_loses_nothing(
    backend: Backend, process: SandboxNetwork, provider: SandboxProvider, home: Household
) -> None:
    process.kill()
    outcome = await say_yes(backend, await quote_for(backend, home))
    assert outcome.kind == "pending"
    await recover(backend)
    process.start()
    await recover(backend)
    [payment] = await payments(backend)
    assert (payment.status, payment.confirmation) == ("posted", outcome.confirmation)


async def test_a_bank_sends_it_back_days_later(backend: Backend, provider: SandboxProvider) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    quote = await quote_for(backend, home, method_id=home.bank_id)
    assert (await say_yes(backend, quote)).kind == "paid"
    await provider.move_calendar(await provider.calendar() + timedelta(days=6))
    assert await collect_returns(backend) >= 1
    assert (await payments(backend))[0].status == "returned"
    assert await due(backend, home.account_id) == DUE_CENTS
