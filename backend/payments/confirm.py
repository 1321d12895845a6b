"""Confirming a quote, which starts or schedules its payment.

confirm_quote() commits the payment before it calls the network: a crash at any instant leaves a row, from which
recover() finds out what happened by asking with the same key.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.billing.accounts import lock_account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.payments import receipts
from backend.payments.models import PENDING_STATUSES, PayLink, Payment, Quote, ScheduledPayment
from backend.payments.outcome import PaymentOutcome, outcome_of_payment
from backend.payments.processing import find_new_warnings, process_payment
from backend.providers.payments.base import PaymentProviderError

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)


async def confirm_quote(
    backend: Backend, quote_key: str, *, conversation_id: str, channel: str, wording: str, reply: str
) -> PaymentOutcome:
    """Pay or schedule what the member said yes to. `wording` is exactly what was read out, `reply` what they said.

    Repeats, also at the same time, come to one payment and one confirmation number.
    """
    started = await _start_or_repeat(backend, quote_key, conversation_id, channel, wording, reply)
    if isinstance(started, PaymentOutcome):
        return started
    payment_id, repeated = started
    try:
        await process_payment(backend, payment_id, resumed=repeated, answering=True)
    except PaymentProviderError as error:
        logger.warning("payment %s: the outcome is not known yet: %r", payment_id, error)
    async with backend.db.read_session() as session:
        return outcome_of_payment(await session.get_one(Payment, payment_id))


async def _start_or_repeat(
    backend: Backend, quote_key: str, conversation_id: str, channel: str, wording: str, reply: str
) -> PaymentOutcome | tuple[int, bool]:
    """An outcome, or the id of the payment to process and whether it was started before; one transaction."""
    async with backend.db.transaction() as session:
        quote = await session.scalar(
            select(Quote).where(Quote.key == quote_key, Quote.conversation_id == conversation_id)
        )
        if quote is None:
            return PaymentOutcome("expired")
        await lock_account(session, quote.account_id)
        await session.refresh(quote)
        if quote.confirmed_at:
            return await _repeat_outcome(session, quote)
        now = backend.clock.now()
        if quote.expires_at <= now:
            return PaymentOutcome("expired")
        if warnings := await find_new_warnings(session, backend, quote):
            quote.expires_at = now  # what was read out is no longer true
            return PaymentOutcome("changed", warnings=warnings)
        if not await claim_quote(session, quote, now):
            return PaymentOutcome("expired")
        await session.execute(update(PayLink).where(PayLink.quote_id == quote.id).values(used_at=now))
        agreement = Agreement(conversation_id, quote.level, channel, wording, reply)
        item = await start_agreed(session, backend, quote, agreement)
        return (item.id, False) if isinstance(item, Payment) else PaymentOutcome("scheduled", scheduled=item)


async def claim_quote(session: AsyncSession, quote: Quote, now: datetime) -> bool:
    """Mark the quote as used: True for one caller alone, and only while it is valid."""
    valid = (Quote.id == quote.id, Quote.confirmed_at.is_(None), Quote.expires_at > now)
    result = await session.execute(update(Quote).where(*valid).values(confirmed_at=now))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def _repeat_outcome(session: AsyncSession, quote: Quote) -> PaymentOutcome | tuple[int, bool]:
    """The confirmation again: its outcome, or the payment to process further while there is none."""
    payment = await session.scalar(select(Payment).where(Payment.key == quote.key))
    if payment is None:
        item = await session.scalar(select(ScheduledPayment).where(ScheduledPayment.key == quote.key))
        return PaymentOutcome("already", scheduled=item)
    if payment.status in PENDING_STATUSES:
        return payment.id, True
    return outcome_of_payment(payment, repeated=True)


async def start_agreed(
    session: AsyncSession, backend: Backend, quote: Quote, agreement: Agreement
) -> Payment | ScheduledPayment:
    """Store the payment, or the scheduled one for a later day, with the consent to it.

    Nothing has been asked of the network yet: process_payment() does that once this is committed.
    """
    now = backend.clock.now()
    values: dict[str, Any] = {
        "key": quote.key,
        "confirmation": await confirmation_numbers.new_number(session),
        "account_id": quote.account_id,
        "method_id": quote.method_id,
        "amount_cents": quote.amount_cents,
        "fee_cents": quote.fee_cents,
        "channel": agreement.channel,
        "conversation_id": agreement.actor,
        "created_at": now,
    }
    item: Payment | ScheduledPayment
    if quote.pay_now:
        kind, item = "payment", Payment(**values, updated_at=now)
    else:
        kind, item = "scheduled_payment", ScheduledPayment(**values, run_on=quote.pay_on)
    session.add(item)
    await session.flush()
    if isinstance(item, ScheduledPayment):
        await receipts.send_schedule_confirmation(session, backend, item)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=quote.account_id,
        kind=kind,
        act=f"{kind}_confirmed",
        reference=item.confirmation,
        ends_on=quote.pay_on,
        before={"due_cents": quote.due_cents},
        after={
            "confirmation": item.confirmation,
            "amount_cents": quote.amount_cents,
            "fee_cents": quote.fee_cents,
            "method_id": quote.method_id,
            "pay_on": quote.pay_on.isoformat(),
        },
    )
    return item
