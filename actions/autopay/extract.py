"""What a message says about an automatic payment: what to do with it, a day of the month, a saved method."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.free_text import VIEW_REQUEST
from actions.quick_pay.extract import METHOD, find_named_method
from actions.turn import Turn
from backend.members.levels import Level
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.acts.signals import is_question, is_request
from backend.reading.back_references import is_no_longer_valid, refers_to_new_method, refuses_old_method
from backend.reading.dates.day_parsing import DayProblem, is_due_date_requested, parse_named_day_of_month
from backend.reading.dates.day_vocabulary import parse_number_word
from backend.reading.money.payment_method import WANTS_PAY_LINK, names_method_to_pay

METHOD_WORDS_PREFIX = "words: "
"""In the slot of the method: what was said of it before what is saved may be looked up."""
DUE_DATE = "due"  # the day: the due date of each bill
ORDINALS_NOT_DAYS = re.compile(
    r"\bfrom the \S+( \S+)? to\b|\bsecond thoughts?\b|\bfirst (of all|thing)\b|\b(a|one|just a) second\b|"
    r"\b(first|second|1st|2nd) (one|option|choice|card|account|time)\b"
)
"""Words in which an ordinal is no day of the month that is wished."""
BARE_DAY = re.compile(r"\D*\b([12]?\d|3[01])\b\D*")
STOP = re.compile(
    r"\b(cancel|stop|end|remove|delete|quit|disable|discontinue|deactivate|unenroll|disenroll|opt out|get rid|"
    r"cancle|no longer|no more|switch off|take (me|it|my \w+) off|(do not|don'?t) want|"
    r"myself|manually|off)\b",
    re.IGNORECASE,
)
ASKS_WHETHER_ENROLLED = re.compile(
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


def extract_act(turn: Turn) -> str | None:
    """cancel, pause, show or change, whichever the words ask for."""
    words = turn.text.strip()
    if PAUSE.search(words):
        return "pause"
    if VIEW_REQUEST.search(words):
        return "show"
    if STOP.search(words):
        return "cancel"
    return "change" if CHANGE.search(words) else None


def extract_day(turn: Turn, asked_for_it: bool) -> str | None:
    """`due`, or the day of the month in digits; 0 for a number that is no day of any month."""
    words = turn.text.lower()
    if is_due_date_requested(words):
        return DUE_DATE
    found = parse_named_day_of_month(ORDINALS_NOT_DAYS.sub("", words))
    if isinstance(found, DayProblem):
        return "0" if found.code == "no_such_day" else None
    if found is not None:
        return str(found)
    if not asked_for_it:
        return None
    if bare := BARE_DAY.fullmatch(words):
        return bare[1] if int(bare[1]) else "0"
    spoken = words.strip(" .!").removeprefix("the ").removeprefix("day ")
    try:
        named = parse_number_word(spoken) if spoken else None
    except KeyError:
        return "0" if re.fullmatch(r"\D*\d+\D*", words) else None
    return None if named is None else str(named) if 1 <= named <= 31 else "0"


def extract_day_in_question(turn: Turn) -> str | None:
    """The day of the month that a question is about: `does the 31 work`."""
    if not turn.has_act("ask"):
        return None
    found = extract_day(turn, True)
    return found if found and found not in (DUE_DATE, "0") else None


def asks_whether_enrolled(turn: Turn) -> bool:
    """`Is he on auto pay?` asks how things stand and wishes for nothing yet."""
    asks = turn.has_act("ask") and not turn.has_act("start", "affirm", "answer", "correct")
    return asks and bool(ASKS_WHETHER_ENROLLED.search(turn.text)) and not is_request(turn.text.split(",")[-1])


async def extract_method(turn: Turn, asked: str | None, slot: str) -> str | None:
    """The id of the saved method that the words name. Nothing saved is known before the step up."""
    if not turn.text:
        return None
    standing = await turn.identity()
    names_one = names_method_to_pay(turn.text.lower(), answers=asked == slot) and not is_question(turn.text)
    if standing.member is None or standing.level < Level.STEPPED_UP:
        # told once it may be looked up; what is no longer good is no way to pay
        return (
            f"{METHOD_WORDS_PREFIX}{turn.text.lower()}" if names_one and not refers_to_new_method(turn.text) else None
        )
    methods = await payments.list_saved_methods(turn.session, standing.member.id)
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
