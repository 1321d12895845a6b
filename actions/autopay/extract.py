"""Reads a day of the month and a saved method of payment out of a message about automatic payments."""

from __future__ import annotations

from collections.abc import Sequence

from actions.quick_pay.extract import find_named_method
from actions.quick_pay.questions import METHOD
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
"""Before the member's words for a method, in the slot of its id, until the saved methods may be looked up."""


def extract_day_in_question(turn: Turn) -> str | None:
    """The day of the month that a question is about: `does the 31 work`."""
    if not turn.has_act("ask"):
        return None
    found = extract_draw_day(turn.text, True)
    return found if found and found not in (DUE_DATE, "0") else None


def asks_whether_enrolled(turn: Turn) -> bool:
    """Whether it only asks for the state: `is he on auto pay?`."""
    only_asks = turn.has_act("ask") and not turn.has_act("start", "affirm", "answer", "correct")
    return only_asks and names_enrollment(turn.text)


async def extract_method(turn: Turn, asked: str | None, slot: str) -> str | None:
    """The id of the saved method that the words name; before the step up, the words with METHOD_WORDS_PREFIX.

    Notes for the form: `not_good`, the ids of methods that must not be used; `new_method`, if one is meant that is not
    on file.
    """
    if not turn.text:
        return None
    identity = await turn.identity()
    words = turn.text.lower()
    names_one = names_method_to_pay(words, answers=asked == slot) and not is_question(turn.text)
    if identity.member is None or identity.level < Level.STEPPED_UP:
        return f"{METHOD_WORDS_PREFIX}{words}" if names_one and not refers_to_new_method(turn.text) else None
    methods = await payments.list_saved_methods(turn.session, identity.member.id)
    is_new = WANTS_PAY_LINK.search(words) or refers_to_new_method(words)
    if refuses_old_method(words):
        cards = [method for method in methods if method.kind == "card"]
        turn.notes["not_good"] = [str(method.id) for method in cards[:1]]
        return None
    if is_no_longer_valid(words):
        named = [method for method in methods if method.brand.lower() in words or method.last4 in words]
        turn.notes["not_good"] = [str(method.id) for method in named or methods if named or "neither" in words]
        turn.notes["new_method"] = bool(is_new)
        return None
    if is_new and not any(method.last4 in words for method in methods):
        turn.notes["new_method"] = True
        return None
    chosen = find_named_method(words, methods, METHOD if asked == slot or names_one else None)
    return None if chosen == "saved" else chosen


def find_method(methods: Sequence[PaymentMethod], chosen: object) -> PaymentMethod | None:
    """The saved method with the id `chosen`, or the one that words with METHOD_WORDS_PREFIX name."""
    if isinstance(chosen, str) and chosen.startswith(METHOD_WORDS_PREFIX):
        chosen = find_named_method(chosen.removeprefix(METHOD_WORDS_PREFIX), methods, METHOD)
    return next((method for method in methods if str(method.id) == str(chosen)), None)
