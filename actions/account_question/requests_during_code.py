"""Requests for a payment or a change of automatic payments, made while a code is awaited for a question about them."""

from __future__ import annotations

from actions import agenda
from actions.autopay.extract import METHOD_WORDS_PREFIX
from actions.turn import Turn
from backend.reading.money.amount import Amount
from backend.reading.money.autopay_words import extract_autopay_act, extract_draw_day
from backend.reading.money.payment_method import INSTEAD_WORDS, names_method_to_pay

MAX_CODE_WORDS = 2
"""So few words are an attempt at the code."""


def queue_request(turn: Turn, *, asks: bool = False) -> bool:
    """Put `ok, switch it to the 20th` or `set one up for 40` on the agenda, and say so. False if it is neither."""
    if len(turn.text.split()) <= MAX_CODE_WORDS:
        return False
    opener, slots = "autopay_form", dict[str, str]()
    if asks or turn.has_act("ask"):
        if not (names_method_to_pay(turn.text.lower(), answers=False) and INSTEAD_WORDS.search(turn.text)):
            return False
        slots = {"auto_act": "change", "auto_method": f"{METHOD_WORDS_PREFIX}{turn.text.lower()}"}
    elif isinstance(turn.extract_values(None).amount, Amount):
        opener = "quick_pay_form"
    else:
        act, day = extract_autopay_act(turn.text), extract_draw_day(turn.text, asked_for_it=False)
        has_day = day not in (None, "0")
        if act not in ("cancel", "change") and not has_day:
            return False
        slots = {"auto_act": act or "change"}
        if day and has_day:
            slots["auto_day"] = day
    agenda.add_item(turn, opener, turn.focused_text, slots, confirm=True)
    return True
