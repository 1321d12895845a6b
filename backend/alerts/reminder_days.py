"""Reads how many days before the due date a reminder is wanted, and whether one at a single moment is."""

from __future__ import annotations

import re

from backend.alerts.parsing import DAYS, normalize_alert_words, parse_days

NEAREST_DAYS = 1
"""The latest reminder is the day before."""
_DAY_OF = re.compile(
    r"(?<!before )(?<!before the )(?<!prior to the )(?<!ahead of the )\b(?:the |that |on )?(?:day|date) "
    r"(?:(?:that )?(?:it'?s|it is|its|the bill is|my bill is|they'?re|is|when it'?s) due|"
    r"of\b(?! (?:the )?(?:month|week)))|"
    r"\b(?:very |exact )?same day\b|"
    r"\bon the due (?:date|day)\b|\bmismo d[ií]a\b|\bel d[ií]a (?:que|en que) (?:se )?(?:vence|venza)\b"
)
_REFUSED = re.compile(
    r"\b(?:not|instead of|rather than|forget|no) (?:the |a |just |only |those |these )*"
    r"(?:[0-9]+(?:[ -]?(?:days?|weeks?)\b)?|(?:day|week) (?:before|ahead)\b)(?! (?:but|only))"
)
_BARE_NUMBER = re.compile(
    r"(?:(?:no|nope|i|said|meant|want|make it|change it to|it|should be|rather|[,.!]|\s)+)([0-9]{1,2})"
    r"(?:\W+(?:please|instead|[0-9]{1,2}))*\W*|([0-9]{1,2})\W+(?:please|instead)?\W*"
)
_WEEK = re.compile(r"\b(?:add |also )?(?:the|a|one) week\b")
_MOMENT = re.compile(
    r"\b(?:tomm?orr?ow|tmrw|tmw|tmr|2morrow|tonight|today|ma[nñ]ana|hoy|(?:on|this|next|el|este) "
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:el|este) (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|"
    r"on the [0-9]{1,2}(?:st|nd|rd|th)|at [0-9]{1,2}(?::[0-9]{2})? ?(?:am|pm|a\.m|p\.m|o'?clock)|"
    r"one[ -]time|1[ -]time|(?:just|only) (?:the )?(?:once|1)|once only|una (?:sola )?vez|solo una vez)\b"
)
_REMINDER = re.compile(r"\b(?:remind\w*|(?:text|call|email|alert|notify|ping|tell) me|record\w+|avis\w+)\b")
_OTHER_WISH = re.compile(
    r"\b(?:yes|yeah|yep|si|ok|okay|turn|due|start\w*|activ\w+|pay(?:ing)? (?:it|that|my|the|all)|pagu?\w+)\b"
)
"""Where the talk is about reminders, a day beside these words is none for a reminder: `turn it on today`."""
_RECURRING = re.compile(
    r"\b(?:before|ahead|prior|every|each|when\w*|always|monthly|until|from now|starting|outages?|power|antes|cada|"
    r"cuando|siempre)\b"
)


def find_reminder_days(text: str, *, may_be_bare: bool = False) -> list[int]:
    """The days before the due date that a text names, each once, the most first; 0 is the due date itself.

    `Seven days, not one` names 7. `may_be_bare`: a number alone counts as well, where the days were just read back.
    """
    said = _REFUSED.sub(" ", normalize_alert_words(text))
    found = {parse_days(days[0]) for days in DAYS.finditer(said)}
    if _DAY_OF.search(said):
        found.add(0)
    if may_be_bare and _WEEK.search(DAYS.sub(" ", said)):
        found.add(7)
    if may_be_bare and not found and (bare := _BARE_NUMBER.fullmatch(said.strip())):
        found.add(int(bare[1] or bare[2]))
    return sorted((count for count in found if count is not None), reverse=True)


def wants_single_reminder(text: str, *, is_about_reminders: bool = False) -> bool:
    """`Remind me tomorrow`, `just one time, at 9 am`: a reminder at one moment, which is no alert.

    `is_about_reminders`: the talk is about them already, and the word need not come again.
    """
    said = normalize_alert_words(text)
    if _MOMENT.search(said) is None or _RECURRING.search(said) or 0 in find_reminder_days(text):
        return False
    return _REMINDER.search(said) is not None or (is_about_reminders and _OTHER_WISH.search(said) is None)
