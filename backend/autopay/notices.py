"""Copies of what was agreed and news of what was drafted, to the phone and email on file. Plain GSM-7 words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay.models import AutomaticDraft
from backend.autopay.rules import Sequel
from backend.money import format_cents
from backend.payments import receipts
from backend.payments.models import Payment

if TYPE_CHECKING:
    from backend.app import Backend

NAMES = {"autopay": "Auto Pay", "draft": "bank draft"}
TITLES = {"autopay": "Auto Pay", "draft": "Bank draft"}
CARD_REASONS = {
    "insufficient_funds": "not enough funds",
    "expired_card": "the card has expired",
    "lost_card": "the card was reported lost",
    "processing_error": "the bank could not process it",
}


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
    name = NAMES[draft.kind]
    why = receipts.RETURN_REASONS.get(code or "") or CARD_REASONS.get(code or "") or "the bank did not take it"
    again = {
        "retry": f"We try again {receipts.day(sequel.on)}" if sequel.on else "",
        "give_up": "Please pay another way",
        "end": f"{name} is now off",
    }[sequel.kind]
    text = (
        f"{name} of {format_cents(payment.amount_cents)} on acct {facts.account} "
        f"{'came back' if status == 'returned' else 'was declined'}: {why}. {again}. Ref {payment.confirmation}."
    )
    await receipts.send(
        session, backend, facts, f"{status}:{payment.key}", "notice", f"{TITLES[draft.kind]} payment not made", text
    )


async def not_possible(session: AsyncSession, backend: Backend, draft: AutomaticDraft, reason: str) -> None:
    """A bill that could not even be tried."""
    facts = await receipts.facts_about(session, draft)
    text = (
        f"{NAMES[draft.kind]} of {format_cents(draft.amount_cents)} on acct {facts.account} was not made: {reason}. "
        "Please pay another way."
    )
    await receipts.send(
        session, backend, facts, f"not-possible:{draft.key}", "notice", f"{TITLES[draft.kind]} payment not made", text
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
    text = f"{text} on acct {facts.account}.{more} Confirmation {number}."
    written = f"{text}\n\nWhat you agreed to, word for word:\n{wording}" if wording else text
    await receipts.send(session, backend, facts, f"agreed:{number}", "receipt", title, text, written=written)
