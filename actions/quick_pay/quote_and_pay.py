"""The quote and the payment. Both call the payment network, so both run outside any transaction."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from actions import agenda
from actions.quick_pay import together_payment
from actions.quick_pay.questions import PAID_AHEAD
from actions.turn import Turn
from backend.arrangement.next_part import describe_quote
from backend.billing.prepaid import describe_left
from backend.language import format_day, mark, tr
from backend.members.levels import StepUpNeeded
from backend.money import format_cents
from backend.payments import confirm, quotes
from backend.payments import service as payments
from backend.payments.balances import get_balance
from backend.payments.errors import MethodNotUsable, PaymentRefused
from backend.payments.groups import is_group_key
from backend.payments.models import PENDING_STATUSES, PaymentMethod, Quote
from backend.payments.outcome import PaymentOutcome
from backend.payments.prechecks import is_ahead

DECLINE_REASONS = {
    "insufficient_funds": mark("there is not enough money on it"),
    "expired_card": mark("the card has expired"),
    "authentication_required": mark("the bank wants to ask you first, and can on the page of a pay link"),
    "lost_card": mark("the bank says the card was reported lost"),
    "incorrect_cvc": mark("the security code did not fit"),
    "processing_error": mark("the bank could not process it just now"),
}
GENERIC_DECLINE = mark("the bank declined it")
JUST_NOW = timedelta(minutes=5)
REQUOTE_OUTCOMES = ("changed", "expired")


def pays_ahead(turn: Turn) -> bool:
    """Whether an amount was named: who owes nothing pays it ahead."""
    return isinstance(turn.get("pay_amount"), int) and turn.get("pay_amount") > 0


async def describe_effect(turn: Turn, quote: Quote) -> str:
    """What the payment that is read back becomes: a credit where nothing is due, or a part of an arrangement."""
    if is_ahead(quote.concerns):
        return tr(PAID_AHEAD)
    return await describe_quote(turn.session, turn.backend, quote)


async def create_quote(turn: Turn) -> None:
    """Make the quote that is read back, with its fee; it is good for ten minutes and one yes."""
    identity = await turn.identity()
    async with turn.backend.db.read_session() as session:
        balance = await get_balance(session, turn.backend, identity.known_account.id)
    try:
        quote = await quotes.make_quote(
            turn.backend,
            turn.conversation_id,
            account_id=identity.known_account.id,
            amount_cents=int(turn.get("pay_amount")),
            method_id=int(turn.get("pay_method")),
            pay_on=date.fromisoformat(turn.get("pay_day")),
            level=identity.level,
            texting=identity.is_texting,
            ahead=balance.owes_nothing,  # the read-back says that it becomes a credit
        )
    except (MethodNotUsable, PaymentRefused, StepUpNeeded):
        # the questions come again, and tell what is wrong
        turn.clear("pay_quote", "pay_method")
        return
    turn.set("pay_quote", quote.key)


async def confirm_payment(turn: Turn) -> None:
    """Pay by the quote that the member said yes to, and tell the outcome."""
    key = turn.get("pay_confirm")
    turn.clear("pay_confirm", "pay_quote")
    if is_group_key(key):
        await _confirm_group(turn, key)
        return
    outcome = await confirm.confirm_quote(
        turn.backend,
        key,
        conversation_id=turn.conversation_id,
        channel=turn.channel,
        wording=turn.last_text_of("utter_question_pay_confirm"),
        reply=turn.exact_reply,
    )
    if outcome.kind == "declined":
        turn.clear("pay_method")
        turn.notes["declined"] = tr(DECLINE_REASONS.get(outcome.decline_code or "", GENERIC_DECLINE))
        return
    if outcome.kind in REQUOTE_OUTCOMES:
        turn.utter("utter_pay_quote_expired" if outcome.kind == "expired" else "utter_pay_changed")
        return
    turn.notes["ended"] = True
    response = {"paid": "done", "scheduled": "scheduled", "pending": "pending", "already": "already"}[outcome.kind]
    turn.utter(f"utter_pay_{response}", **await _outcome_values(turn, outcome))


async def _confirm_group(turn: Turn, key: str) -> None:
    outcome = await together_payment.confirm_together(turn, key)
    async with turn.backend.db.read_session() as session:
        if outcome.kind == "declined":
            turn.clear("pay_method")
            code = outcome.declined.decline_code if outcome.declined else None
            turn.notes["declined"] = tr(DECLINE_REASONS.get(code or "", GENERIC_DECLINE))
            await together_payment.tell_declined(turn, session, outcome)
        elif outcome.kind in REQUOTE_OUTCOMES:
            turn.utter("utter_pay_quote_expired" if outcome.kind == "expired" else "utter_pay_changed")
        else:
            turn.notes["ended"] = True
            agenda.remove_items_for(turn, "balance_form")
            await together_payment.tell_outcome(turn, session, outcome)


async def send_already_paid(turn: Turn) -> bool:
    """Tell the payment of the last five minutes: a yes may be repeated after it. False if there was none."""
    since = turn.backend.clock.now() - JUST_NOW
    made = await payments.find_latest(turn.session, turn.conversation_id, since)
    if made is None:
        return False
    if await together_payment.tell_group_of(turn, made):
        return True
    total = format_cents(made.amount_cents + made.fee_cents)
    if made.status in PENDING_STATUSES:
        turn.utter("utter_pay_pending", total=total, confirmation=made.confirmation)
        return True
    turn.utter("utter_pay_already", total=total, confirmation=made.confirmation)
    return True


async def has_unfinished_payment(turn: Turn) -> bool:
    """Whether this conversation has a payment whose outcome is not known yet."""
    made = await payments.find_latest(turn.session, turn.conversation_id, turn.backend.clock.now() - JUST_NOW)
    return made is not None and made.status in PENDING_STATUSES


async def _outcome_values(turn: Turn, outcome: PaymentOutcome) -> dict[str, Any]:
    made = outcome.payment or outcome.scheduled
    assert made is not None
    async with turn.backend.db.read_session() as session:
        balance = await get_balance(session, turn.backend, made.account_id)
        method = await session.get_one(PaymentMethod, made.method_id)
    due = balance.amount_due_cents
    if balance.prepaid:
        left = describe_left(balance.prepaid)
    elif due < 0:
        left = tr("You now have a credit of {amount}.", amount=format_cents(-due))
    else:
        left = tr("You now owe {amount}.", amount=format_cents(due))
    agenda.remove_items_for(turn, "balance_form")  # the answer has the balance
    values = {
        "total": format_cents(made.amount_cents + made.fee_cents),
        "fee": format_cents(made.fee_cents) if made.fee_cents else tr("No fee"),
        "paid_on": format_day(turn.backend.today(), turn.backend.today()),
        "method": method.label,
        "confirmation": made.confirmation,
        "left": left,
    }
    if outcome.scheduled is not None:
        values["day"] = format_day(outcome.scheduled.run_on, turn.backend.today())
    return values
