"""Bank returns: posted payments that a bank sends back days later."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import use_language
from backend.payments import receipts
from backend.payments.models import Payment, ReturnCursor
from backend.payments.processing import lock_payment, move_status, payment_fact
from backend.providers.payments.base import Charge, ReturnNotice

if TYPE_CHECKING:
    from backend.app import Backend

log = logging.getLogger(__name__)

_ONLY_ROW = 1


async def collect_returns(backend: Backend) -> int:
    """Book every return since the last call, each once; returns how many notices were new."""
    count = 0
    cursor = await _cursor(backend)
    while notices := await backend.payments.returns_since(cursor):
        for notice in notices:
            await _book(backend, notice)
        count += len(notices)
        cursor = notices[-1].seq
    return count


async def _cursor(backend: Backend) -> int:
    async with backend.db.read_session() as session:
        return await session.scalar(select(ReturnCursor.seq)) or 0


async def _book(backend: Backend, notice: ReturnNotice) -> None:
    """One notice and the cursor past it, in one transaction."""
    async with backend.db.transaction() as session:
        payment_id = await session.scalar(select(Payment.id).where(Payment.key == notice.key))
        if payment_id is None:
            log.error("the bank returned %s, which is not a payment of ours", notice.key)
        else:
            await _reverse_payment(session, backend, payment_id, notice)
        await _move_cursor(session, notice.seq)


async def _reverse_payment(session: AsyncSession, backend: Backend, payment_id: int, notice: ReturnNotice) -> None:
    payment = await lock_payment(session, payment_id)
    if payment.total_cents != notice.amount_cents:
        log.error("the bank returned %s cents of payment %s", notice.amount_cents, payment_id)
        return
    charge = Charge(notice.key, payment.provider_ref or "", "returned", notice.amount_cents, notice.code, "bank")
    # a crash may have kept us from storing that it was posted
    steps = {"started": ("authorised", "posted", "returned"), "authorised": ("posted", "returned")}
    for status in steps.get(payment.status, ("returned",) if payment.status == "posted" else ()):
        if status == "returned":
            await backend.billing.payment_returned(session, payment_fact(payment, backend))
            with use_language(await receipts.language_for(session, payment)):
                automatic = backend.automatic_payments
                if not await automatic.handle_status(session, backend, payment, "returned", notice.code):
                    await receipts.notify_payment_returned(session, backend, payment, notice.code)
        await move_status(session, backend, payment, status, charge=charge, answering=False)


async def _move_cursor(session: AsyncSession, seq: int) -> None:
    row = await session.get(ReturnCursor, _ONLY_ROW, with_for_update=True)
    if row is None:
        session.add(ReturnCursor(id=_ONLY_ROW, seq=seq))
    else:
        row.seq = max(row.seq, seq)
