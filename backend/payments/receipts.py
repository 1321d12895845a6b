"""Receipts and notices about payments, into the outbox, to the phone and email on file.

They are in the current language. A job, which has no conversation, sets it first (`language_for`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.figures import format_as_of
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import SPANISH, format_short_date, join_words, mark, tr
from backend.members.models import Member
from backend.money import format_balance, format_cents
from backend.outbox.service import enqueue
from backend.payments import groups
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.payments.return_codes import RETURN_REASONS
from backend.providers.billing.base import FiguresUnknown

if TYPE_CHECKING:
    from backend.app import Backend

RECEIPT_TEXT = mark("paid {amount} on acct {account} with {method}. Confirmation {confirmation}.{balance}")
NO_VALUES: Mapping[str, str] = MappingProxyType({})


async def send_receipt(session: AsyncSession, backend: Backend, payment: Payment, *, answering: bool) -> None:
    """The receipt of a posted payment. `answering`: the reply on the payment's channel has the confirmation number."""
    balance = await _format_balance_after(session, backend, payment) + await _format_group(session, payment)
    values = {"amount": _format_total(payment), "balance": balance}
    await _send_about(
        session, backend, payment, "receipt", "receipt", mark("Payment receipt"), RECEIPT_TEXT, values,
        answered=answering, details=await _list_details(session, backend, payment),
    )  # fmt: skip


async def email_receipt_again(session: AsyncSession, backend: Backend, payment: Payment) -> None:
    """The receipt of a posted payment by email once more, at most once a minute. It says no balance: that has moved on.

    Nothing is sent to a member without an email on file.
    """
    values = {"amount": _format_total(payment), "balance": await _format_group(session, payment)}
    asked_at = f":{backend.clock.now():%Y%m%d%H%M}"
    await _send_about(
        session, backend, payment, "receipt-again", "receipt", mark("Payment receipt"), RECEIPT_TEXT, values,
        by_text=False, suffix=asked_at, details=await _list_details(session, backend, payment),
    )  # fmt: skip


async def _list_details(session: AsyncSession, backend: Backend, payment: Payment) -> str:
    """What the mailed receipt says besides, a line each: the day, the fee, and the place of the account."""
    account = await session.get_one(Account, payment.account_id)
    lines = [
        tr("Day: {day}", day=format_short_date(payment.posted_on or backend.today(), year=True)),
        tr("Fee: {fee}", fee=format_cents(payment.fee_cents) if payment.fee_cents else tr("None")),
        tr("Total: {total}", total=format_cents(payment.amount_cents + payment.fee_cents)),
    ]
    if account.service_address:
        lines.append(tr("Service address: {address}", address=account.service_address))
    return "\n".join(lines)


def copy_key(item: Payment | ScheduledPayment) -> str:
    """The key in the outbox of what was sent when `item` was paid or scheduled."""
    return f"{'scheduled' if isinstance(item, ScheduledPayment) else 'receipt'}:{item.key}"


async def _format_balance_after(session: AsyncSession, backend: Backend, payment: Payment) -> str:
    """A sentence with a space before it; nothing where the balance is not known, which must not hold up a receipt."""
    try:
        owed = await backend.billing.balance(session, payment.account_id, backend.today())
    except FiguresUnknown:
        return ""
    if owed.prepaid:
        return " " + tr("Left on it: {amount}.", amount=format_cents(owed.prepaid.left_cents))
    balance = format_balance(owed.amount_due_cents)
    if owed.as_of is None:
        return " " + tr("Balance {balance}.", balance=balance)
    when = format_as_of(owed.as_of, backend.clock.now(), backend.coop.zone)
    return " " + tr("Balance {balance}, as of {when} and with this payment.", balance=balance, when=when)


async def _format_group(session: AsyncSession, payment: Payment) -> str:
    """A sentence with a space before it: which other accounts the same yes was for. It does not say that they are
    paid, which may not be known yet."""
    others = await groups.list_paid_with(session, payment)
    numbers = [(await session.get_one(Account, other.account_id)).masked_number for other in others]
    return " " + tr("Agreed together with acct {accounts}.", accounts=join_words(numbers)) if numbers else ""


async def notify_payment_failed(session: AsyncSession, backend: Backend, payment: Payment) -> None:
    """A pending payment that did not go through."""
    text = mark(
        "your payment of {amount} on acct {account} with {method} {why}. Nothing was taken. Ref {confirmation}."
    )
    why = tr("was declined") if payment.status == "declined" else tr("did not go through")
    await _send_about(session, backend, payment, "not-paid", "notice", mark("Payment not made"), text, {"why": why})


async def notify_payment_returned(session: AsyncSession, backend: Backend, payment: Payment, code: str) -> None:
    """A bank sent the payment back, and the amount is owed again."""
    text = mark(
        "your bank returned your payment of {amount} on acct {account}: {reason}. It is due again. Ref {confirmation}."
    )
    reason = tr(RETURN_REASONS[code]) if code in RETURN_REASONS else tr("code {code}", code=code)
    await _send_about(
        session, backend, payment, "returned", "notice", mark("Payment returned"), text, {"reason": reason}
    )


async def notify_method_off(
    session: AsyncSession, backend: Backend, payment: Payment, *, removed: bool, ended: bool
) -> None:
    """What a return did besides: the method was taken off, or automatic payments from it were turned off."""
    method = (await load_facts(session, payment)).method
    parts = [
        tr("{method} was taken off, as your bank takes no payments from it.", method=method) if removed else "",
        tr("Automatic payments from {method} are off.", method=method) if ended else "",
        tr("Please choose another way to pay."),
    ]
    member = (await load_account(session, payment.account_id))[1]
    text = " ".join(filter(None, parts))
    await send(session, backend, member, f"method-off:{payment.key}", "notice", tr("Your way to pay"), text)


async def ask_to_reenter(session: AsyncSession, backend: Backend, payment: Payment, notice: str) -> None:
    """The bank says that a number of the saved account changed. `notice` names the bank's notice: one message each."""
    facts = await load_facts(session, payment)
    text = tr(
        "your bank says that {method} has changed. Please call us to enter it again before your next payment.",
        method=facts.method,
    )
    key = f"reenter:{payment.method_id}:{notice}"
    await send(session, backend, facts.member, key, "notice", tr("Your bank account"), text)


async def send_schedule_confirmation(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    """The copy of a payment agreed for a later day."""
    text = mark("{amount} will be paid on acct {account} with {method} on {day}. Confirmation {confirmation}.")
    values = {"amount": _format_total(item)}
    await _send_about(
        session, backend, item, "scheduled", "receipt", mark("Payment scheduled"), text, values, answered=True
    )


async def notify_schedule_failed(session: AsyncSession, backend: Backend, item: ScheduledPayment, reason: str) -> None:
    text = mark("the payment of {amount} set for {day} on acct {account} was not made: {reason}. Ref {confirmation}.")
    values = {"reason": reason}
    await _send_about(session, backend, item, "schedule-failed", "notice", mark("Payment not made"), text, values)


async def send_schedule_canceled(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    text = mark("the payment of {amount} set for {day} on acct {account} is canceled. Ref {confirmation}.")
    await _send_about(session, backend, item, "schedule-off", "notice", mark("Payment canceled"), text, answered=True)


async def send_schedule_moved(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> None:
    text = mark("the payment of {amount} on acct {account} with {method} is now set for {day}. Ref {confirmation}.")
    # a payment may be moved again, and each move has its own copy
    moved_at = f":{backend.clock.now():%Y%m%d%H%M%S}"
    await _send_about(
        session, backend, item, "schedule-moved", "receipt", mark("Payment moved"), text, answered=True, suffix=moved_at
    )


def _format_total(item: Payment | ScheduledPayment) -> str:
    amount = format_cents(item.amount_cents)
    return tr("{amount} plus {fee} fee", amount=amount, fee=format_cents(item.fee_cents)) if item.fee_cents else amount


async def _send_about(
    session: AsyncSession,
    backend: Backend,
    item: Payment | ScheduledPayment,
    name: str,
    purpose: str,
    subject: str,
    text: str,
    values: Mapping[str, str] = NO_VALUES,
    *,
    answered: bool = False,
    by_text: bool = True,
    suffix: str = "",
    details: str = "",
) -> None:
    """Send `text` filled in with `values` and with the amount, day, account, method and number of `item`.

    It goes out once for each `name`, `item` and `suffix`. `answered`: the conversation of `item` says it as well.
    `details` are lines for the email alone.
    """
    facts = await load_facts(session, item)
    named = {
        "amount": format_cents(item.amount_cents),
        "day": format_short_date(item.run_on) if isinstance(item, ScheduledPayment) else "",
        "account": facts.account,
        "method": facts.method,
        "confirmation": item.confirmation,
    }
    # a text conversation has the number in it already: a second text would only cost
    texted = by_text and not (answered and item.channel == "sms" and facts.member.email)
    key = f"{name}:{item.key}{suffix}"
    filled = tr(text, **{**named, **values})
    letter = f"{filled}\n\n{details}" if details else ""
    await send(session, backend, facts.member, key, purpose, tr(subject), filled, texted=texted, letter=letter)


async def language_for(session: AsyncSession, about: Payment | ScheduledPayment) -> str:
    """The language of a message that a job writes: Spanish where the conversation that it comes from was in Spanish,
    else the one on file for the member."""
    account = await session.get_one(Account, about.account_id)
    member = await session.get_one(Member, account.member_id)
    session.info["member"] = member  # referred to from here: the message will ask for it again
    conversation = await session.get(Conversation, about.conversation_id) if about.conversation_id else None
    return SPANISH if conversation and conversation.language == SPANISH else member.language


class ReceiptSubject(Protocol):
    """What a message can be about: it names an account and a method."""

    @property
    def account_id(self) -> int: ...
    @property
    def method_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """The recipient, and the account and method masked: others may see the screen of a phone."""

    member: Member
    account: str
    method: str


async def load_facts(session: AsyncSession, about: ReceiptSubject) -> ReceiptFacts:
    """The recipient, account and method of a message about this."""
    account = await session.get_one(Account, about.account_id)
    method = await session.get_one(PaymentMethod, about.method_id)
    return ReceiptFacts(await session.get_one(Member, account.member_id), account.masked_number, method.label)


async def load_account(session: AsyncSession, account_id: int) -> tuple[Account, Member]:
    """The account of a message without a method, and its recipient."""
    account = await session.get_one(Account, account_id)
    return account, await session.get_one(Member, account.member_id)


SMS_TEMPLATE = mark("{coop}: {text} Help: {phone}")


async def send(
    session: AsyncSession,
    backend: Backend,
    member: Member,
    key: str,
    purpose: str,
    subject: str,
    text: str,
    *,
    texted: bool = True,
    sms_template: str = SMS_TEMPLATE,
    letter: str = "",
) -> None:
    """Write the message to the outbox, once for each `key`: a text, and an email that may say more (`letter`).

    `subject`, `text` and `letter` are in the current language; `sms_template` is translated here.
    """
    coop = backend.coop
    if texted:
        await enqueue(
            session,
            backend,
            kind="sms",
            recipient=member.phone,
            body=tr(sms_template, coop=coop.short_name, text=text, phone=coop.office_phone_display),
            purpose=purpose,
            about=member,
            dedupe_key=f"{key}:sms",
        )
    if member.email:
        letter = letter or text
        hello = tr("Hello,")
        help_at = tr(
            "If you did not ask for this, call us at {phone} ({hours}).",
            phone=coop.office_phone_display,
            hours=coop.hours_text,
        )
        await enqueue(
            session,
            backend,
            kind="email",
            recipient=member.email,
            subject=f"{subject} - {coop.name}",
            body=f"{hello}\n\n{letter[0].upper()}{letter[1:]}\n\n{help_at}\n\n{coop.name}\n",
            purpose=purpose,
            about=member,
            dedupe_key=f"{key}:email",
        )
