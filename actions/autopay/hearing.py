"""What a message says about an automatic payment: what to do with it, a day of the month, a saved method."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.free_text import LOOK
from actions.quick_pay.hearing import METHOD, named_method
from actions.turn import Turn
from backend.members.levels import Level
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.acts.signals import is_question, is_request
from backend.reading.day import DayProblem, named_day_of_month, wants_due_date
from backend.reading.day_words import number
from backend.reading.pay_way import LINK_WORDS, pays_with
from backend.reading.references import names_a_new_one, no_longer_good, refuses_the_old

WORDS = "words: "
"""In the slot of the method: what was said of it before what is saved may be looked up."""
DUE = "due"  # the day: the due date of each bill
DAYS_BEFORE = re.compile(
    r"\bfrom the \S+( \S+)? to\b|\bsecond thoughts?\b|\bfirst (of all|thing)\b|\b(a|one|just a) second\b|"
    r"\b(first|second|1st|2nd) (one|option|choice|card|account|time)\b"
)
"""Words in which an ordinal is no day of the month that is wished."""
BARE = re.compile(r"\D*\b([12]?\d|3[01])\b\D*")
STOP = re.compile(
    r"\b(cancel|stop|end|remove|delete|quit|disable|discontinue|deactivate|unenroll|disenroll|opt out|get rid|"
    r"cancle|no longer|no more|switch off|take (me|it|my \w+) off|(do not|don'?t) want|"
    r"myself|manually|off)\b",
    re.IGNORECASE,
)
WHETHER = re.compile(
    r"\b(?:is (?:it|he|she|auto|my|the|this)|am i|are we|do (?:i|we)|does (?:he|she|it)|if (?:i|he|she|we|it)|"
    r"whether|(?:yes )?(?:el |ella )?(?:tiene|tengo|tenemos|esta|está|estoy))\b.{0,40}"
    r"\b(?:on|have|has|auto ?pay|set up|signed up|enrolled|active|activ[oa]|automatic\w*)\b",
    re.IGNORECASE,
)
PAUSE = re.compile(r"\b(pause|suspend|skip|hold off|this month)\b", re.IGNORECASE)
CHANGE = re.compile(
    r"\b(change|chnage|edit|update|modify|switch|move|use|replace|adjust|different|new|another|expired|changed)\b",
    re.IGNORECASE,
)


def hear_act(turn: Turn) -> str | None:
    """cancel, pause, show or change, whichever the words ask for."""
    words = turn.text.strip()
    if PAUSE.search(words):
        return "pause"
    if LOOK.search(words):
        return "show"
    if STOP.search(words):
        return "cancel"
    return "change" if CHANGE.search(words) else None


def hear_day(turn: Turn, asked_for_it: bool) -> str | None:
    """`due`, or the day of the month in digits; 0 for a number that is no day of any month."""
    words = turn.text.lower()
    if wants_due_date(words):
        return DUE
    found = named_day_of_month(DAYS_BEFORE.sub("", words))
    if isinstance(found, DayProblem):
        return "0" if found.code == "no_such_day" else None
    if found is not None:
        return str(found)
    if not asked_for_it:
        return None
    if bare := BARE.fullmatch(words):
        return bare[1] if int(bare[1]) else "0"
    spoken = words.strip(" .!").removeprefix("the ").removeprefix("day ")
    try:
        named = number(spoken) if spoken else None
    except KeyError:
        return "0" if re.fullmatch(r"\D*\d+\D*", words) else None
    return None if named is None else str(named) if 1 <= named <= 31 else "0"


def day_asked_about(turn: Turn) -> str | None:
    """The day of the month that a question is about: `does the 31 work`."""
    if not turn.does("ask"):
        return None
    found = hear_day(turn, True)
    return found if found and found not in (DUE, "0") else None


def asks_whether(turn: Turn) -> bool:
    """`Is he on auto pay?` asks how things stand and wishes for nothing yet."""
    asks = turn.does("ask") and not turn.does("start", "affirm", "answer", "correct")
    return asks and bool(WHETHER.search(turn.text)) and not is_request(turn.text.split(",")[-1])


async def hear_method(turn: Turn, asked: str | None, slot: str) -> str | None:
    """The id of the saved method that the words name. Nothing saved is known before the step up."""
    if not turn.text:
        return None
    standing = await turn.standing()
    names_one = pays_with(turn.text.lower(), answers=asked == slot) and not is_question(turn.text)
    if standing.member is None or standing.level < Level.STEPPED_UP:
        # told once it may be looked up; what is no longer good is no way to pay
        return f"{WORDS}{turn.text.lower()}" if names_one and not names_a_new_one(turn.text) else None
    methods = await payments.saved_methods(turn.session, standing.member.id)
    words = turn.text.lower()
    fresh = LINK_WORDS.search(words) or names_a_new_one(words)
    if refuses_the_old(words):
        cards = [method for method in methods if method.kind == "card"]
        turn.notes["not_good"] = [str(method.id) for method in cards[:1]]
        return None
    if no_longer_good(words):
        named = [method for method in methods if method.brand.lower() in words or method.last4 in words]
        turn.notes["not_good"] = [str(method.id) for method in named or methods if named or "neither" in words]
        turn.notes["new_method"] = bool(fresh)
        return None
    if fresh and not any(method.last4 in words for method in methods):
        turn.notes["new_method"] = True
        return None
    chosen = named_method(words, methods, METHOD if asked == slot or names_one else None)
    return None if chosen == "saved" else chosen


def find(methods: Sequence[PaymentMethod], chosen: object) -> PaymentMethod | None:
    """The saved method of that id, or the one that words said before the step up name."""
    if isinstance(chosen, str) and chosen.startswith(WORDS):
        chosen = named_method(chosen.removeprefix(WORDS), methods, METHOD)
    return next((method for method in methods if str(method.id) == str(chosen)), None)
