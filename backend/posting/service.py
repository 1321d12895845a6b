"""The queue of movements for the billing system: written with the movement, sent afterward, resolved by the office."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.errors import MemberlineError
from backend.posting.models import KINDS, QueuedPosting

if TYPE_CHECKING:
    from backend.app import Backend


class PostingConflict(MemberlineError):
    """A movement was queued under a key that belongs to another one: a bug, and never written."""

    code = "posting_conflict"


async def enqueue(
    session: AsyncSession,
    backend: Backend,
    *,
    kind: str,
    key: str,
    account_id: int,
    amount_cents: int,
    fee_cents: int,
    payment_id: int | None = None,
    method_kind: str | None = None,
    confirmation: str | None = None,
    channel: str | None = None,
    on_date: date | None = None,
) -> QueuedPosting:
    """Queue a movement in the transaction that makes it; the same key is queued once.

    `kind` is payment, return or refund; `key` is the payment's or the refund's own, with or without `kind:` before it.
    `amount_cents` is above zero and without the fee. `on_date` is today unless given. What is not given of method,
    confirmation and channel is taken from the payment's own posting. Raises PostingConflict when the key belongs to
    another movement.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
    full_key = key if key.startswith(f"{kind}:") else f"{kind}:{key}"
    known = await find(session, full_key)
    if known is not None:
        if (known.account_id, known.amount_cents, known.fee_cents) != (account_id, amount_cents, fee_cents):
            raise PostingConflict(f"{full_key} is queued already, with another account or amount")
        return known
    payment = await _payment_posting(session, payment_id)
    posting = QueuedPosting(
        key=full_key,
        kind=kind,
        payment_id=payment_id,
        account_id=account_id,
        account_number=(await session.get_one(Account, account_id)).number,
        amount_cents=amount_cents,
        fee_cents=fee_cents,
        on_date=on_date or backend.today(),
        method_kind=method_kind or (payment.method_kind if payment else "card"),
        confirmation=confirmation or (payment.confirmation if payment else ""),
        channel=channel or (payment.channel if payment else ""),
        created_at=backend.clock.now(),
    )
    session.add(posting)
    await session.flush()
    return posting


async def _payment_posting(session: AsyncSession, payment_id: int | None) -> QueuedPosting | None:
    if payment_id is None:
        return None
    return await session.scalar(
        select(QueuedPosting).where(QueuedPosting.payment_id == payment_id, QueuedPosting.kind == "payment")
    )


async def find(session: AsyncSession, key: str) -> QueuedPosting | None:
    """The movement of this whole key, such as `payment:KEY`."""
    return await session.scalar(select(QueuedPosting).where(QueuedPosting.key == key))
