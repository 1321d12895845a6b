"""Copies of what was agreed and news of what was drafted, to the phone and email on file.

A copy is in the language of the talk, news in the one that the member has on file.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay.models import AutomaticDraft
from backend.autopay.rules import Sequel
from backend.billing.models import Account
from backend.language import mark, short_date, speaking, tr
from backend.money import format_cents
from backend.payments import gate, receipts
from backend.payments.models import Payment, PaymentMethod

if TYPE_CHECKING:
    from backend.app import Backend

NAMES = {"autopay": mark("Auto Pay"), "draft": mark("bank draft")}
TITLES = {"autopay": mark("Auto Pay"), "draft": mark("Bank draft")}
CARD_REASONS = {
    "insufficient_funds": mark("not enough funds"),
    "expired_card": mark("the card has expired"),
    "lost_card": mark("the card was reported lost"),
    "processing_error": mark("the bank could not process it"),
}
UNKNOWN_REASON = mark("the bank did not take it")


async def not_paid(
    session: AsyncSession,
    backend: Backend,
    draft: AutomaticDraft,
    payment: Payment,
    status: str,
    code: str | None,
    sequel: Sequel,
) -> None:
    """A draft that was declined, or that the bank sent back, and what happens next."""
    facts = await receipts.facts_about(session, payment)
    with speaking(facts.member.language):
        values = {
            "name": tr(NAMES[draft.kind]),
            "amount": format_cents(payment.amount_cents),
            "account": facts.account,
            "why": _why(code),
            "again": _again(draft.kind, sequel),
            "number": payment.confirmation,
        }
        if status == "returned":
            text = tr("{name} of {amount} on acct {account} came back: {why}. {again}. Ref {number}.", **values)
        else:
            text = tr("{name} of {amount} on acct {account} was declined: {why}. {again}. Ref {number}.", **values)
        await receipts.send(
            session, backend, facts, f"{status}:{payment.key}", "notice", _title_not_made(draft.kind), text
        )


def _why(code: str | None) -> str:
    return tr(receipts.RETURN_REASONS.get(code or "") or CARD_REASONS.get(code or "") or UNKNOWN_REASON)


def _again(kind: str, sequel: Sequel) -> str:
    if sequel.kind == "end":
        return tr("{name} is now off", name=tr(NAMES[kind]))
    if sequel.kind == "give_up" or sequel.on is None:
        return tr("Please pay another way")
    return tr("We try again {day}", day=short_date(sequel.on))


def _title_not_made(kind: str) -> str:
    return tr("{name} payment not made", name=tr(TITLES[kind]))


async def not_possible(session: AsyncSession, backend: Backend, draft: AutomaticDraft, on: date) -> None:
    """A bill that could not even be tried on that day."""
    account = await session.get_one(Account, draft.account_id)
    method = await session.get_one(PaymentMethod, draft.method_id)
    facts = await receipts.facts_about(session, draft)
    with speaking(facts.member.language):
        text = tr(
            "{name} of {amount} on acct {account} was not made: {reason}. Please pay another way.",
            name=tr(NAMES[draft.kind]),
            amount=format_cents(draft.amount_cents),
            account=facts.account,
            reason=gate.unusable(account, method, on),
        )
        await receipts.send(
            session, backend, facts, f"not-possible:{draft.key}", "notice", _title_not_made(draft.kind), text
        )


async def agreed(
    session: AsyncSession,
    backend: Backend,
    about: receipts.About,
    *,
    title: str,
    text: str,
    more: str,
    wording: str,
    number: str,
) -> None:
    """The copy of what was agreed: the short of it by text, the exact words by email."""
    facts = await receipts.facts_about(session, about)
    text = tr(
        "{what} on acct {account}.{more} Confirmation {number}.",
        what=text,
        account=facts.account,
        more=more,
        number=number,
    )
    written = text
    if wording:
        written += "\n\n" + tr("What you agreed to, word for word:") + f"\n{wording}"
    await receipts.send(session, backend, facts, f"agreed:{number}", "receipt", title, text, written=written)
