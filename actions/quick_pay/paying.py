"""The quote and the payment: both ask the outside world, so neither holds a transaction."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from actions import agenda
from actions.turn import Turn
from actions.words import day_words
from backend.billing import service as billing
from backend.billing.service import UNFINISHED
from backend.language import mark, tr
from backend.members.levels import StepUpNeeded
from backend.money import format_cents
from backend.payments import flow, quotes
from backend.payments import service as payments
from backend.payments.errors import MethodNotUsable, PaymentRefused
from backend.payments.models import PaymentMethod
from backend.payments.outcome import Outcome

DECLINES = {
    "insufficient_funds": mark("there is not enough money on it"),
    "expired_card": mark("the card has expired"),
    "lost_card": mark("the bank says the card was reported lost"),
    "incorrect_cvc": mark("the security code did not fit"),
    "processing_error": mark("the bank could not process it just now"),
}
PLAIN_DECLINE = mark("the bank declined it")
JUST_NOW = timedelta(minutes=5)
REFUSED_ANEW = ("changed", "expired")


async def make_quote(turn: Turn) -> None:
    """Make the quote: exactly what will be read out, with its fee, good for ten minutes and one yes."""
    standing = await turn.standing()
    assert standing.account is not None
    try:
        quote = await quotes.make_quote(
            turn.backend,
            turn.conversation_id,
            account_id=standing.account.id,
            amount_cents=int(turn.get("pay_amount")),
            method_id=int(turn.get("pay_method")),
            pay_on=date.fromisoformat(turn.get("pay_day")),
            level=standing.level,
            texting=standing.texting,
        )
    except (MethodNotUsable, PaymentRefused, StepUpNeeded):
        # what blocks is told at the question it belongs to; the method is asked again there
        turn.clear("pay_quote", "pay_method")
        return
    turn.set("pay_quote", quote.key)


async def pay(turn: Turn) -> None:
    """Act on the yes, and say what came of it."""
    key = turn.get("pay_confirm")
    turn.clear("pay_confirm", "pay_quote")
    outcome = await flow.confirm(
        turn.backend,
        key,
        conversation_id=turn.conversation_id,
        channel=turn.channel,
        wording=turn.words_of("utter_question_pay_confirm"),
        reply=turn.said,
    )
    await _tell(turn, outcome)


async def _tell(turn: Turn, outcome: Outcome) -> None:
    if outcome.kind == "declined":
        turn.clear("pay_method")
        turn.notes["declined"] = tr(DECLINES.get(outcome.decline_code or "", PLAIN_DECLINE))
        return
    if outcome.kind in REFUSED_ANEW:
        turn.say("utter_pay_quote_expired" if outcome.kind == "expired" else "utter_pay_changed")
        return
    turn.notes["ended"] = True
    response = {"paid": "done", "scheduled": "scheduled", "pending": "pending", "already": "already"}[outcome.kind]
    turn.say(f"utter_pay_{response}", **await _outcome_words(turn, outcome))


async def say_already(turn: Turn) -> bool:
    """A yes that comes again after the payment it made: say so, with its number. False when there was none just now."""
    since = turn.backend.clock.now() - JUST_NOW
    made = await payments.latest_of(turn.session, turn.conversation_id, since)
    if made is None:
        return False
    if made.status in UNFINISHED:
        turn.say("utter_pay_pending", confirmation=made.confirmation)
        return True
    total = format_cents(made.amount_cents + made.fee_cents)
    turn.say("utter_pay_already", total=total, confirmation=made.confirmation)
    return True


async def on_its_way(turn: Turn) -> bool:
    """Whether this talk has a payment of which nobody knows yet how it ends."""
    made = await payments.latest_of(turn.session, turn.conversation_id, turn.backend.clock.now() - JUST_NOW)
    return made is not None and made.status in UNFINISHED


def _left(due_cents: int) -> str:
    if due_cents < 0:
        return tr("You now have a credit of {amount}.", amount=format_cents(-due_cents))
    return tr("You now owe {amount}.", amount=format_cents(due_cents))


async def _outcome_words(turn: Turn, outcome: Outcome) -> dict[str, Any]:
    made = outcome.payment or outcome.scheduled
    assert made is not None
    today = turn.backend.today()
    async with turn.backend.db.reading() as session:
        balance = await billing.balance(session, turn.backend, made.account_id)
        method = await session.get_one(PaymentMethod, made.method_id)
    words = {
        "total": format_cents(made.amount_cents + made.fee_cents),
        "method": method.label,
        "confirmation": made.confirmation,
        "confirmation_spoken": ", ".join(made.confirmation.replace("-", "")),
        "left": _left(balance.amount_due_cents),
    }
    agenda.remove_all(turn, "balance_form")  # what is left is told here
    if outcome.scheduled is not None:
        words["day"] = day_words(outcome.scheduled.run_on, today)
    return words
