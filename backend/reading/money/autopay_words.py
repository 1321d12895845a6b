"""Reads what a message wants done with Auto Pay, and on which day of the month."""

from __future__ import annotations

import re

from backend.reading.acts.signals import is_request
from backend.reading.acts.task_control import begins_as_view_request
from backend.reading.dates.day_parsing import DayProblem, is_due_date_requested, parse_named_day_of_month
from backend.reading.dates.day_vocabulary import parse_number_word
from backend.reading.detectors import detector, whole_detector

DUE_DATE = "due"  # the day: the due date of each bill
ORDINALS_NOT_DAYS = re.compile(
    r"\bfrom the \S+( \S+)? to\b|\bsecond thoughts?\b|\bfirst (of all|thing)\b|\b(a|one|just a) second\b|"
    r"\b(first|second|1st|2nd) (one|option|choice|card|account|time)\b"
)
"""Ordinals that are no day of the month."""
BARE_DAY = re.compile(r"\D*\b([12]?\d|3[01])\b\D*")
asks_to_stop_autopay = detector(
    r"\b(cancel|stop|end|remove|delete|quit|disable|discontinue|deactivate|unenroll|disenroll|opt out|get rid|"
    r"cancle|no longer|no more|switch off|take (me|it|my \w+) off|(do not|don'?t) want|myself|manually|off)\b"
)
ASKS_WHETHER_ENROLLED = re.compile(
    r"\b(?:is (?:it|he|she|auto|my|the|this)|am i|are we|do (?:i|we)|does (?:he|she|it)|if (?:i|he|she|we|it)|"
    r"whether|(?:yes )?(?:el |ella )?(?:tiene|tengo|tenemos|esta|está|estoy))\b.{0,40}\b(?:on|have|has|auto ?pay|"
    r"set up|signed up|enrolled|active|activ[oa]|automatic\w*)\b",
    re.IGNORECASE,
)
PAUSE = re.compile(r"\b(pause|suspend|skip|hold off|this month)\b", re.IGNORECASE)
asks_to_change_autopay = detector(
    r"\b(change|chnage|edit|update|modify|switch|move|use|replace|adjust|different|new|another|expired|changed)\b"
)
says_agree = whole_detector(r"(yes,? )?(i )?agree[.! ]*")
"""The word that the text asks for: carriers take a lone YES as opting in to texts."""
asks_about_drafts = detector(
    r"\b(what('s| is| are| does)|difference|same as|why can'?t|new drafts?|still work|set ?up a|sign up|should i|"
    r"can i (get|start|set)|start a|add a)\b"
)


def extract_autopay_act(text: str) -> str | None:
    """`cancel`, `pause`, `show` or `change`."""
    words = text.strip()
    if PAUSE.search(words):
        return "pause"
    if begins_as_view_request(words):
        return "show"
    if asks_to_stop_autopay(words):
        return "cancel"
    return "change" if asks_to_change_autopay(words) else None


def extract_draw_day(text: str, asked_for_it: bool) -> str | None:
    """`due`, or the day of the month in digits; `0` for a number that no month has a day of."""
    words = text.lower()
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


def names_enrollment(text: str) -> bool:
    """`Is he on auto pay?`, and not `..., please sign me up`."""
    return bool(ASKS_WHETHER_ENROLLED.search(text)) and not is_request(text.split(",")[-1])
