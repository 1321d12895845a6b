"""Receipts and notices about payments, into the outbox, to the phone and email on file.

They are in the current language. A job, which has no conversation, sets it first (`language_for`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import SPANISH, format_short_date, mark, tr
from backend.members.models import Member
from backend.money import format_balance, format_cents
from backend.outbox.service import enqueue
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment

if TYPE_CHECKING:
    from backend.app import Backend

RETURN_REASONS = {
    "R01": mark("not enough funds"),
    "R02": mark("account closed"),
    "R03": mark("account not found"),
    "R04": mark("account number not valid"),
    "R07": mark("authorization revoked"),
    "R08": mark("payment was stopped"),
    "R09": mark("funds not yet collected"),
}


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """The recipient, and the account and method masked: others may see the screen of a phone."""

    member: Member
    account: str
    method: str


async def send_receipt(session: AsyncSession, backend: Backend, payment: Payment, *, answering: bool) -> None:
    """The receipt of a posted payment. `answering`: the reply on the payment's channel has the confirmation number."""
    facts = await load_facts(session, payment)
    due = (await backend.billing.balance(session, payment.account_id, backend.today())).amount_due_cents
    text = tr(
        "paid {amount} on acct {account} with {method}. Confirmation {confirmation}. Balance {balance}.",
        amount=_format_total(payment),
        account=facts.account,
        method=facts.method,
        confirmation=payment.confirmation,
        balance=format_balance(due),
    )
    # a text conversation has the number in it already: a second text would only cost
    texted = not (answering and payment.channel == "sms" and facts.member.email)
    await send(session, backend, facts, f"receipt:{payment.key}", "receipt", tr("Payment receipt"), text, texted)


async def notify_payment_failed(session: AsyncSession, backend: Backend, payment: Payment) -> None:
    """A pending payment that did not go through."""
    facts = await load_facts(session, payment)
    text = tr(
        "your payment of {amount} on acct {account} with {method} {why}. Nothing was taken. Ref {confirmation}.",
        amount=format_cents(payment.amount_cents),
        account=facts.account,
        method=facts.method,
        why=tr("was declined") if payment.status == "declined" else tr("did not go through"),
        confirmation=payment.confirmation,
    )
    await send(session, backend, facts, f"not-paid:{payment.key}", "notice", tr("Payment not made"), text)


async def notify_payment_returned(session: AsyncSession, backend: Backend, payment: Payment, code: str) -> None:
    """A bank sent the payment back, and the amount is owed again."""
    facts = await load_facts(session, payment)
    text = tr(
        "your bank returned your payment of {amount} on acct {account}: {reason}. It is due again. Ref {confirmation}.",
        amount=format_cents(payment.amount_cents),
        account=facts.account,
        reason=tr(RETURN_REASONS[code]) if code in RETURN_REASONS else tr("code {code}", code=code),
        confirmation=payment.confirmation,
    )
    await send(session, backend, facts, f"returned:{payment.key}", "notice", tr("Payment returned"), text)


async def send_schedule_confirmation(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    """The copy of a payment agreed for a later day."""
    facts = await load_facts(session, item)
    text = tr(
        "{amount} will be paid on acct {account} with {method} on {day}. Confirmation {confirmation}.",
        amount=_format_total(item),
        account=facts.account,
        method=facts.method,
        day=format_short_date(item.run_on),
        confirmation=item.confirmation,
    )
    texted = not (item.channel == "sms" and facts.member.email)
    await send(session, backend, facts, f"scheduled:{item.key}", "receipt", tr("Payment scheduled"), text, texted)


async def notify_schedule_failed(session: AsyncSession, backend: Backend, item: ScheduledPayment, reason: str) -> None:
    facts = await load_facts(session, item)
    text = tr(
        "the payment of {amount} set for {day} on acct {account} was not made: {reason}. Ref {confirmation}.",
        amount=format_cents(item.amount_cents),
        day=format_short_date(item.run_on),
        account=facts.account,
        reason=reason,
        confirmation=item.confirmation,
    )
    await send(session, backend, facts, f"schedule-failed:{item.key}", "notice", tr("Payment not made"), text)


async def send_schedule_canceled(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    facts = await load_facts(session, item)
    text = tr(
        "the payment of {amount} set for {day} on acct {account} is canceled. Ref {confirmation}.",
        amount=format_cents(item.amount_cents),
        day=format_short_date(item.run_on),
        account=facts.account,
        confirmation=item.confirmation,
    )
    texted = not (item.channel == "sms" and facts.member.email)
    await send(session, backend, facts, f"schedule-off:{item.key}", "notice", tr("Payment canceled"), text, texted)


async def send_schedule_moved(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    """The copy of a payment moved to another day."""
    facts = await load_facts(session, item)
    text = tr(
        "the payment of {amount} on acct {account} with {method} is now set for {day}. Ref {confirmation}.",
        amount=format_cents(item.amount_cents),
        account=facts.account,
        method=facts.method,
        day=format_short_date(item.run_on),
        confirmation=item.confirmation,
    )
    texted = not (item.channel == "sms" and facts.member.email)
    key = f"schedule-moved:{item.key}:{backend.clock.now():%Y%m%d%H%M%S}"
    await send(session, backend, facts, key, "receipt", tr("Payment moved"), text, texted)


def _format_total(item: Payment | ScheduledPayment) -> str:
    amount = format_cents(item.amount_cents)
    return tr("{amount} plus {fee} fee", amount=amount, fee=format_cents(item.fee_cents)) if item.fee_cents else amount


async def language_for(session: AsyncSession, about: Payment | ScheduledPayment) -> str:
    """The language of a message that a job writes: Spanish where the conversation that it comes from was in Spanish,
    else the one on file for the member."""
    account = await session.get_one(Account, about.account_id)
    member = await session.get_one(Member, account.member_id)
    conversation = await session.get(Conversation, about.conversation_id) if about.conversation_id else None
    return SPANISH if conversation and conversation.language == SPANISH else member.language


class ReceiptSubject(Protocol):
    """What a message can be about: it names an account and a method."""

    @property
    def account_id(self) -> int: ...
    @property
    def method_id(self) -> int: ...


async def load_facts(session: AsyncSession, about: ReceiptSubject) -> ReceiptFacts:
    """The recipient, account and method of a message about this."""
    account = await session.get_one(Account, about.account_id)
    method = await session.get_one(PaymentMethod, about.method_id)
    # never the whole number: with the last four of the phone that it is sent to, it is all that level 1 asks for
    masked = f"..{account.number[-5:]}"
    return ReceiptFacts(await session.get_one(Member, account.member_id), masked, method.label)


async def send(
    session: AsyncSession,
    backend: Backend,
    facts: ReceiptFacts,
    key: str,
    purpose: str,
    subject: str,
    text: str,
    texted: bool = True,
    written: str = "",
) -> None:
    """Write the message to the outbox, once for each `key`: a text, and an email that may say more (`written`)."""
    coop, member = backend.coop, facts.member
    if texted:
        await enqueue(
            session,
            backend,
            kind="sms",
            recipient=member.phone,
            body=tr("{coop}: {text} Help: {phone}", coop=coop.short_name, text=text, phone=coop.office_phone_display),
            purpose=purpose,
            dedupe_key=f"{key}:sms",
        )
    if member.email:
        await enqueue(
            session,
            backend,
            kind="email",
            recipient=member.email,
            subject=f"{subject} - {coop.name}",
            body=format_letter(backend, written or text),
            purpose=purpose,
            dedupe_key=f"{key}:email",
        )


def format_letter(backend: Backend, text: str) -> str:
    coop = backend.coop
    hello = tr("Hello,")
    help_at = tr(
        "If you did not ask for this, call us at {phone} ({hours}).",
        phone=coop.office_phone_display,
        hours=coop.hours_text,
    )
    return f"{hello}\n\n{text[0].upper()}{text[1:]}\n\n{help_at}\n\n{coop.name}\n"
