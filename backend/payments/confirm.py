"""Paying, from the yes to the receipt. These functions take the Backend because they commit in between.

confirm() writes down what is about to happen, commits, and only then speaks to the network: a crash at any instant
leaves a row from which recover() finds out what happened, by asking with the same key.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.billing.service import lock_account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.payments import receipts
from backend.payments.models import PayLink, Payment, Quote, ScheduledPayment
from backend.payments.outcome import PaymentOutcome, outcome_of_payment
from backend.payments.processing import advance, find_new_warnings
from backend.providers.payments.base import PaymentProviderError

if TYPE_CHECKING:
    from backend.app import Backend

log = logging.getLogger(__name__)


async def confirm_quote(
    backend: Backend, quote_key: str, *, conversation_id: str, channel: str, wording: str, reply: str
) -> PaymentOutcome:
    """The member said yes to the quote. `wording` is exactly what was read out, `reply` exactly what they said.

    However often it is delivered, and however many at once: one payment, and the same confirmation number.
    """
    decided = await _start_or_repeat(backend, quote_key, conversation_id, channel, wording, reply)
    if isinstance(decided, PaymentOutcome):
        return decided
    payment_id, repeated = decided
    try:
        await advance(backend, payment_id, resumed=repeated, told=True)
    except PaymentProviderError as error:
        log.warning("payment %s: the outcome is not known yet: %r", payment_id, error)
    async with backend.db.read_session() as session:
        return outcome_of_payment(await session.get_one(Payment, payment_id))


async def _start_or_repeat(
    backend: Backend, quote_key: str, conversation_id: str, channel: str, wording: str, reply: str
) -> PaymentOutcome | tuple[int, bool]:
    """The first transaction: an outcome, or the id of the payment to drive and whether it was started before."""
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
        if news := await find_new_warnings(session, backend, quote):
            quote.expires_at = now  # what was read out is not so any more
            return PaymentOutcome("changed", warnings=news)
        if not await _claim_quote(session, quote, now):
            return PaymentOutcome("expired")
        await session.execute(update(PayLink).where(PayLink.quote_id == quote.id).values(used_at=now))
        agreement = Agreement(conversation_id, quote.level, channel, wording, reply)
        if quote.pay_now:
            return (await _start(session, backend, quote, agreement)).id, False
        return PaymentOutcome("scheduled", scheduled=await _schedule(session, backend, quote, agreement))


async def _claim_quote(session: AsyncSession, quote: Quote, now: datetime) -> bool:
    """Use the quote up: true for one caller alone, and only while it is good."""
    good = (Quote.id == quote.id, Quote.confirmed_at.is_(None), Quote.expires_at > now)
    result = await session.execute(update(Quote).where(*good).values(confirmed_at=now))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def _repeat_outcome(session: AsyncSession, quote: Quote) -> PaymentOutcome | tuple[int, bool]:
    """The same yes again: what came of it, or the payment to drive on if nothing has yet."""
    payment = await session.scalar(select(Payment).where(Payment.key == quote.key))
    if payment is None:
        made = await session.scalar(select(ScheduledPayment).where(ScheduledPayment.key == quote.key))
        return PaymentOutcome("already", scheduled=made)
    if payment.status in ("started", "authorised"):
        return payment.id, True
    return outcome_of_payment(payment, repeated=True)


async def _start(session: AsyncSession, backend: Backend, quote: Quote, agreement: Agreement) -> Payment:
    now = backend.clock.now()
    payment = Payment(
        key=quote.key,
        confirmation=await confirmation_numbers.new_number(session),
        account_id=quote.account_id,
        method_id=quote.method_id,
        amount_cents=quote.amount_cents,
        fee_cents=quote.fee_cents,
        channel=agreement.channel,
        conversation_id=agreement.actor,
        created_at=now,
        updated_at=now,
    )
    session.add(payment)
    await session.flush()
    await _record_consent(session, backend, quote, agreement, "payment", payment.confirmation)
    return payment


async def _schedule(session: AsyncSession, backend: Backend, quote: Quote, agreement: Agreement) -> ScheduledPayment:
    made = ScheduledPayment(
        key=quote.key,
        confirmation=await confirmation_numbers.new_number(session),
        account_id=quote.account_id,
        method_id=quote.method_id,
        amount_cents=quote.amount_cents,
        fee_cents=quote.fee_cents,
        run_on=quote.pay_on,
        channel=agreement.channel,
        conversation_id=agreement.actor,
        created_at=backend.clock.now(),
    )
    session.add(made)
    await session.flush()
    await receipts.send_schedule_confirmation(session, backend, made)
    await _record_consent(session, backend, quote, agreement, "scheduled_payment", made.confirmation)
    return made


async def _record_consent(
    session: AsyncSession, backend: Backend, quote: Quote, agreement: Agreement, kind: str, number: str
) -> None:
    """The exact words and the exact reply, and the audit row of the act they allowed."""
    await consents.record(
        session,
        backend,
        agreement,
        account_id=quote.account_id,
        kind=kind,
        act=f"{kind}_confirmed",
        reference=number,
        ends_on=quote.pay_on,
        before={"due_cents": quote.due_cents},
        after={
            "confirmation": number,
            "amount_cents": quote.amount_cents,
            "fee_cents": quote.fee_cents,
            "method_id": quote.method_id,
            "pay_on": quote.pay_on.isoformat(),
        },
    )
