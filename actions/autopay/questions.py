"""The questions about automatic payments, and the values in their texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.base import SlotQuestion
from actions.buttons import build_button
from actions.turn import Turn
from backend.autopay.formatting import format_next_run, format_run_day
from backend.autopay.service import AutoPayResult
from backend.language import format_day
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
