"""The questions of Quick Pay, and the values in their texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from actions.base import SlotQuestion
from actions.buttons import build_button
from actions.formatting import format_on_day
from actions.turn import Turn
from backend.billing.prepaid import describe_left
from backend.language import format_day, mark, tr
from backend.money import format_cents
from backend.payments import prechecks
from backend.payments.balances import Balance
from backend.payments.models import PaymentMethod
from backend.payments.prechecks import PaymentWarning
from backend.payments.quotes import ReadBack
from backend.providers.billing.system import Prepaid
from backend.reading.money.payment_method import detect_method_kind, wants_card_kept
from backend.reading.spanish import english_form

AMOUNT, DAY, METHOD, AGREED, CONFIRMED_QUOTE = "pay_amount", "pay_day", "pay_method", "pay_agreed", "pay_confirm"
METHOD_HINT = "pay_method_hint"
"""The slot for the member's words for a saved method, until the saved methods may be looked up."""
NEW_METHOD = "new"
"""The value of METHOD for what is not on file, where it can be keyed in."""
NOT_PREFIX = "not: "
"""Before a hint: the other one of two saved methods is meant."""
RECENT_MESSAGES = 6
PLAN_DUE = "plan_due"
"""In the turn's notes: what the account's arrangement asks for, in words, and the cents of its next part."""
PAID_AHEAD = mark("You owe nothing right now, so it stays on your account as a credit for the next bill.")
HOW_TO_PAY_AHEAD = mark("To pay ahead, tell me an amount; it stays on your account as a credit for the next bill.")
ASK_DAY = "ask"
"""The value of DAY if the member wants another day than today and has not named it."""


def balance_values(turn: Turn, balance: Balance) -> dict[str, Any]:
    """What is owed, and which of the response's texts fits it (`past_due`, `rest`, `state`)."""
    due = balance.amount_due_cents
    return {
        "amount_due": format_cents(max(due, 0)),
        "due_on": format_day(balance.due_on, turn.backend.today()) if balance.due_on else tr("right now"),
        "past_due": balance.past_due_cents > 0,
        "past_due_amount": format_cents(balance.past_due_cents),
        "rest": balance.next_due_on is not None and 0 < balance.past_due_cents < due,
        "rest_amount": format_cents(max(due - balance.past_due_cents, 0)),
        "rest_due_on": format_day(balance.next_due_on, turn.backend.today()) if balance.next_due_on else "",
        "state": "owes" if due > 0 else "zero" if due == 0 else "credit",
        "credit": format_cents(max(-due, 0)),
    }


def get_chosen_day(turn: Turn) -> date:
    """The chosen day, or else today, as the co-op's local date."""
    day = turn.get(DAY)
    return date.fromisoformat(day) if day and day != ASK_DAY else turn.backend.today()


def chosen_values(turn: Turn) -> dict[str, Any]:
    """The amount and the day, as far as they are chosen."""
    amount = turn.get(AMOUNT)
    return {
        "amount": format_cents(int(amount)) if amount is not None else "",
        "when": format_on_day(get_chosen_day(turn), turn.backend.today()),
    }


def format_slot(turn: Turn, slot: str) -> str:
    """The amount, the day or the method in words, to repeat it while another question is open."""
    value = turn.get(slot)
    if slot == AMOUNT:
        named = {"all": tr("all of it"), "bill": tr("all of it"), "half": tr("half of it")}
        return format_cents(value) if isinstance(value, int) else named.get(str(value), "")
    if slot == METHOD and value == "saved":
        hint = str(turn.get(METHOD_HINT) or "")
        kinds = {"card": tr("the card"), "bank": tr("the bank account"), None: ""}
        return tr("the other one") if hint.startswith(NOT_PREFIX) else kinds[detect_method_kind(hint)]
    if slot == DAY and value and value not in (ASK_DAY, "due"):
        return format_day(date.fromisoformat(value), turn.backend.today())
    return ""


def format_last_day(turn: Turn) -> str:
    today = turn.backend.today()
    return format_day(today + timedelta(days=turn.backend.coop.schedule_days), today)


def build_amount_question(turn: Turn, balance: Balance, problem: str | None = None) -> SlotQuestion:
    problem = problem or turn.notes.get("amount_problem")
    if balance.prepaid:
        return _build_added_amount_question(turn, balance.prepaid, problem)
    if problem is None and turn.button_value(AMOUNT) == "other":
        problem = "other"
    if problem is None and PLAN_DUE in turn.notes:
        return _build_plan_amount_question(balance, *turn.notes[PLAN_DUE])
    response = f"utter_question_pay_amount_{problem}" if problem else "utter_question_pay_amount"
    limit = format_cents(turn.backend.coop.max_payment_cents)
    due, past_due = balance.amount_due_cents, balance.past_due_cents
    buttons = []
    if problem is None and 0 < past_due < due:
        buttons = [
            build_button(tr("Only what is past due, {amount}", amount=format_cents(past_due)), pay_amount="past_due")
        ]
    return SlotQuestion(
        AMOUNT, response, {**balance_values(turn, balance), "limit": limit}, buttons, is_new=bool(problem)
    )


def _build_plan_amount_question(balance: Balance, plan_due: str, next_cents: int) -> SlotQuestion:
    """How much to pay where an arrangement holds: its next part first, whose day is the one that counts."""
    due, part = format_cents(balance.amount_due_cents), format_cents(next_cents)
    owed = tr("You owe {amount}.", amount=due)
    buttons = [
        build_button(tr("The next part, {amount}", amount=part), pay_amount="bill"),
        build_button(tr("All of it, {amount}", amount=due), pay_amount="all"),
        build_button(tr("Another amount"), pay_amount="other"),
    ]
    told = f"{owed} {plan_due} {tr('How much would you like to pay?')}"
    return SlotQuestion(AMOUNT, "utter_told", {"told": told}, buttons)


def _build_added_amount_question(turn: Turn, prepaid: Prepaid, problem: str | None) -> SlotQuestion:
    """How much to add to a prepaid account."""
    if problem:
        limit = format_cents(turn.backend.coop.max_payment_cents)
        told = tr("How much would you like to add? Please give one amount in dollars, up to {limit}.", limit=limit)
    else:
        told = f"{describe_left(prepaid)} {tr('How much would you like to add?')}"
    return SlotQuestion(AMOUNT, "utter_told", {"told": told}, is_new=bool(problem))


def build_day_question(turn: Turn, balance: Balance, problem: str | None = None) -> SlotQuestion:
    problem = problem or turn.notes.get("day_problem")
    if problem is None and turn.button_value(DAY) == "other":
        problem = "other"
    response = f"utter_question_pay_day_{problem}" if problem else "utter_question_pay_day"
    nearest: date | None = turn.notes.get("nearest_day")
    today = turn.backend.today()
    values = {"last_day": format_last_day(turn), "nearest": format_day(nearest or today, today)}
    return SlotQuestion(
        DAY, response, {**balance_values(turn, balance), **chosen_values(turn), **values}, is_new=bool(problem)
    )


def build_method_question(
    turn: Turn,
    methods: Sequence[PaymentMethod],
    *,
    opened: bool,
    expired: PaymentMethod | None = None,
    with_keypad: bool = False,
) -> SlotQuestion:
    """Which method to pay with. The saved ones are named only if the identity level allows it (`opened`).

    `with_keypad`: what is not on file can be keyed in, and a further question asks how to give it.
    """
    if opened:
        day = get_chosen_day(turn)
        good = [m for m in methods if m is not expired and (prechecks.card_expiry_date(m) or day) >= day]
        buttons = [build_button(m.label, pay_method=str(m.id)) for m in good]
    else:
        buttons = [build_button(tr("What is saved on my account"), pay_method="saved")]
    if with_keypad:
        # as many as a call has keys for
        buttons = [*buttons[:4], build_button(tr("Another card or bank account"), pay_method=NEW_METHOD)]
    else:
        buttons.append(build_button(tr("Another card or bank account, by secure link"), pay_method="link"))
    return build_method_choice(turn, buttons, expired=expired)


def build_method_choice(
    turn: Turn, buttons: list[dict[str, str]], *, expired: PaymentMethod | None = None
) -> SlotQuestion:
    """The question for one of the ways in `buttons`, after what became of the last one."""
    response, values = "utter_question_pay_method", chosen_values(turn)
    if expired is not None:
        response, values = "utter_question_pay_method_expired", {**values, "method": expired.label}
    elif turn.notes.get("no_such_way"):
        response, values = "utter_question_pay_method_none", {**values, "last4": turn.notes["no_such_way"]}
    elif turn.notes.get("declined"):
        response, values = "utter_question_pay_method_declined", {**values, "reason": turn.notes["declined"]}
    return SlotQuestion(METHOD, response, values, buttons, is_new=response != "utter_question_pay_method")


def build_agreement_question(turn: Turn, warning: PaymentWarning, balance: Balance) -> SlotQuestion:
    """Whether to go on in spite of a warning: a payment is on its way already, or it is more than is owed."""
    today, facts = turn.backend.today(), warning.values
    values = {
        "other_amount": format_cents(facts.get("amount_cents", 0)),
        "excess": format_cents(facts.get("over_cents", 0)),
        "confirmation": facts.get("confirmation", ""),
        "day": format_day(facts["on"], today) if "on" in facts else "",
        **balance_values(turn, balance),
        **chosen_values(turn),
    }
    return SlotQuestion(AGREED, f"utter_question_agree_{warning.code}", values)


def build_confirm_question(turn: Turn, quote: ReadBack, account: str, note: str = "") -> SlotQuestion:
    """The read-back: amount, fee, method and day exactly as the quote has them, its account as `account`, and after
    them `note`: what the payment does to a payment arrangement."""
    fee = quote.fee_cents
    fee_words = tr("That includes a fee of {fee}.", fee=format_cents(fee)) if fee else tr("There is no fee.")
    values = {
        "total": format_cents(quote.total_cents),
        "when": tr("today") if quote.pay_now else format_on_day(quote.pay_on, turn.backend.today()),
        "method": quote.method,
        "account": account,
        "fee_words": f"{fee_words} {note}".strip(),
    }
    return SlotQuestion(CONFIRMED_QUOTE, "utter_question_pay_confirm", values, is_new=True)


def tell_where_cards_are_saved(turn: Turn) -> None:
    """Say it to who wanted the new card kept, in this message or the last few: the page of a link saves nothing."""
    said = [str(event.get("text") or "") for event in turn.tracker.events if event.get("event") == "user"]
    if turn.channel == "voice" or not any(
        wants_card_kept(english_form(words, turn.language)) for words in said[-RECENT_MESSAGES:]
    ):
        return
    told = tr(
        "The secure page does not keep a card or bank account. To save one for next time, sign in at {url} and open "
        "Payment methods.",
        url=turn.backend.coop.portal_url,
    )
    turn.utter("utter_told", told=told)
