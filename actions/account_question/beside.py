"""What is wished while a code is waited for, at a question about what goes out: a change of it, or a payment."""

from __future__ import annotations

from actions import agenda, registry
from actions.autopay.hearing import WORDS, hear_act, hear_day
from actions.turn import Turn
from backend.language import tr
from backend.reading.amount import Amount
from backend.reading.pay_way import INSTEAD, pays_with

AUTOPAY, PAY = "autopay_form", "quick_pay_form"
FEW = 2  # words; fewer are a try at the code


def keep_wish(turn: Turn, *, asks: bool = False) -> bool:
    """`Ok, switch it to the 20th`, `set one up for 40`: kept for after the answer, and named back."""
    if len(turn.text.split()) <= FEW:
        return False
    if asks or turn.does("ask"):
        way = pays_with(turn.text.lower(), answers=False) and INSTEAD.search(turn.text)
        return bool(way) and _kept(turn, AUTOPAY, {"auto_act": "change", "auto_method": f"{WORDS}{turn.text.lower()}"})
    if isinstance(turn.read(None).amount, Amount):
        return _kept(turn, PAY, {})
    act, day = hear_act(turn), hear_day(turn, asked_for_it=False)
    if act not in ("cancel", "change") and not (day and day != "0"):
        return False
    return _kept(turn, AUTOPAY, {"auto_act": act or "change"} | ({"auto_day": day} if day and day != "0" else {}))


def _kept(turn: Turn, opener: str, slots: dict[str, str]) -> bool:
    if agenda.add(turn, opener, turn.own_words, dict(slots)):
        turn.say("utter_agenda_added", tasks=tr(registry.title_of(opener)))
    return True
