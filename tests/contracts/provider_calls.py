"""Short ways to ask a payment provider, for the contract's tests."""

import uuid

import pytest

from backend.providers.payments.base import Charge, PaymentProvider, ProviderRejected, Refund, ReturnNotice

AT_ONCE = 20


def new_key() -> str:
    return f"test-{uuid.uuid4()}"


async def rejection(call: object) -> str:
    """The code that the call was rejected with."""
    with pytest.raises(ProviderRejected) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


async def refund(provider: PaymentProvider, key: str, charge_key: str, amount_cents: int) -> Refund:
    return await provider.refund(key=key, charge_key=charge_key, amount_cents=amount_cents, reason="paid twice")


async def found(provider: PaymentProvider, key: str) -> Charge:
    charge = await provider.find(key)
    assert charge is not None
    return charge


async def all_returns(provider: PaymentProvider) -> list[ReturnNotice]:
    notices: list[ReturnNotice] = []
    while part := await provider.returns_since(notices[-1].seq if notices else 0):
        notices += part
    return notices
