"""The questions about automatic payments and the values in their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from actions.base import Ask
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.words import day_words
from backend.autopay.schedule import first_day
from backend.autopay.service import Done, NextRun
from backend.money import format_cents
from backend.payments.models import PaymentMethod

ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def ordinal(day: int) -> str:
    return f"{day}{ENDINGS.get(day, 'th')}"


def when(day_of_month: int | None) -> str:
    """`on the 15th of each month`, as it is said and agreed to."""
    if day_of_month is None:
        return "on the due date of each bill"
    shorter = " (the last day of a shorter month)" if day_of_month > 28 else ""
    return f"on the {ordinal(day_of_month)} of each month{shorter}"


def next_words(coming: NextRun | None, today: date) -> str:
    """When it runs next, as a sentence."""
    if coming is None:
        return "The next run is on the due date of your next bill."
    amount = f", {format_cents(coming.amount_cents)} as of now" if coming.amount_cents else ""
    return f"The next run is {day_words(coming.on, today)}{amount}."


def done_words(turn: Turn, done: Done, method: str, day_of_month: int | None) -> dict[str, Any]:
    """What came of an act: from when it counts, what runs next, and the number to quote."""
    today = turn.backend.today()
    return {
        "method": method,
        "when": when(day_of_month),
        "next": next_words(done.next_run, today),
        "late": done.counts_from > today,
        "counts_from": day_words(done.counts_from, today),
        "confirmation": done.confirmation,
        "confirmation_spoken": ", ".join(done.confirmation.replace("-", "")),
    }


def ask_method(
    slot: str, turn: Turn, methods: Sequence[PaymentMethod], expired: PaymentMethod | None = None, **values: Any
) -> Ask:
    buttons = [choose(method.label, **{slot: str(method.id)}) for method in methods if method is not expired]
    return Ask(
        slot,
        "utter_question_auto_method_expired" if expired else "utter_question_auto_method",
        {"method": expired.label if expired else "", **values},
        buttons,
    )


def starting(turn: Turn, coming: NextRun | None) -> str:
    """The start, as a part of what is agreed to."""
    today = turn.backend.today()
    if coming is None:
        return f"starting with the first bill due after {day_words(first_day(today), today)}"
    return f"starting {day_words(coming.on, today)}"


def fee_words(turn: Turn, method: PaymentMethod) -> str:
    fee = turn.backend.coop.fee_cents(method.kind)
    return f" plus a fee of {format_cents(fee)}" if fee else ""
