"""What every payment provider must do. In the tests of yours:

    class TestOurProcessor(PaymentProviderContract):
        approved_token = "…"            # and the other tokens, of your processor's test mode

        @pytest.fixture
        async def provider(self):
            provider = OurProcessor(...)
            yield provider
            await provider.close()

Override finish_entry and pass_return_time where your processor's test mode can do it; those tests are
skipped if not.
"""

import asyncio
import contextlib
import itertools
import uuid
from dataclasses import replace
from typing import Literal

import pytest

from backend.providers.payments.base import (
    Charge,
    ChargeDetails,
    HostedEntry,
    PaymentProvider,
    ProviderRejected,
    ReturnNotice,
)
from tests.contracts.provider_calls import AT_ONCE, all_returns, found, new_key, rejection
from tests.contracts.refunds import RefundContract

RETURN_URL = "http://127.0.0.1:8080/portal/pay/some-link/return"
MAY_FOLLOW = {
    "authorized": {"authorized", "posted", "voided"},
    "posted": {"posted", "returned"},
    "declined": {"declined"},
    "voided": {"voided"},
    "returned": {"returned"},
}


DETAILS = ChargeDetails(
    entry_class=None, channel="web", descriptor="PRAIRIE RIVERS ELEC", account_number="99999-001", customer_ref="99999"
)


class PaymentProviderContract(RefundContract):
    """Test methods over a fixture `provider`; the tokens below are the processor's own test tokens."""

    approved_token: str
    declined_token: str
    declined_code: str
    bank_token: str
    returned_bank_token: str | None = None
    return_code: str = "R01"
    unknown_token: str = "no_such_token"

    @pytest.fixture
    def provider(self) -> PaymentProvider:
        raise NotImplementedError("give a fixture `provider`")

    async def finish_entry(self, provider: PaymentProvider, entry: HostedEntry) -> None:
        """Do what a member does on the hosted page: give an approved card."""
        pytest.skip("this provider's page cannot be filled in by a test")

    async def pass_return_time(self, provider: PaymentProvider) -> None:
        """Let so many days pass that a bank's return of a charge posted just now has come."""
        pytest.skip("this provider's days cannot be moved by a test")

    async def authorized(self, provider: PaymentProvider, key: str, **other: object) -> Charge:
        request = {
            "token": self.approved_token,
            "amount_cents": 11240,
            "description": "Electric bill",
            "details": DETAILS,
        }
        return await provider.authorize(key=key, **{**request, **other})  # type: ignore[arg-type]

    def test_it_has_every_method_of_the_protocol(self, provider: PaymentProvider) -> None:
        assert isinstance(provider, PaymentProvider)

    # Authorize

    async def test_authorize_reserves_the_amount(self, provider: PaymentProvider) -> None:
        key = new_key()
        charge = await self.authorized(provider, key, amount_cents=11240)
        assert (charge.key, charge.status, charge.amount_cents) == (key, "authorized", 11240)
        assert (charge.kind, charge.decline_code) == ("card", None)
        assert charge.ref

    async def test_a_bank_account_is_a_bank_charge(self, provider: PaymentProvider) -> None:
        charge = await self.authorized(provider, new_key(), token=self.bank_token)
        assert (charge.status, charge.kind) == ("authorized", "bank")

    async def test_a_decline_is_a_charge_with_its_code(self, provider: PaymentProvider) -> None:
        key = new_key()
        charge = await self.authorized(provider, key, token=self.declined_token)
        assert (charge.status, charge.decline_code) == ("declined", self.declined_code)
        assert await provider.find(key) == charge

    async def test_same_key_gives_the_same_charge(self, provider: PaymentProvider) -> None:
        key = new_key()
        assert await self.authorized(provider, key) == await self.authorized(provider, key)

    async def test_many_at_once_with_one_key_make_one_charge(self, provider: PaymentProvider) -> None:
        key = new_key()
        charges = await asyncio.gather(*(self.authorized(provider, key) for _ in range(AT_ONCE)))
        assert len({charge.ref for charge in charges}) == 1

    async def test_different_keys_make_different_charges(self, provider: PaymentProvider) -> None:
        first, second = await self.authorized(provider, new_key()), await self.authorized(provider, new_key())
        assert first.ref != second.ref

    @pytest.mark.parametrize("changed", ["amount_cents", "token", "description"])
    async def test_a_key_is_not_reused_for_another_charge(self, provider: PaymentProvider, changed: str) -> None:
        key = new_key()
        charge = await self.authorized(provider, key)
        other = {"amount_cents": 11241, "token": self.bank_token, "description": "Something else"}[changed]
        assert await rejection(self.authorized(provider, key, **{changed: other})) == "idempotency_key_reused"
        assert await provider.find(key) == charge

    async def test_an_unknown_token_is_rejected_and_leaves_the_key_free(self, provider: PaymentProvider) -> None:
        key = new_key()
        assert await rejection(self.authorized(provider, key, token=self.unknown_token)) == "invalid_token"
        assert await provider.find(key) is None
        assert (await self.authorized(provider, key)).status == "authorized"

    @pytest.mark.parametrize("amount_cents", [0, -1, -11240])
    async def test_no_amount_is_no_charge(self, provider: PaymentProvider, amount_cents: int) -> None:
        key = new_key()
        assert await rejection(self.authorized(provider, key, amount_cents=amount_cents)) == "invalid_amount"
        assert await provider.find(key) is None

    @pytest.mark.parametrize("key", ["", " ", "two words", "a/b", "../x", "k" * 201, "ключ", "a\nb", "-a"])
    async def test_a_malformed_key_is_rejected_everywhere(self, provider: PaymentProvider, key: str) -> None:
        for call in (
            self.authorized(provider, key),
            provider.find(key),
            provider.capture(key),
            provider.void(key),
        ):
            assert await rejection(call) == "invalid_key"

    @pytest.mark.parametrize("key", ["k" * 200, "a.b_c:d-e", "0"])
    async def test_keys_of_every_allowed_shape_work(self, provider: PaymentProvider, key: str) -> None:
        key = (uuid.uuid4().hex + key)[:200]
        assert (await self.authorized(provider, key)).key == key
        assert (await provider.capture(key)).status == "posted"

    @pytest.mark.parametrize("text", ["", "Señora's bill: 50% off", "'; drop table charges; --", "<b>&amp;"])
    async def test_a_description_is_only_text(self, provider: PaymentProvider, text: str) -> None:
        key = new_key()
        charge = await self.authorized(provider, key, description=text)
        assert await self.authorized(provider, key, description=text) == charge

    @pytest.mark.parametrize("channel", ["sms", "web", "voice", "autopay", "draft"])
    async def test_details_change_no_charge(self, provider: PaymentProvider, channel: str) -> None:
        key, absent = new_key(), channel in ("autopay", "draft")
        details = replace(DETAILS, channel=channel, fee_cents=250, off_session=absent)
        charge = await self.authorized(provider, key, details=details)
        assert (charge.status, charge.amount_cents) == ("authorized", 11240)
        assert await self.authorized(provider, key, details=DETAILS) == charge

    @pytest.mark.parametrize("entry_class", ["WEB", "TEL", None])
    async def test_bank_debits_of_every_entry_class_are_taken(
        self, provider: PaymentProvider, entry_class: Literal["WEB", "TEL"] | None
    ) -> None:
        key, details = new_key(), replace(DETAILS, entry_class=entry_class)
        await self.authorized(provider, key, token=self.bank_token, details=details)
        assert (await provider.capture(key)).status == "posted"

    # Post and void

    async def test_post_takes_the_money_once(self, provider: PaymentProvider) -> None:
        key = new_key()
        authorized = await self.authorized(provider, key)
        posted = await asyncio.gather(*(provider.capture(key) for _ in range(AT_ONCE)))
        assert {(charge.ref, charge.status, charge.amount_cents) for charge in posted} == {
            (authorized.ref, "posted", 11240)
        }
        assert (await self.authorized(provider, key)).status == "posted"

    async def test_void_releases_the_amount_and_blocks_posting(self, provider: PaymentProvider) -> None:
        key = new_key()
        await self.authorized(provider, key)
        assert (await provider.void(key)).status == "voided"
        assert (await provider.void(key)).status == "voided"
        assert await rejection(provider.capture(key)) == "not_authorized"
        assert (await self.authorized(provider, key)).status == "voided"

    async def test_posted_charge_cannot_be_voided(self, provider: PaymentProvider) -> None:
        key = new_key()
        await self.authorized(provider, key)
        await provider.capture(key)
        assert await rejection(provider.void(key)) == "already_posted"
        assert (await found(provider, key)).status == "posted"

    async def test_declined_charge_can_be_neither_posted_nor_voided(self, provider: PaymentProvider) -> None:
        key = new_key()
        await self.authorized(provider, key, token=self.declined_token)
        assert await rejection(provider.capture(key)) == "not_authorized"
        assert await rejection(provider.void(key)) == "not_voidable"

    async def test_post_and_void_at_once_have_one_winner(self, provider: PaymentProvider) -> None:
        key = new_key()
        await self.authorized(provider, key)
        results = await asyncio.gather(provider.capture(key), provider.void(key), return_exceptions=True)
        won = [result for result in results if isinstance(result, Charge)]
        lost = [result for result in results if isinstance(result, ProviderRejected)]
        assert (len(won), len(lost)) == (1, 1)
        assert (await found(provider, key)).status == won[0].status

    async def test_missing_charge_is_unknown(self, provider: PaymentProvider) -> None:
        assert await provider.find(new_key()) is None
        assert await rejection(provider.capture(new_key())) == "no_such_charge"
        assert await rejection(provider.void(new_key())) == "no_such_charge"

    @pytest.mark.parametrize("steps", list(itertools.product(("authorize", "post", "void"), repeat=3)))
    async def test_a_charge_never_goes_back(self, provider: PaymentProvider, steps: tuple[str, ...]) -> None:
        key = new_key()
        seen = [(await self.authorized(provider, key)).status]
        for step in steps:
            with contextlib.suppress(ProviderRejected):
                await {"authorize": self.again, "post": self.post, "void": self.void}[step](provider, key)
            seen.append((await found(provider, key)).status)
        assert all(after in MAY_FOLLOW[before] for before, after in itertools.pairwise(seen)), seen

    async def again(self, provider: PaymentProvider, key: str) -> Charge:
        return await self.authorized(provider, key)

    async def post(self, provider: PaymentProvider, key: str) -> Charge:
        return await provider.capture(key)

    async def void(self, provider: PaymentProvider, key: str) -> Charge:
        return await provider.void(key)

    # Bank returns

    async def returned(self, provider: PaymentProvider) -> tuple[str, ReturnNotice]:
        """A bank charge that was posted and came back, and the notice of it."""
        if self.returned_bank_token is None:
            pytest.skip("this provider's test mode has no account whose payments come back")
        key, before = new_key(), await all_returns(provider)
        await self.authorized(provider, key, token=self.returned_bank_token, amount_cents=5001)
        assert (await provider.capture(key)).status == "posted"
        assert await all_returns(provider) == before
        await self.pass_return_time(provider)
        (notice,) = [notice for notice in await all_returns(provider) if notice.key == key]
        return key, notice

    async def test_a_bank_sends_a_posted_charge_back_days_later(self, provider: PaymentProvider) -> None:
        key, notice = await self.returned(provider)
        assert (notice.code, notice.amount_cents) == (self.return_code, 5001)
        assert (await found(provider, key)).status == "returned"
        assert (await provider.capture(key)).status == "returned"
        assert await rejection(provider.void(key)) == "already_posted"

    async def test_return_is_listed_once_past_the_cursor(self, provider: PaymentProvider) -> None:
        _, first = await self.returned(provider)
        _, second = await self.returned(provider)
        assert second.seq > first.seq
        assert second.on >= first.on
        later = await provider.returns_since(first.seq)
        assert first not in later
        assert second in later
        assert await provider.returns_since(second.seq) == []

    async def test_only_charges_posted_to_a_bad_account_come_back(self, provider: PaymentProvider) -> None:
        good, unposted = new_key(), new_key()
        await self.authorized(provider, good, token=self.bank_token)
        await provider.capture(good)
        await self.authorized(provider, unposted, token=self.returned_bank_token or self.bank_token)
        await self.pass_return_time(provider)
        assert not {good, unposted} & {notice.key for notice in await all_returns(provider)}
        assert (await found(provider, good)).status == "posted"
        assert (await found(provider, unposted)).status == "authorized"

    # What the network reports

    async def test_unsigned_report_is_refused(self, provider: PaymentProvider) -> None:
        for headers in ({}, {"stripe-signature": "t=1,v1=00"}, {"signature": "x"}):
            code = await rejection(provider.receive_webhook(b'{"id": "evt_1", "type": "x"}', headers))
            assert code in ("bad_signature", "no_webhooks")

    async def test_notices_are_in_order(self, provider: PaymentProvider) -> None:
        seqs = [notice.seq for notice in await provider.notices_since(0)]
        assert seqs == sorted(set(seqs))
        assert await provider.notices_since(seqs[-1] if seqs else 0) == []

    # The hosted page

    async def opened(self, provider: PaymentProvider, **other: object) -> HostedEntry:
        request = {
            "reference": "99999-001",
            "amount_cents": 11240,
            "description": "Electric bill",
            "return_url": RETURN_URL,
        }
        return await provider.open_entry(**{**request, **other})  # type: ignore[arg-type]

    async def test_an_entry_waits_for_the_member(self, provider: PaymentProvider) -> None:
        first, second = await self.opened(provider), await self.opened(provider)
        assert first.entry_id != second.entry_id
        assert first.url.startswith(("http://", "https://"))
        result = await provider.entry_result(first.entry_id)
        assert (result.status, result.token, result.last4) == ("pending", None, None)

    async def test_an_entry_can_ask_for_a_method_without_an_amount(self, provider: PaymentProvider) -> None:
        entry = await self.opened(provider, amount_cents=0, description="Auto Pay")
        assert (await provider.entry_result(entry.entry_id)).status == "pending"

    async def test_finished_entry_gives_a_token_that_can_be_charged(self, provider: PaymentProvider) -> None:
        entry = await self.opened(provider)
        await self.finish_entry(provider, entry)
        result = await provider.entry_result(entry.entry_id)
        assert (result.status, result.kind) == ("complete", "card")
        assert result.last4
        assert len(result.last4) == 4
        assert result.brand
        assert result.exp_month in range(1, 13)
        assert result.token
        assert (await self.authorized(provider, new_key(), token=result.token)).status == "authorized"
        assert await provider.entry_result(entry.entry_id) == result

    @pytest.mark.parametrize("entry_id", ["nothing", "../charges", "a b", "'--"])
    async def test_an_unknown_entry_is_rejected(self, provider: PaymentProvider, entry_id: str) -> None:
        assert await rejection(provider.entry_result(entry_id)) == "no_such_entry"

    async def test_return_address_must_be_a_web_address(self, provider: PaymentProvider) -> None:
        for url in ("javascript:alert(1)", "/portal", "", "http://", "https://a.example\r\nX: y"):
            call = provider.open_entry(reference="r", amount_cents=1, description="d", return_url=url)
            assert await rejection(call) == "invalid_request", url

    async def test_closing_twice_is_fine(self, provider: PaymentProvider) -> None:
        await provider.close()
        await provider.close()
