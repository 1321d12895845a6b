"""What a message says about an automatic payment: what to do with it, a day of the month, a saved method."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.free_text import LOOK
from actions.identity.forms import IDENTITY_SLOTS
from actions.quick_pay.hearing import LINK_WORDS, METHOD, named_method
from actions.turn import Turn
from backend.members.levels import Level
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.day import wants_due_date
from backend.reading.day_words import ORDINAL, number

DUE = "due"  # the day: the due date of each bill
LAST_DAY = re.compile(r"\b(last day|end) of (the|each|every) month\b|\bmonth'?s end\b", re.IGNORECASE)
ORDINALS = re.compile(rf"\b{ORDINAL}")
DAYS_BEFORE = re.compile(r"\bfrom the \S+( \S+)? to\b")
BARE = re.compile(r"\D*\b([12]?\d|3[01])\b\D*")
STOP = re.compile(
    r"\b(cancel|stop|end|remove|delete|quit|disable|discontinue|deactivate|unenroll|disenroll|opt out|get rid|"
    r"cancle|no longer|no more|switch off|take (me|it|my \w+) off|(do not|don'?t) want|"
    r"myself|manually|off)\b",
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
    if LAST_DAY.search(words):
        return "31"
    found = ORDINALS.findall(DAYS_BEFORE.sub("", words))
    if found:
        day = number(found[-1].strip())
        return str(day) if 1 <= day <= 31 else "0"
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


async def hear_method(turn: Turn, asked: str | None, slot: str) -> str | None:
    """The id of the saved method that the words name. Nothing saved is known before the step up."""
    if asked in IDENTITY_SLOTS or not turn.text:
        return None
    standing = await turn.standing()
    if standing.member is None or standing.level < Level.STEPPED_UP:
        return None
    methods = await payments.saved_methods(turn.session, standing.member.id)
    words = turn.text.lower()
    if LINK_WORDS.search(words) and not any(method.last4 in words for method in methods):
        turn.notes["new_method"] = True
        return None
    named = named_method(words, methods, METHOD if asked == slot else None)
    return None if named == "saved" else named


def find(methods: Sequence[PaymentMethod], chosen: object) -> PaymentMethod | None:
    return next((method for method in methods if str(method.id) == str(chosen)), None)
