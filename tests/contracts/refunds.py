"""What every payment provider must do about refunds: a part of PaymentProviderContract."""

import asyncio

import pytest

from backend.providers.payments.base import Charge, PaymentProvider, ProviderRejected, Refund, ReturnNotice
from tests.contracts.provider_calls import AT_ONCE, found, new_key, refund, rejection


class RefundContract:
    """Needs what PaymentProviderContract has: a fixture `provider`, the tokens, and the ways below."""

    declined_token: str
    bank_token: str
    failing_refund_token: str | None = None

    async def pass_return_time(self, provider: PaymentProvider) -> None:
        raise NotImplementedError

    async def authorized(self, provider: PaymentProvider, key: str, **other: object) -> Charge:
        raise NotImplementedError

    async def returned(self, provider: PaymentProvider) -> tuple[str, ReturnNotice]:
        raise NotImplementedError

    async def pass_refund_time(self, provider: PaymentProvider) -> None:
        """Let so many days pass that the bank has answered a refund made just now."""
        await self.pass_return_time(provider)

    async def posted(self, provider: PaymentProvider, **other: object) -> str:
        """The key of a charge of 11240 cents that was posted."""
        key = new_key()
        await self.authorized(provider, key, **other)
        assert (await provider.capture(key)).status == "posted"
        return key

    async def test_a_refund_gives_back_a_posted_charge(self, provider: PaymentProvider) -> None:
        charge, key = await self.posted(provider), new_key()
        made = await refund(provider, key, charge, 11240)
        assert (made.key, made.charge_key, made.amount_cents) == (key, charge, 11240)
        assert made.status in ("pending", "succeeded")
        assert made.ref
        assert await provider.find_refund(key) == made
        assert (await found(provider, charge)).status == "posted"

    async def test_same_refund_key_is_the_same_refund(self, provider: PaymentProvider) -> None:
        charge, key = await self.posted(provider), new_key()
        made = [await refund(provider, key, charge, 8000) for _ in range(3)]
        assert len({one.ref for one in made}) == 1
        assert (await refund(provider, new_key(), charge, 3240)).ref != made[0].ref

    async def test_many_refunds_at_once_with_one_key_are_one(self, provider: PaymentProvider) -> None:
        charge, key = await self.posted(provider), new_key()
        made = await asyncio.gather(*(refund(provider, key, charge, 8000) for _ in range(AT_ONCE)))
        assert len({one.ref for one in made}) == 1
        assert (await refund(provider, new_key(), charge, 3240)).amount_cents == 3240

    async def test_parts_are_refunded_up_to_the_whole(self, provider: PaymentProvider) -> None:
        charge = await self.posted(provider)
        for cents in (1, 11000, 239):
            assert (await refund(provider, new_key(), charge, cents)).amount_cents == cents
        key = new_key()
        assert await rejection(refund(provider, key, charge, 1)) == "refund_too_large"
        assert await provider.find_refund(key) is None

    async def test_refunds_at_once_are_never_more_than_the_charge(self, provider: PaymentProvider) -> None:
        charge = await self.posted(provider)
        calls = (refund(provider, new_key(), charge, 5000) for _ in range(6))
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(result, Refund) for result in results) == 2
        refused = [result.code for result in results if isinstance(result, ProviderRejected)]
        assert refused == ["refund_too_large"] * 4

    async def test_too_large_refund_changes_nothing_and_leaves_the_key_free(self, provider: PaymentProvider) -> None:
        charge, key = await self.posted(provider), new_key()
        assert await rejection(refund(provider, key, charge, 11241)) == "refund_too_large"
        assert (await refund(provider, key, charge, 11240)).amount_cents == 11240

    @pytest.mark.parametrize("changed", ["charge_key", "amount_cents"])
    async def test_a_refund_key_is_not_reused(self, provider: PaymentProvider, changed: str) -> None:
        charge, another, key = await self.posted(provider), await self.posted(provider), new_key()
        made = await refund(provider, key, charge, 5000)
        other = (another, 5000) if changed == "charge_key" else (charge, 5001)
        assert await rejection(refund(provider, key, *other)) == "idempotency_key_reused"
        assert await provider.find_refund(key) == made

    async def test_only_a_posted_charge_is_refundable(self, provider: PaymentProvider) -> None:
        authorized, declined, voided = new_key(), new_key(), new_key()
        await self.authorized(provider, authorized)
        await self.authorized(provider, declined, token=self.declined_token)
        await self.authorized(provider, voided)
        await provider.void(voided)
        for charge in (authorized, declined, voided):
            assert await rejection(refund(provider, new_key(), charge, 1)) == "not_refundable"
        assert await rejection(refund(provider, new_key(), new_key(), 1)) == "no_such_charge"
        assert (await provider.capture(authorized)).status == "posted"

    async def test_returned_charge_is_not_refundable(self, provider: PaymentProvider) -> None:
        charge, _ = await self.returned(provider)
        assert await rejection(refund(provider, new_key(), charge, 1)) == "not_refundable"

    async def test_a_bank_refund_succeeds_in_time(self, provider: PaymentProvider) -> None:
        charge, key = await self.posted(provider, token=self.bank_token), new_key()
        made = await refund(provider, key, charge, 11240)
        await self.pass_refund_time(provider)
        after = await provider.find_refund(key)
        assert after is not None
        assert (after.ref, after.status) == (made.ref, "succeeded")

    async def test_failed_refund_may_be_made_again(self, provider: PaymentProvider) -> None:
        if self.failing_refund_token is None:
            pytest.skip("this provider's test mode has no method whose refunds fail")
        charge, key = await self.posted(provider, token=self.failing_refund_token), new_key()
        await refund(provider, key, charge, 11240)
        await self.pass_refund_time(provider)
        after = await provider.find_refund(key)
        assert after is not None
        assert after.status == "failed"
        assert (await refund(provider, key, charge, 11240)).status == "failed"
        assert (await refund(provider, new_key(), charge, 11240)).amount_cents == 11240

    @pytest.mark.parametrize("amount_cents", [0, -1])
    async def test_no_amount_is_no_refund(self, provider: PaymentProvider, amount_cents: int) -> None:
        charge, key = await self.posted(provider), new_key()
        assert await rejection(refund(provider, key, charge, amount_cents)) == "invalid_amount"
        assert await provider.find_refund(key) is None

    async def test_a_malformed_refund_key_is_rejected(self, provider: PaymentProvider) -> None:
        charge = await self.posted(provider)
        for key in ("", "two words", "../x", "k" * 201):
            assert await rejection(refund(provider, key, charge, 1)) == "invalid_key"
            assert await rejection(provider.find_refund(key)) == "invalid_key"
        assert await provider.find_refund(new_key()) is None
