"""The questions about automatic payments and the values in their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from actions.base import Ask
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.words import day_words
from backend.autopay.schedule import first_day
from backend.autopay.service import Done, NextRun
from backend.autopay.words import next_words, when
from backend.billing.models import Bill
from backend.language import tr
from backend.money import format_cents
from backend.payments.models import PaymentMethod

__all__ = ["ask_method", "done_words", "fee_words", "next_words", "starting", "when"]


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


def bill_words(bill: Bill, cents: int, today: date) -> str:
    """One open bill, told apart from the others: late, or due on its day."""
    amount, day = format_cents(cents), day_words(bill.due_on, today)
    if bill.due_on < today:
        return tr("the late bill of {amount}, which was due {day}", amount=amount, day=day)
    return tr("the bill of {amount} due {day}", amount=amount, day=day)


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence, joined."""
    if len(parts) < 2:
        return "".join(parts)
    return tr("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])


def starting(turn: Turn, coming: NextRun | None, starts_on: date | None = None) -> str:
    """The start, as a part of what is agreed to. Nothing runs before `starts_on`, else the first day possible."""
    today = turn.backend.today()
    if coming is None:
        first = starts_on or first_day(today, turn.backend.coop)
        return tr("starting with the first bill due after {day}", day=day_words(first - timedelta(days=1), today))
    return tr("starting {day}", day=day_words(coming.on, today))


def fee_words(turn: Turn, method: PaymentMethod) -> str:
    fee = turn.backend.coop.fee_cents(method.kind)
    return tr(" plus a fee of {fee}", fee=format_cents(fee)) if fee else ""
