"""Bank returns: ACH payments that a bank sends back days after they were posted, with a code of Nacha's such as R01."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.language import use_language
from backend.money import format_cents
from backend.outbox.office_mail import mail_office
from backend.payments import failed_refunds, receipts, refund_notices
from backend.payments.models import Payment, PaymentMethod, ReturnCursor
from backend.payments.processing import SYSTEM, build_payment_fact, enqueue_posting, lock_payment, move_status
from backend.payments.return_codes import ACCOUNT_UNUSABLE, ENDS_AUTOMATIC_PAYMENTS, OFFICE_LOOKS
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
    await book_return(session, backend, payment, notice.code)


async def book_return(session: AsyncSession, backend: Backend, payment: Payment, code: str) -> bool:
    """Book the return of the whole payment, whose account is locked; False when it was returned or never taken.

    The member is told, and what Nacha's code means for the method and for automatic payments is done.
    """
    charge = Charge(payment.key, payment.provider_ref or "", "returned", payment.total_cents, code, "bank")
    # a crash may have kept us from storing that it was posted
    steps = {
        "started": ("authorized", "posted", "returned"),
        "authorized": ("posted", "returned"),
        "posted": ("returned",),
    }.get(payment.status, ())
    for status in steps:
        if status == "returned":
            await backend.billing.payment_returned(session, build_payment_fact(payment, backend))
            await enqueue_posting(session, backend, payment, "return")
            with use_language(await receipts.language_for(session, payment)):
                automatic = backend.automatic_payments
                if not await automatic.handle_status(session, backend, payment, "returned", code):
                    await receipts.notify_payment_returned(session, backend, payment, code)
        await move_status(session, backend, payment, status, charge=charge, answering=False)
    if steps:
        await _follow_up(session, backend, payment, code)
    return bool(steps)


async def _follow_up(session: AsyncSession, backend: Backend, payment: Payment, code: str) -> None:
    """Take an unusable account off, stop automatic payments from it, and tell the office where it has to look."""
    await end_method(session, backend, payment, code)
    if code in OFFICE_LOOKS:
        body = (
            f"The bank returned the payment {payment.confirmation} of {format_cents(payment.total_cents)} with "
            f"{code}. The account holder says that it was not agreed to, or has died. Automatic payments from that "
            "account are off. Please look into it: unauthorized debits must stay rare (Nacha allows 0.5 percent)."
        )
        subject = f"Payment {payment.confirmation} returned: {code}"
        key = f"office:returned:{payment.key}"
        await mail_office(session, backend, subject=subject, body=f"{body}\n", key=key)
    await failed_refunds.end_as_returned(session, backend, payment)
    if await failed_refunds.given_twice_cents(session, payment):
        await refund_notices.tell_office_of_double(session, backend, payment)


async def end_method(session: AsyncSession, backend: Backend, payment: Payment, code: str) -> None:
    """Do what the code means for the bank account of the payment, and for automatic payments from it."""
    method = await session.get_one(PaymentMethod, payment.method_id)
    removed = code in ACCOUNT_UNUSABLE and method.active and method.saved
    if code in ACCOUNT_UNUSABLE:
        method.active = False
    ended = code in ENDS_AUTOMATIC_PAYMENTS and await backend.automatic_payments.end_for_method(
        session, backend, method.id, code
    )
    if removed or ended:
        with use_language(await receipts.language_for(session, payment)):
            await receipts.notify_method_off(session, backend, payment, removed=removed, ended=ended)
        await audit.record_job_act(
            session,
            backend,
            job=SYSTEM,
            act="method_returned",
            account_id=payment.account_id,
            before={"active": True},
            after={"active": method.active, "automatic_payments_ended": ended, "code": code},
        )
