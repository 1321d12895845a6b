"""Stripe's provider against the contract, over two doubles that others wrote and one stand-in, each its own process.

What others wrote runs on SQLite, the stand-in on PostgreSQL. STRIPE_ALL_DATABASES=1 runs each on both.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backend.db import Database
from backend.providers.payments.base import HostedEntry, PaymentProvider, ProviderRejected
from backend.providers.payments.stripe.provider import StripeProvider
from tests.backend.databases import KINDS, Databases
from tests.contracts.payment_provider import DETAILS, PaymentProviderContract
from tests.contracts.provider_calls import found, new_key
from tests.support.stripe_doubles import (
    FAILING_IBAN,
    KEY,
    WEBHOOK_SECRET,
    StandIn,
    configure_webhook,
    make_sepa_method,
)

ON_ALL = bool(os.environ.get("STRIPE_ALL_DATABASES"))
no_refund_limits = pytest.mark.skip("localstripe refunds more than the charge")


@pytest.fixture(scope="module", params=KINDS if ON_ALL else KINDS[:1])
def others_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """One database for all tests of a double: each has keys of its own."""
    url = databases.new(request.param)
    yield url
    databases.drop(url)


@pytest.fixture(scope="module", params=KINDS if ON_ALL else KINDS[1:])
def own_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    url = databases.new(request.param)
    yield url
    databases.drop(url)


async def provide(url: str, database: str, **options: object) -> AsyncIterator[StripeProvider]:
    db = Database(database)
    provider = StripeProvider(KEY, api_url=url, poll_seconds=0, webhook_secret=WEBHOOK_SECRET, **options)  # type: ignore[arg-type]
    provider.use_database(db)
    yield provider
    await provider.close()
    await db.close()


@pytest.fixture(scope="module")
async def on_localstripe(localstripe: str, others_database: str) -> AsyncIterator[StripeProvider]:
    async for provider in provide(localstripe, others_database, bank_method_type="sepa_debit"):
        yield provider


@pytest.fixture(scope="module")
async def on_stateful_mock(stateful_mock: str, others_database: str) -> AsyncIterator[StripeProvider]:
    async for provider in provide(stateful_mock, others_database):
        yield provider


@pytest.fixture(scope="module")
async def on_standin(standin: StandIn, own_database: str) -> AsyncIterator[StripeProvider]:
    async for provider in provide(standin.url, own_database):
        yield provider


@pytest.fixture(scope="module")
def sepa_method(localstripe: str) -> str:
    return make_sepa_method(localstripe)


class TestLocalstripe(PaymentProviderContract):
    approved_token = "card::pm_card_visa"
    declined_token = "card::pm_card_chargeCustomerFail"
    declined_code = "card_declined"
    unknown_token = "card::pm_nothing"

    @pytest.fixture
    def provider(self, on_localstripe: StripeProvider, sepa_method: str) -> StripeProvider:
        self.bank_token = f"bank::{sepa_method}"
        return on_localstripe

    async def opened(self, provider: PaymentProvider, **other: object) -> HostedEntry:
        pytest.skip("localstripe has no Checkout")

    @pytest.mark.skip(reason="localstripe ignores idempotency keys, so two calls at once make two refunds there")
    async def test_many_refunds_at_once_with_one_key_are_one(self, provider: PaymentProvider) -> None: ...

    @no_refund_limits
    async def test_parts_are_refunded_up_to_the_whole(self, provider: PaymentProvider) -> None: ...

    @no_refund_limits
    async def test_refunds_at_once_are_never_more_than_the_charge(self, provider: PaymentProvider) -> None: ...

    @no_refund_limits
    async def test_too_large_refund_changes_nothing_and_leaves_the_key_free(
        self, provider: PaymentProvider
    ) -> None: ...


async def test_localstripe_reports_a_debit_that_came_back_under_its_own_signature(
    localstripe: str, on_localstripe: StripeProvider
) -> None:
    received: asyncio.Queue[bool] = asyncio.Queue()

    async def receive(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received.put_nowait(await on_localstripe.receive_webhook(await request.read(), headers))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", receive)
    async with TestServer(app) as server:
        configure_webhook(localstripe, str(server.make_url("/")))
        key, token = new_key(), f"bank::{make_sepa_method(localstripe, FAILING_IBAN)}"
        await on_localstripe.authorize(key=key, token=token, amount_cents=5001, description="d", details=DETAILS)
        assert (await on_localstripe.capture(key)).status == "posted"
        async with asyncio.timeout(15):
            assert await received.get()
    [notice] = [notice for notice in await on_localstripe.returns_since(0) if notice.key == key]
    assert notice.amount_cents == 5001
    assert (await found(on_localstripe, key)).status == "returned"


class TestStatefulMock(PaymentProviderContract):
    approved_token = "card::tok_visa"
    declined_token = "card::tok_chargeDeclinedInsufficientFunds"
    declined_code = "insufficient_funds"
    bank_token = "card::tok_mastercard"
    unknown_token = "card::pm_nothing"

    @pytest.fixture
    def provider(self, on_stateful_mock: StripeProvider) -> StripeProvider:
        return on_stateful_mock

    @pytest.mark.skip("the mock has no bank accounts")
    async def test_a_bank_account_is_a_bank_charge(self, provider: PaymentProvider) -> None: ...

    async def opened(self, provider: PaymentProvider, **other: object) -> HostedEntry:
        pytest.skip("the mock has no Checkout")


class TestStandIn(PaymentProviderContract):
    approved_token = "card::pm_card_visa"
    declined_token = "card::pm_card_visa_chargeDeclinedInsufficientFunds"
    declined_code = "insufficient_funds"
    bank_token = "bank::pm_usBankAccount_success"
    returned_bank_token = "bank::pm_usBankAccount_insufficientFunds"
    failing_refund_token = "card::pm_card_refundFail"
    unknown_token = "card::pm_nothing"
    standin: StandIn

    @pytest.fixture
    def provider(self, standin: StandIn, on_standin: StripeProvider) -> StripeProvider:
        self.standin = standin
        return on_standin

    async def finish_entry(self, provider: PaymentProvider, entry: HostedEntry) -> None:
        self.standin.control("finish", id=entry.entry_id, like="pm_card_visa")

    async def posted(self, provider: PaymentProvider, **other: object) -> str:
        """A bank debit must have cleared before Stripe gives it back."""
        key = await super().posted(provider, **other)
        if other.get("token") == self.bank_token:
            await self.pass_return_time(provider)
        return key

    async def pass_return_time(self, provider: PaymentProvider) -> None:
        self.standin.control("days", days=5)

    async def test_a_keyed_in_card_is_read_from_stripe_and_can_be_charged(self, provider: StripeProvider) -> None:
        entry = await provider.read_keypad_entry("pm_card_visa")
        assert (entry.status, entry.kind, entry.brand, entry.last4) == ("complete", "card", "Visa", "4242")
        assert entry.token is not None
        charge = await provider.authorize(
            key=new_key(), token=entry.token, amount_cents=4000, description="a bill", details=DETAILS
        )
        assert charge.status == "authorized"

    @pytest.mark.parametrize("token", ["tok_visa", "pm_nothing", "pm_usBankAccount_success", "pm_/../events"])
    async def test_only_a_card_of_stripe_can_be_keyed_in(self, provider: StripeProvider, token: str) -> None:
        with pytest.raises(ProviderRejected) as refused:
            await provider.read_keypad_entry(token)
        assert refused.value.code == "invalid_token"
