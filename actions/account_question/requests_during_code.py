"""Requests made while a code is awaited for a question about automatic payments: a change of them, or a payment."""

from __future__ import annotations

from actions import agenda, registry
from actions.autopay.extract import METHOD_WORDS_PREFIX
from actions.turn import Turn
from backend.language import tr
from backend.reading.money.amount import Amount
from backend.reading.money.autopay_words import extract_autopay_act, extract_draw_day
from backend.reading.money.payment_method import INSTEAD_WORDS, names_method_to_pay

AUTOPAY, PAY = "autopay_form", "quick_pay_form"
MAX_CODE_WORDS = 2  # words; fewer are an attempt at the code


def queue_request(turn: Turn, *, asks: bool = False) -> bool:
    """`Ok, switch it to the 20th`, `set one up for 40`: put on the agenda, and confirmed."""
    if len(turn.text.split()) <= MAX_CODE_WORDS:
        return False
    if asks or turn.has_act("ask"):
        way = names_method_to_pay(turn.text.lower(), answers=False) and INSTEAD_WORDS.search(turn.text)
        return bool(way) and _queue_and_announce(
            turn, AUTOPAY, {"auto_act": "change", "auto_method": f"{METHOD_WORDS_PREFIX}{turn.text.lower()}"}
        )
    if isinstance(turn.extract_values(None).amount, Amount):
        return _queue_and_announce(turn, PAY, {})
    act, day = extract_autopay_act(turn.text), extract_draw_day(turn.text, asked_for_it=False)
    if act not in ("cancel", "change") and not (day and day != "0"):
        return False
    return _queue_and_announce(
        turn, AUTOPAY, {"auto_act": act or "change"} | ({"auto_day": day} if day and day != "0" else {})
    )


def _queue_and_announce(turn: Turn, opener: str, slots: dict[str, str]) -> bool:
    if agenda.add_item(turn, opener, turn.focused_text, dict(slots)):
        turn.utter("utter_agenda_added", tasks=tr(registry.format_task_title(opener)))
    return True
