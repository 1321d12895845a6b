"""Copies of agreements and notices of failed drafts, to the phone and email on file.

A copy is in the language of the conversation, a notice in the member's language on file.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay.models import AutomaticDraft
from backend.autopay.rules import FailureAction
from backend.billing.models import Account
from backend.language import format_short_date, mark, tr, use_language
from backend.money import format_cents
from backend.payments import prechecks, receipts
from backend.payments.models import VOIDED_BY_OFFICE, Payment, PaymentMethod
from backend.payments.return_codes import RETURN_REASONS

if TYPE_CHECKING:
    from backend.app import Backend

NAMES = {"autopay": mark("Auto Pay"), "draft": mark("bank draft")}
TITLES = {"autopay": mark("Auto Pay"), "draft": mark("Bank draft")}
CARD_REASONS = {
    "insufficient_funds": mark("not enough funds"),
    "expired_card": mark("the card has expired"),
    "lost_card": mark("the card was reported lost"),
    "processing_error": mark("the bank could not process it"),
    VOIDED_BY_OFFICE: mark("our office stopped it"),
}
UNKNOWN_REASON = mark("the bank did not take it")


async def notify_payment_failed(
    session: AsyncSession,
    backend: Backend,
    draft: AutomaticDraft,
    payment: Payment,
    status: str,
    code: str | None,
    action: FailureAction,
) -> None:
    """A draft that was declined or that the bank returned, and what happens next."""
    facts = await receipts.load_facts(session, payment)
    with use_language(facts.member.language):
        values = {
            "name": tr(NAMES[draft.kind]),
            "amount": format_cents(payment.amount_cents),
            "account": facts.account,
            "why": tr(RETURN_REASONS.get(code or "") or CARD_REASONS.get(code or "") or UNKNOWN_REASON),
            "again": _format_next_step(draft.kind, action),
            "number": payment.confirmation,
        }
        if status == "returned":
            text = tr("{name} of {amount} on acct {account} came back: {why}. {again}. Ref {number}.", **values)
        else:
            text = tr("{name} of {amount} on acct {account} was declined: {why}. {again}. Ref {number}.", **values)
        title = tr("{name} payment not made", name=tr(TITLES[draft.kind]))
        await receipts.send(session, backend, facts.member, f"{status}:{payment.key}", "notice", title, text)


def _format_next_step(kind: str, action: FailureAction) -> str:
    if action.kind == "end":
        return tr("{name} is now off", name=tr(NAMES[kind]))
    if action.kind == "give_up" or action.on is None:
        return tr("Please pay another way")
    return tr("We try again {day}", day=format_short_date(action.on))


async def notify_not_possible(session: AsyncSession, backend: Backend, draft: AutomaticDraft, on: date) -> None:
    """A bill for which no payment could be started on that day."""
    account = await session.get_one(Account, draft.account_id)
    method = await session.get_one(PaymentMethod, draft.method_id)
    facts = await receipts.load_facts(session, draft)
    with use_language(facts.member.language):
        text = tr(
            "{name} of {amount} on acct {account} was not made: {reason}. Please pay another way.",
            name=tr(NAMES[draft.kind]),
            amount=format_cents(draft.amount_cents),
            account=facts.account,
            reason=prechecks.find_method_problem(account, method, on),
        )
        title = tr("{name} payment not made", name=tr(TITLES[draft.kind]))
        await receipts.send(session, backend, facts.member, f"not-possible:{draft.key}", "notice", title, text)


async def send_agreement_copy(
    session: AsyncSession,
    backend: Backend,
    about: receipts.ReceiptSubject,
    title: str,
    what: str,
    more: str,
    wording: str,
    number: str,
) -> None:
    """The copy of an agreement, which Reg E asks for: a summary by text, the exact words by email."""
    facts = await receipts.load_facts(session, about)
    done = tr("{what} on acct {account}.", what=what, account=facts.account)
    text = letter = " ".join(filter(None, [done, more, tr("Confirmation {number}.", number=number)]))
    if wording:
        letter += "\n\n" + tr("What you agreed to, word for word:") + f"\n{wording}"
    await receipts.send(session, backend, facts.member, f"agreed:{number}", "receipt", title, text, letter=letter)
