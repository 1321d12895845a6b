"""Bank returns: ACH payments that a bank sends back days after they were posted, with a code of Nacha's such as R01."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import use_language
from backend.payments import receipts
from backend.payments.models import Payment, ReturnCursor
from backend.payments.processing import build_payment_fact, lock_payment, move_status
from backend.providers.payments.base import Charge, ReturnNotice

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

CURSOR_ID = 1
"""The row of ReturnCursor."""


async def collect_returns(backend: Backend) -> int:
    """Book every return since the last call, each once; returns how many notices were new.

    Raises a PaymentProviderError when the provider's list cannot be read.
    """
    count = 0
    cursor = await read_cursor(backend, CURSOR_ID)
    while notices := await backend.payments.returns_since(cursor):
        for notice in notices:
            # a notice and the cursor past it are one transaction, so that none is booked twice or skipped
            async with backend.db.transaction() as session:
                await _book(session, backend, notice)
                await write_cursor(session, CURSOR_ID, notice.seq)
        count += len(notices)
        cursor = notices[-1].seq
    return count


async def read_cursor(backend: Backend, cursor_id: int) -> int:
    """How far one of the provider's lists has been read."""
    async with backend.db.read_session() as session:
        return await session.scalar(select(ReturnCursor.seq).where(ReturnCursor.id == cursor_id)) or 0


async def write_cursor(session: AsyncSession, cursor_id: int, seq: int) -> bool:
    """Note that the list has been read up to `seq`. False when another process was there before."""
    row = await session.get(ReturnCursor, cursor_id, with_for_update=True)
    if row is None:
        session.add(ReturnCursor(id=cursor_id, seq=seq))
        await session.flush()
        return True
    if row.seq >= seq:
        return False
    row.seq = seq
    return True


async def _book(session: AsyncSession, backend: Backend, notice: ReturnNotice) -> None:
    """Reverse the payment of the notice. One that fits no payment is logged: somebody must look."""
    payment_id = await session.scalar(select(Payment.id).where(Payment.key == notice.key))
    if payment_id is None:
        logger.error("the bank returned %s, which is not a payment of ours", notice.key)
        return
    payment = await lock_payment(session, payment_id)
    if payment.total_cents != notice.amount_cents:
        logger.error("the bank returned %s cents of payment %s", notice.amount_cents, payment_id)
        return
    charge = Charge(notice.key, payment.provider_ref or "", "returned", notice.amount_cents, notice.code, "bank")
    # a crash may have kept us from storing that it was posted
    steps = {
        "started": ("authorized", "posted", "returned"),
        "authorized": ("posted", "returned"),
        "posted": ("returned",),
    }
    for status in steps.get(payment.status, ()):
        if status == "returned":
            await backend.billing.payment_returned(session, build_payment_fact(payment, backend))
            with use_language(await receipts.language_for(session, payment)):
                automatic = backend.automatic_payments
                if not await automatic.handle_status(session, backend, payment, "returned", notice.code):
                    await receipts.notify_payment_returned(session, backend, payment, notice.code)
        await move_status(session, backend, payment, status, charge=charge, answering=False)
