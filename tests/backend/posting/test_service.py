"""A movement of money is queued for the billing system in the transaction that makes it, once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.payments.bank_returns import collect_returns
from backend.posting import service as posting
from backend.posting.models import QueuedPosting
from backend.posting.service import PostingConflict
from tests.backend.household import DUE_CENTS, TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import payments, quote_for, say_yes


async def queued(backend: Backend) -> list[QueuedPosting]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(QueuedPosting).order_by(QueuedPosting.id)))


async def test_a_payment_and_its_return_are_queued_with_them(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    network.pass_days(7)
    await collect_returns(backend)
    (paid,) = await payments(backend)
    taken, returned = await queued(backend)
    assert (taken.key, returned.key) == (f"payment:{paid.key}", f"return:{paid.key}")
    for row in (taken, returned):
        assert (row.payment_id, row.account_number, row.amount_cents) == (paid.id, "99999-001", DUE_CENTS)
        assert (row.confirmation, row.method_kind, row.channel) == (paid.confirmation, "bank", "sms")
        assert (row.on_date, row.status, row.sent_at, row.reference) == (TODAY, "waiting", None, None)


async def test_a_declined_payment_is_not_queued(backend: Backend) -> None:
    home = await make_household(backend, card_token="tok_visa_declined")
    await say_yes(backend, await quote_for(backend, home))
    assert [payment.status for payment in await payments(backend)] == ["declined"]
    assert await queued(backend) == []


async def test_a_movement_that_is_rolled_back_leaves_no_posting(backend: Backend, home: Household) -> None:
    with suppress(ZeroDivisionError):
        async with backend.db.transaction() as session:
            await _refund(session, backend, home, 500)
            raise ZeroDivisionError
    assert await queued(backend) == []


async def test_the_same_key_is_one_movement_and_another_amount_is_refused(backend: Backend, home: Household) -> None:
    for key in ("r-1", "refund:r-1"):
        async with backend.db.transaction() as session:
            await _refund(session, backend, home, 500, key)
    assert [row.key for row in await queued(backend)] == ["refund:r-1"]
    with pytest.raises(PostingConflict):
        async with backend.db.transaction() as session:
            await _refund(session, backend, home, 501)
    assert [row.amount_cents for row in await queued(backend)] == [500]


async def test_a_refund_takes_what_it_is_not_told_from_its_payment(backend: Backend, home: Household) -> None:
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    (paid,) = await payments(backend)
    async with backend.db.transaction() as session:
        await _refund(session, backend, home, 500, payment_id=paid.id)
    refund = (await queued(backend))[1]
    assert (refund.confirmation, refund.method_kind, refund.channel) == (paid.confirmation, "bank", "sms")


async def _refund(
    session: AsyncSession, backend: Backend, home: Household, cents: int, key: str = "r-1", **other: int
) -> None:
    await posting.enqueue(
        session,
        backend,
        kind="refund",
        key=key,
        account_id=home.account_id,
        amount_cents=cents,
        fee_cents=0,
        **other,
    )
