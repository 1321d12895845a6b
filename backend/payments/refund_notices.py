"""What the member and the office are told about refunds, into the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import mark, tr, use_language
from backend.money import format_balance, format_cents
from backend.outbox.office_mail import mail_office
from backend.payments import receipts
from backend.payments.models import CounterPayment, Payment, PaymentRefund
from backend.payments.open_differences import DIFFERENCES, list_open
from backend.payments.return_codes import RETURN_REASONS

if TYPE_CHECKING:
    from backend.app import Backend

COUNTER_KINDS = {"cash": mark("cash"), "check": mark("check"), "money_order": mark("money order")}
UNDO_REASONS = {
    "wrong_account": mark("it was booked on the wrong account"),
    "wrong_amount": mark("the amount was wrong"),
    "twice": mark("it was booked twice"),
    "returned": mark("the bank did not pay the check"),
    "other": mark("it was booked by mistake"),
}
"""Why a payment at the counter was taken off, as the member reads it; the reason that is kept begins with the words."""
GIVEN_KINDS = {"check": mark("check"), "cash": mark("cash"), "bank": mark("bank transfer")}
"""How the office gives the money of a refund that failed."""
FAILURES = {
    "bank_refused": mark("the bank did not take it"),
    "payment_returned": mark("the bank had returned the payment itself"),
    "not_refundable": mark("the payment network cannot refund this payment"),
    "refund_too_large": mark("the payment network has less than that left of the payment"),
    "no_such_charge": mark("the payment network does not know the payment"),
    "invalid_amount": mark("the payment network does not take the amount"),
}
"""Why a refund failed, as the office reads it."""


def describe_failure(code: str | None) -> str:
    """In words for the office; Nacha's codes are kept beside: `R03, account not found`."""
    if code in RETURN_REASONS:
        return f"{code}, {tr(RETURN_REASONS[code])}"
    return tr(FAILURES.get(code or "", code or mark("no reason given")))


async def send_refund_receipt(session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment) -> None:
    """The network has accepted the refund. In the member's language, as other messages of the office's acts."""
    text = mark(
        "{amount} of your payment {payment} on acct {account} goes back to {method}. Ref {number}. Balance {balance}."
    )
    if refund.amount_cents == payment.amount_cents:
        text = mark(
            "your payment {payment} of {amount} on acct {account} goes back in full to {method}. Ref {number}. "
            "Balance {balance}."
        )
    letter = mark("A card takes 5 to 10 days to show it, a bank account a few banking days.")
    await _send(session, backend, refund, payment, "refund", "receipt", mark("Refund"), text, letter)


async def notify_refund_failed(
    session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment
) -> None:
    """The bank did not take a refund that the member was told of."""
    text = mark(
        "the refund of {amount} to {method} on acct {account} came back to us. Balance {balance}. "
        "Our office was told. Ref {number}."
    )
    await _send(session, backend, refund, payment, "refund-failed", "notice", mark("Refund not made"), text)


async def send_given_receipt(session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment) -> None:
    """The office gave the money of a refund that failed in another way."""
    due = (await backend.billing.balance(session, refund.account_id, backend.today())).amount_due_cents
    account, member = await receipts.load_account(session, refund.account_id)
    with use_language(member.language):
        text = tr(
            "our office gave back {amount} ({kind}) of your payment {payment} on acct {account}. Balance {balance}. "
            "Ref {number}.",
            amount=format_cents(refund.handled_cents or 0),
            kind=tr(GIVEN_KINDS[refund.handled_as or ""]),
            payment=payment.confirmation,
            account=account.masked_number,
            balance=format_balance(due),
            number=refund.confirmation,
        )
        await receipts.send(session, backend, member, f"refund-given:{refund.key}", "receipt", tr("Refund"), text)


async def send_counter_receipt(session: AsyncSession, backend: Backend, payment: CounterPayment) -> None:
    """The receipt of a payment that the office took."""
    due = (await backend.billing.balance(session, payment.account_id, backend.today())).amount_due_cents
    account, member = await receipts.load_account(session, payment.account_id)
    with use_language(member.language):
        text = tr(
            "we received {amount} ({kind}) on acct {account}. Confirmation {number}. Balance {balance}.",
            amount=format_cents(payment.amount_cents),
            kind=tr(COUNTER_KINDS[payment.kind]),
            account=account.masked_number,
            number=payment.confirmation,
            balance=format_balance(due),
        )
        subject = tr("Payment receipt")
        await receipts.send(session, backend, member, f"counter:{payment.key}", "receipt", subject, text)


async def notify_counter_undone(session: AsyncSession, backend: Backend, payment: CounterPayment) -> None:
    due = (await backend.billing.balance(session, payment.account_id, backend.today())).amount_due_cents
    account, member = await receipts.load_account(session, payment.account_id)
    with use_language(member.language):
        kept = payment.undone_reason or ""
        why = next((words for words in UNDO_REASONS.values() if kept.startswith(words)), UNDO_REASONS["other"])
        text = tr(
            "the payment of {amount} ({kind}) on acct {account} was taken off again: {why}. Balance {balance}. "
            "Ref {number}.",
            why=tr(why),
            amount=format_cents(payment.amount_cents),
            kind=tr(COUNTER_KINDS[payment.kind]),
            account=account.masked_number,
            number=payment.confirmation,
            balance=format_balance(due),
        )
        subject = tr("Payment taken off")
        await receipts.send(session, backend, member, f"counter-undone:{payment.key}", "notice", subject, text)


async def tell_office_of_failure(
    session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment
) -> None:
    amount = format_cents(refund.total_cents)
    subject = f"Refund {refund.confirmation} failed"
    body = (
        f"The refund {refund.confirmation} of {amount} failed: {describe_failure(refund.failure_code)}.\n"
        "The member still has to get the money. It is listed under /staff/money until somebody has dealt with it."
    )
    if payment.status == "returned":
        subject = f"Refund {refund.confirmation} not made: nothing is to be paid"
        body = (
            f"The refund {refund.confirmation} of {amount} came to nothing, and nothing is to be paid: the bank "
            f"returned the payment {payment.confirmation} itself, so the member has the money back. "
            "There is nothing more to do."
        )
    elif found := await list_open(session, payment.id):
        why = " ".join(DIFFERENCES[each.name] for each in found)
        body = (
            f"The refund {refund.confirmation} of {amount} failed: {describe_failure(refund.failure_code)}.\n"
            f"Give the money in no other way yet. {why} Settle that first: the page of the payment "
            f"{payment.confirmation} under /staff/money says how."
        )
    key = f"office:refund-failed:{refund.key}"
    await mail_office(session, backend, subject=subject, body=f"{body}\n", key=key)


async def tell_office_of_double(session: AsyncSession, backend: Backend, payment: Payment) -> None:
    """A payment was refunded and also sent back by the bank: the member got the money twice."""
    body = (
        f"The payment {payment.confirmation} was refunded, and the bank returned it as well. The member got the money "
        "twice; the account owes the difference. Please call them."
    )
    subject = f"Payment {payment.confirmation} went back twice"
    key = f"office:refund-double:{payment.key}"
    await mail_office(session, backend, subject=subject, body=f"{body}\n", key=key)


async def _send(
    session: AsyncSession,
    backend: Backend,
    refund: PaymentRefund,
    payment: Payment,
    name: str,
    purpose: str,
    subject: str,
    text: str,
    more: str = "",
) -> None:
    """`more` is said in the email alone."""
    due = (await backend.billing.balance(session, refund.account_id, backend.today())).amount_due_cents
    with use_language(await receipts.language_for(session, payment)):
        facts = await receipts.load_facts(session, payment)
        filled = tr(
            text,
            amount=format_cents(refund.total_cents),
            payment=payment.confirmation,
            account=facts.account,
            method=facts.method,
            number=refund.confirmation,
            balance=format_balance(due),
        )
        await receipts.send(
            session,
            backend,
            facts.member,
            f"{name}:{refund.key}",
            purpose,
            tr(subject),
            filled,
            letter=f"{filled}\n\n{tr(more)}" if more else "",
        )
