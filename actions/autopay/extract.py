"""What a message says about an automatic payment: what to do with it, a day of the month, a saved method."""

from __future__ import annotations

from collections.abc import Sequence

from actions.quick_pay.extract import METHOD, find_named_method
from actions.turn import Turn
from backend.members.levels import Level
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.acts.signals import is_question
from backend.reading.back_references import is_no_longer_valid, refers_to_new_method, refuses_old_method
from backend.reading.money.autopay_words import (
    DUE_DATE,
    extract_draw_day,
    names_enrollment,
)
from backend.reading.money.payment_method import WANTS_PAY_LINK, names_method_to_pay

METHOD_WORDS_PREFIX = "words: "
"""In the slot of the method: what was said of it before what is saved may be looked up."""


def extract_day_in_question(turn: Turn) -> str | None:
    """The day of the month that a question is about: `does the 31 work`."""
    if not turn.has_act("ask"):
        return None
    found = extract_draw_day(turn.text, True)
    return found if found and found not in (DUE_DATE, "0") else None


def asks_whether_enrolled(turn: Turn) -> bool:
    """`Is he on auto pay?` asks how things stand and wishes for nothing yet."""
    asks = turn.has_act("ask") and not turn.has_act("start", "affirm", "answer", "correct")
    return asks and names_enrollment(turn.text)


async def extract_method(turn: Turn, asked: str | None, slot: str) -> str | None:
    """The id of the saved method that the words name. Nothing saved is known before the step up."""
    if not turn.text:
        return None
    identity = await turn.identity()
    names_one = names_method_to_pay(turn.text.lower(), answers=asked == slot) and not is_question(turn.text)
    if identity.member is None or identity.level < Level.STEPPED_UP:
        # told once it may be looked up; what is no longer good is no way to pay
        return (
            f"{METHOD_WORDS_PREFIX}{turn.text.lower()}" if names_one and not refers_to_new_method(turn.text) else None
        )
    methods = await payments.list_saved_methods(turn.session, identity.member.id)
    words = turn.text.lower()
    fresh = WANTS_PAY_LINK.search(words) or refers_to_new_method(words)
    if refuses_old_method(words):
        cards = [method for method in methods if method.kind == "card"]
        turn.notes["not_good"] = [str(method.id) for method in cards[:1]]
        return None
    if is_no_longer_valid(words):
        named = [method for method in methods if method.brand.lower() in words or method.last4 in words]
        turn.notes["not_good"] = [str(method.id) for method in named or methods if named or "neither" in words]
        turn.notes["new_method"] = bool(fresh)
        return None
    if fresh and not any(method.last4 in words for method in methods):
        turn.notes["new_method"] = True
        return None
    chosen = find_named_method(words, methods, METHOD if asked == slot or names_one else None)
    return None if chosen == "saved" else chosen


def find_method(methods: Sequence[PaymentMethod], chosen: object) -> PaymentMethod | None:
    """The saved method of that id, or the one that words said before the step up name."""
    if isinstance(chosen, str) and chosen.startswith(METHOD_WORDS_PREFIX):
        chosen = find_named_method(chosen.removeprefix(METHOD_WORDS_PREFIX), methods, METHOD)
    return next((method for method in methods if str(method.id) == str(chosen)), None)
