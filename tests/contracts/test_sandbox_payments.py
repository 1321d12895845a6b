"""The sandbox network, as a real process, against the contract, and what only our own network can show."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from backend.providers.payments.base import (
    HostedEntry,
    PaymentProvider,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)
from sandbox.provider import SandboxProvider
from tests.contracts.payment_provider import DETAILS, RETURN_URL, PaymentProviderContract
from tests.contracts.provider_calls import all_returns, found, new_key, refund
from tests.contracts.sandbox_network import CARD, KEY, SandboxNetwork, running_network
from tests.support.ports import free_port


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxNetwork]:
    with running_network(tmp_path_factory.mktemp("network")) as network:
        yield network


@pytest.fixture
def mortal_network(tmp_path: Path) -> Iterator[SandboxNetwork]:
    """One that a test may kill without harming the others."""
    with running_network(tmp_path) as network:
        yield network


def provider_of(network: SandboxNetwork, **options: float) -> SandboxProvider:
    return SandboxProvider(network.url, KEY, **options)


async def authorize(
    provider: PaymentProvider, key: str, token: str = "tok_visa_4242", amount_cents: int = 11240
) -> str:
    charge = await provider.authorize(
        key=key, token=token, amount_cents=amount_cents, description="Electric bill", details=DETAILS
    )
    return charge.status


class TestSandbox(PaymentProviderContract):
    approved_token = "tok_visa_4242"
    declined_token = "tok_visa_insufficient"
    declined_code = "insufficient_funds"
    bank_token = "tok_bank_6789"
    returned_bank_token = "tok_bank_r01"
    failing_refund_token = "tok_visa_refund_fails"

    @pytest.fixture
    async def provider(self, network: SandboxNetwork) -> AsyncIterator[SandboxProvider]:
        provider = provider_of(network)
        yield provider
        await provider.close()

    async def finish_entry(self, provider: PaymentProvider, entry: HostedEntry) -> None:
        async with (
            aiohttp.ClientSession() as browser,
            browser.post(entry.url, data=CARD, allow_redirects=False) as response,
        ):
            assert (response.status, response.headers["Location"]) == (303, RETURN_URL)

    async def pass_return_time(self, provider: PaymentProvider) -> None:
        assert isinstance(provider, SandboxProvider)
        # Two banking days are at most five days, over a long weekend with a holiday on its far side.
        await provider.move_calendar(await provider.calendar() + timedelta(days=6))


class TestDetails:
    async def test_network_keeps_the_details_of_the_first_request(self, network: SandboxNetwork) -> None:
        provider, key = provider_of(network), new_key()
        details = replace(DETAILS, entry_class="TEL", channel="voice", fee_cents=250, off_session=True)
        for given in (details, DETAILS):
            await provider.authorize(key=key, token="tok_bank_6789", amount_cents=100, description="d", details=given)
        assert await provider.details_of(key) == asdict(details)
        await provider.close()

    async def test_network_refuses_a_descriptor_that_a_statement_would_cut(self, network: SandboxNetwork) -> None:
        provider = provider_of(network)
        with pytest.raises(ProviderRejected) as caught:
            await provider.authorize(
                key=new_key(),
                token="tok_bank_6789",
                amount_cents=100,
                description="d",
                details=replace(DETAILS, descriptor="P" * 23),
            )
        assert caught.value.code == "invalid_request"
        await provider.close()


class TestTimeouts:
    @pytest.fixture
    async def hasty(self, network: SandboxNetwork) -> AsyncIterator[SandboxProvider]:
        provider = provider_of(network, total_seconds=0.5)
        yield provider
        await provider.close()

    async def test_the_charge_is_made_though_no_answer_comes(self, hasty: SandboxProvider) -> None:
        key = new_key()
        with pytest.raises(ProviderTimeout):
            await authorize(hasty, key, "tok_visa_timeout")
        assert (await found(hasty, key)).status == "authorized"
        assert await authorize(hasty, key, "tok_visa_timeout") == "authorized"
        assert (await hasty.capture(key)).status == "posted"

    async def test_the_charge_is_not_made_and_no_answer_comes(self, hasty: SandboxProvider) -> None:
        key = new_key()
        with pytest.raises(ProviderTimeout):
            await authorize(hasty, key, "tok_visa_timeout_lost")
        assert await hasty.find(key) is None
        assert await authorize(hasty, key, "tok_visa_timeout_lost") == "authorized"

    async def test_the_post_is_done_though_no_answer_comes(self, hasty: SandboxProvider) -> None:
        key = new_key()
        assert await authorize(hasty, key, "tok_visa_timeout_post") == "authorized"
        with pytest.raises(ProviderTimeout):
            await hasty.capture(key)
        assert (await found(hasty, key)).status == "posted"
        assert (await hasty.capture(key)).status == "posted"

    async def test_silent_request_does_not_block_others(self, hasty: SandboxProvider) -> None:
        silent = asyncio.create_task(authorize(hasty, new_key(), "tok_visa_timeout"))
        assert await authorize(hasty, new_key()) == "authorized"
        with pytest.raises(ProviderTimeout):
            await silent


class TestCrashes:
    async def test_kill_between_authorize_and_post_loses_nothing(self, mortal_network: SandboxNetwork) -> None:
        provider, key = provider_of(mortal_network), new_key()
        await authorize(provider, key)
        before = await found(provider, key)
        mortal_network.kill()
        with pytest.raises(ProviderUnavailable):
            await provider.capture(key)
        mortal_network.start()
        assert await found(provider, key) == before
        assert (await provider.capture(key)).ref == before.ref
        await provider.close()

    async def test_killed_while_answering_leaves_the_outcome_open(self, mortal_network: SandboxNetwork) -> None:
        provider, watcher, key = provider_of(mortal_network), provider_of(mortal_network), new_key()
        call = asyncio.create_task(authorize(provider, key, "tok_visa_timeout"))
        async with asyncio.timeout(10):
            while await watcher.find(key) is None:
                pass  # each look is a round trip of its own
        mortal_network.kill()
        with pytest.raises(ProviderTimeout):
            await call
        mortal_network.start()
        assert (await found(provider, key)).status == "authorized"
        await provider.close()
        await watcher.close()

    async def test_refund_is_there_after_a_kill(self, mortal_network: SandboxNetwork) -> None:
        provider, charge, key = provider_of(mortal_network), new_key(), new_key()
        await authorize(provider, charge)
        await provider.capture(charge)
        made = await refund(provider, key, charge, 5000)
        mortal_network.kill()
        with pytest.raises(ProviderUnavailable):
            await refund(provider, key, charge, 5000)
        mortal_network.start()
        assert await provider.find_refund(key) == made
        assert await refund(provider, key, charge, 5000) == made
        await provider.close()

    async def test_everything_is_there_after_a_restart(self, mortal_network: SandboxNetwork) -> None:
        provider, key = provider_of(mortal_network), new_key()
        entry = await provider.open_entry(reference="r", amount_cents=1, description="d", return_url=RETURN_URL)
        await TestSandbox().finish_entry(provider, entry)
        await authorize(provider, key, "tok_bank_r02")
        await provider.capture(key)
        moved_to = await provider.calendar() + timedelta(days=6)
        await provider.move_calendar(moved_to)
        returns, result = await all_returns(provider), await provider.entry_result(entry.entry_id)
        mortal_network.kill()
        mortal_network.start()
        assert await provider.calendar() >= moved_to
        assert [(notice.key, notice.code) for notice in returns] == [(key, "R02")]
        assert await all_returns(provider) == returns
        assert await provider.entry_result(entry.entry_id) == result
        assert await authorize(provider, new_key(), result.token or "") == "authorized"
        await provider.close()


class TestReachingIt:
    async def test_missing_network_is_unavailable(self) -> None:
        provider = SandboxProvider(f"http://127.0.0.1:{free_port()}", KEY)
        with pytest.raises(ProviderUnavailable):
            await provider.find(new_key())
        await provider.close()

    async def test_a_wrong_api_key_is_rejected(self, network: SandboxNetwork) -> None:
        provider = SandboxProvider(network.url, "wrong")
        with pytest.raises(ProviderRejected) as caught:
            await authorize(provider, new_key())
        assert caught.value.code == "unauthorized"
        await provider.close()

    async def test_it_opens_again_after_close(self, network: SandboxNetwork) -> None:
        provider = provider_of(network)
        await provider.find(new_key())
        await provider.close()
        assert await provider.find(new_key()) is None
        await provider.close()


class TestCalendar:
    async def test_it_never_goes_back(self, network: SandboxNetwork) -> None:
        provider = provider_of(network)
        today = await provider.calendar()
        with pytest.raises(ProviderRejected) as caught:
            await provider.move_calendar(today - timedelta(days=1))
        assert caught.value.code == "calendar_forward_only"
        assert await provider.calendar() >= today
        await provider.close()

    async def test_the_return_is_dated_two_banking_days_on(self, network: SandboxNetwork) -> None:
        provider, key = provider_of(network), new_key()
        today = await provider.calendar()
        friday = today + timedelta(days=(4 - today.weekday()) % 7)
        await provider.move_calendar(friday)
        await authorize(provider, key, "tok_bank_r01")
        await provider.capture(key)
        await provider.move_calendar(friday + timedelta(days=3))
        assert (await found(provider, key)).status == "posted"
        await provider.move_calendar(friday + timedelta(days=10))
        (notice,) = [notice for notice in await all_returns(provider) if notice.key == key]
        assert notice.on - friday in (timedelta(days=4), timedelta(days=5))
        await provider.close()
