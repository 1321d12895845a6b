"""The questions about automatic payments, and the values in their texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from actions.base import SlotQuestion
from actions.buttons import build_button
from actions.turn import Turn
from backend.autopay.formatting import format_next_run, format_run_day
from backend.autopay.schedule import first_run_day
from backend.autopay.service import AutoPayResult, NextRun
from backend.billing.models import Bill
from backend.language import format_day, tr
from backend.money import format_cents
from backend.payments.models import PaymentMethod


def result_values(turn: Turn, done: AutoPayResult, method: str, day_of_month: int | None) -> dict[str, Any]:
    """The result: from which day it counts, what runs next, and the confirmation number."""
    today = turn.backend.today()
    return {
        "method": method,
        "when": format_run_day(day_of_month),
        "next": format_next_run(done.next_run, today),
        "late": done.effective_from > today,
        "counts_from": format_day(done.effective_from, today),
        "confirmation": done.confirmation,
    }


def build_method_question(
    slot: str, methods: Sequence[PaymentMethod], expired: PaymentMethod | None = None
) -> SlotQuestion:
    response = "utter_question_auto_method_expired" if expired else "utter_question_auto_method"
    buttons = [build_button(method.label, **{slot: str(method.id)}) for method in methods if method is not expired]
    return SlotQuestion(slot, response, {"method": expired.label if expired else ""}, buttons)


def format_bill(bill: Bill, cents: int, today: date) -> str:
    """One open bill by its amount and due date."""
    amount, day = format_cents(cents), format_day(bill.due_on, today)
    if bill.due_on < today:
        return tr("the late bill of {amount}, which was due {day}", amount=amount, day=day)
    return tr("the bill of {amount} due {day}", amount=amount, day=day)


def format_start(turn: Turn, next_run: NextRun | None, starts_on: date | None = None) -> str:
    """The start, for a read-back. Nothing runs before `starts_on`, or without it before the first day possible."""
    today = turn.backend.today()
    if next_run is None:
        first = starts_on or first_run_day(today, turn.backend.coop)
        return tr("starting with the first bill due after {day}", day=format_day(first - timedelta(days=1), today))
    return tr("starting {day}", day=format_day(next_run.on, today))


def format_fee(turn: Turn, method: PaymentMethod) -> str:
    fee = turn.backend.coop.fee_cents(method.kind)
    return tr(" plus a fee of {fee}", fee=format_cents(fee)) if fee else ""
