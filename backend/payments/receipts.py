"""Receipts and notices about payments, into the outbox, to the phone and email on file. Plain GSM-7 words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.members.models import Member
from backend.money import format_balance, format_cents
from backend.outbox.service import enqueue
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment

if TYPE_CHECKING:
    from backend.app import Backend

RETURN_REASONS = {
    "R01": "not enough funds",
    "R02": "account closed",
    "R03": "account not found",
    "R04": "account number not valid",
    "R07": "authorization revoked",
    "R08": "payment was stopped",
    "R09": "funds not yet collected",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Whom it is about, and how they read on a screen that others may see."""

    member: Member
    account: str
    method: str


async def paid(session: AsyncSession, backend: Backend, payment: Payment, *, told: bool) -> None:
    """The receipt of a posted payment. `told`: the confirmation number was just said on the payment's own channel."""
    facts = await facts_about(session, payment)
    due = (await backend.billing.balance(session, payment.account_id, backend.today())).amount_due_cents
    fee = f" plus {format_cents(payment.fee_cents)} fee" if payment.fee_cents else ""
    text = (
        f"paid {format_cents(payment.amount_cents)}{fee} on acct {facts.account} with {facts.method}. "
        f"Confirmation {payment.confirmation}. Balance {format_balance(due)}."
    )
    # a text conversation has the number in it already: a second text would only cost
    texted = not (told and payment.channel == "sms" and facts.member.email)
    await send(session, backend, facts, f"receipt:{payment.key}", "receipt", "Payment receipt", text, texted)


async def not_paid(session: AsyncSession, backend: Backend, payment: Payment) -> None:
    """A payment that was on its way and did not go through."""
    facts = await facts_about(session, payment)
    why = "was declined" if payment.status == "declined" else "did not go through"
    text = (
        f"your payment of {format_cents(payment.amount_cents)} on acct {facts.account} with {facts.method} "
        f"{why}. Nothing was taken. Ref {payment.confirmation}."
    )
    await send(session, backend, facts, f"not-paid:{payment.key}", "notice", "Payment not made", text)


async def returned(session: AsyncSession, backend: Backend, payment: Payment, code: str) -> None:
    """A bank sent the payment back, and the amount is owed again."""
    facts = await facts_about(session, payment)
    reason = RETURN_REASONS.get(code, f"code {code}")
    text = (
        f"your bank returned your payment of {format_cents(payment.amount_cents)} on acct {facts.account}: "
        f"{reason}. It is due again. Ref {payment.confirmation}."
    )
    await send(session, backend, facts, f"returned:{payment.key}", "notice", "Payment returned", text)


async def scheduled(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    """The copy of what was agreed for a later day."""
    facts = await facts_about(session, item)
    fee = f" plus {format_cents(item.fee_cents)} fee" if item.fee_cents else ""
    text = (
        f"{format_cents(item.amount_cents)}{fee} will be paid on acct {facts.account} with {facts.method} "
        f"on {day(item.run_on)}. Confirmation {item.confirmation}."
    )
    texted = not (item.channel == "sms" and facts.member.email)
    await send(session, backend, facts, f"scheduled:{item.key}", "receipt", "Payment scheduled", text, texted)


async def schedule_failed(session: AsyncSession, backend: Backend, item: ScheduledPayment, reason: str) -> None:
    """A scheduled payment that could not be made."""
    facts = await facts_about(session, item)
    text = (
        f"the payment of {format_cents(item.amount_cents)} set for {day(item.run_on)} on acct {facts.account} "
        f"was not made: {reason}. Ref {item.confirmation}."
    )
    await send(session, backend, facts, f"schedule-failed:{item.key}", "notice", "Payment not made", text)


async def schedule_cancelled(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    """The copy of a cancellation."""
    facts = await facts_about(session, item)
    text = (
        f"the payment of {format_cents(item.amount_cents)} set for {day(item.run_on)} on acct {facts.account} "
        f"is cancelled. Ref {item.confirmation}."
    )
    texted = not (item.channel == "sms" and facts.member.email)
    await send(session, backend, facts, f"schedule-off:{item.key}", "notice", "Payment cancelled", text, texted)


async def schedule_moved(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    """The copy of what was agreed anew for another day."""
    facts = await facts_about(session, item)
    text = (
        f"the payment of {format_cents(item.amount_cents)} on acct {facts.account} with {facts.method} "
        f"is now set for {day(item.run_on)}. Ref {item.confirmation}."
    )
    texted = not (item.channel == "sms" and facts.member.email)
    key = f"schedule-moved:{item.key}:{backend.clock.now():%Y%m%d%H%M%S}"
    await send(session, backend, facts, key, "receipt", "Payment moved", text, texted)


def day(on: date) -> str:
    """`Dec 4`, short enough for a text."""
    return f"{on:%b} {on.day}"


class About(Protocol):
    """What a message can be about: it names an account and a method."""

    @property
    def account_id(self) -> int: ...
    @property
    def method_id(self) -> int: ...


async def facts_about(session: AsyncSession, about: About) -> Facts:
    """Whom a message about this goes to, and how it reads."""
    account = await session.get_one(Account, about.account_id)
    method = await session.get_one(PaymentMethod, about.method_id)
    # never the whole number: with the phone it is sent to it would be all that identity asks for
    short = f"..{account.number[-5:]}"
    return Facts(await session.get_one(Member, account.member_id), short, method.label)


async def send(
    session: AsyncSession,
    backend: Backend,
    facts: Facts,
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
            body=f"{coop.short_name}: {text} Help: {coop.office_phone_display}",
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
            body=letter(backend, written or text),
            purpose=purpose,
            dedupe_key=f"{key}:email",
        )


def letter(backend: Backend, text: str) -> str:
    """A notice as an email."""
    coop = backend.coop
    return (
        f"Hello,\n\n{text[0].upper()}{text[1:]}\n\n"
        f"If you did not ask for this, call us at {coop.office_phone_display} ({coop.hours_text}).\n\n{coop.name}\n"
    )
