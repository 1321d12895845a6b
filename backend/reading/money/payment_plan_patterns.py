"""The words that plans are said with: shares, how often, into how many payments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from backend.reading.dates.day_matches import COUNT_WORDS, add_span
from backend.reading.dates.day_vocabulary import CARDINALS_TO_TWELVE, WEEKDAY_PATTERN, parse_weekday
from backend.reading.normalize import blank_span

_NUMBERS = {**CARDINALS_TO_TWELVE, **COUNT_WORDS}
_NUMBER_WORDS = "|".join(sorted((word for word in _NUMBERS if len(word) > 2), key=len, reverse=True))
_COUNT = rf"(?:\d{{1,2}}|{_NUMBER_WORDS})"
_TENS = "ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|five|dollars|dollar|bucks"

RIGHT_NOW = re.compile(r"(?<!\bfrom )\b(?:right now|right away|straight away|immediately|now|rn)\b(?! and forever)")
# "one today and one on the 4th" are payments, no dollars
ONE_AS_PRONOUN = re.compile(r"\bone(?= (?:now|today|tomorrow|on|the|next|this|by|in|mon|tue|wed|thu|fri|sat|sun))")
NOTHING_NOW = re.compile(
    r"\b(?:nothing|zero|none|not anything|(?:can't|cannot|can not|couldn't) (?:pay|do|give|"
    r"send) (?:you )?(?:anything|a thing|a dime|any)|no money|don't have (?:anything|any money|any|a dime))\b"
)
NOT_NOW = re.compile(
    r"(?P<cannot>\b(?:can'?t|cannot|can not|couldn'?t|unable to|not able to)\b[^.,;!?]*?)(?:(?:for|as of|"
    r"until) )?\b(?:today|at the moment|this moment)(?! and\b| but\b)"
)
"""What cannot be paid now is no payment of today."""
UNTIL_WORDS = re.compile(
    r"\b(?:until|till?|'til|untill|extension|extend\w*|more time|more days?|longer|wait|hold off|hold|push|move|late|"
    r"postpone|delay|defer|grace|another|give me|pay (?:it |this |that |everything )?(?:by|before|on|then))\b"
)
EACH_WORD = re.compile(
    r"\beach\b(?! (?:week|month|day|pay|friday|monday|tuesday|wednesday|thursday))|\bapiece\b|\bboth\b"
)
REST_WORDS = re.compile(
    r"\b(?:the |my )?(?:rest(?: of (?:it|that))?|remainder|remaining(?: \w+)?|other (?:half|part|piece)|second half|"
    r"left ?over|balance left|what(?:'s| is| will be) left|everything else|difference)\b"
)
FRACTION_PATTERNS = (
    ("1/2", re.compile(r"\b(?:(?:one|a|the|the first|first) )?half\b(?! (?:past|hour|a month|an hour))")),
    ("1/3", re.compile(r"\b(?:a|one|the first) third\b|(?<!\d)1/3(?!\d)")),
    ("1/4", re.compile(r"\b(?:a|one|the first) (?:quarter|fourth)\b(?! (?:past|to)\b)|(?<!\d)1/4(?!\d)")),
)
ALL_WORDS = re.compile(
    r"\b(?:all of (?:it|that)|everything|in full|it all|all at once|paid? (?:it )?off|"
    r"(?:the )?(?:whole|full|entire|total)(?: (?:thing|amount|balance|bill|lot))?)\b|\ball(?= (?:on|by|~))"
)
NOT_ALL = re.compile(r"\b(?:not|isn't|don't|can't|cannot|never|no|without|won't)\b[^.,;]*$")
AMOUNT_WORD = re.compile(
    r"\b(?:pay|do|give|put|send|afford|have|got|down|manage|swing|spare|scrape|offer|just|only|about|like|"
    r"of)(?: \w+)?[ :$]*$"
)
CONNECTOR = re.compile(r"\band\b|[,;&/]|\bthen\b|\bplus\b|\bbut\b|\.(?!\d)|\bafter that\b")
EXTRA_TIME = re.compile(
    r"\b(?:(?:give|have|get|need|want|take)(?: me| us)? (?P<n>a|an|one|two|three|four|1|2|3|4|"
    r"a couple(?: of)?)(?: more| extra)? (?P<unit>days?|weeks?|months?)|(?:another|an? extra|(?P<n2>one|a|two|"
    r"three|four|1|2|3|4|a couple(?: of)?|a few) (?:more|extra)) (?P<unit2>days?|weeks?|months?)|(?P<n3>a|one|two|"
    r"three|1|2|3) (?P<unit3>weeks?|months?) (?:more|longer|extra|late))\b(?! (?:from|after|each))"
)
_EVERY_PATTERN = re.compile(
    r"\b(?:every|each|per)\s+(?:(?P<n>other|second|2nd|two|2|three|3|four|4|fourteen|14|fifteen|15)\s+)?"
    rf"(?P<unit>days?|weeks?|months?|fortnight|pay ?days?|pay ?checks?|checks?|time i get paid|{WEEKDAY_PATTERN})\b|"
    r"\b(?P<word>bi-?weekly|weekly|fortnightly|monthly|twice a month|semi-?monthly)\b|"
    r"\bon (?P<days>mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays)\b|"
    r"(?:(?<=\d)|" + "|".join(rf"(?<=\b{word})" for word in _TENS.split("|")) + r")\s*(?:/|\ba )\s*(?P<a>week|wk|"
    r"month|mo|fortnight|pay ?day|pay ?check|check)\b|"
    r"\b(?:of )?(?P<nth>every|each)(?= (?:the )?\d{1,2}(?:st|nd|rd|th)\b)"
)
_PAYMENT_NOUNS = (
    r"(?:equal |even |smaller |same |monthly |weekly |separate |different |easy )?(?:parts?|payments?|"
    r"installments?|instalments?|pieces|portions|chunks|halves)"
)
_INTO_PARTS = re.compile(
    rf"\b(?P<n>{_COUNT}) {_PAYMENT_NOUNS}\b|"
    rf"\b(?:split|divide|break|spread|pay)\w*(?: (?:it|that|this|the \w+|my \w+))?(?: up)?(?: into| in| en) "
    rf"(?P<m>{_COUNT})\b(?! ?(?:days?|weeks?|months?|hours?|dollars?|bucks|more|\.))|"
    r"\b(?:in|into) (?P<word>half|halves|thirds|quarters|fourths)\b|\b(?P<half>half and half)(?= *(?:[.!?]|$))|"
    rf"\b(?P<ways>{_COUNT}) (?:ways|times)\b|"
    rf"\b(?:over|across|through) (?:the next |the course of )?(?P<span>{_COUNT}) (?P<unit>weeks|months)\b"
)
_COUNT_BY_FRACTION = {"half": 2, "halves": 2, "thirds": 3, "quarters": 4, "fourths": 4}


@dataclass(frozen=True)
class Frequency:
    """How often: every `count` `unit` (day, week or month)."""

    count: int
    unit: str

    def date_after(self, day: date, times: int = 1) -> date:
        """The day `times` later in the rhythm; the 31st is the last day of a shorter month."""
        return add_span(self.count * times, self.unit, day)


def _parse_count(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def rewrite_extra_time(match: re.Match[str]) -> str:
    """`another week`, `give me two weeks` as `until in 1 week`, which is a day."""
    number = match["n"] or match["n2"] or match["n3"] or "a"
    unit = match["unit"] or match["unit2"] or match["unit3"]
    if unit is None:  # "another week"
        unit = match[0].split()[-1]
    many = 3 if number == "a few" else _parse_count(number)
    return f"until in {many} {unit.rstrip('s')}{'s' if many > 1 else ''}"


def extract_frequency(cleaned: str, today: date) -> tuple[Frequency | None, date | None, int | None, str]:
    """How often, the first day where a weekday says it, where that stands, and the text without it."""
    match = _EVERY_PATTERN.search(cleaned)
    if match is None:
        return None, None, None, cleaned
    every, weekday = _parse_frequency(match)
    first = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1) if weekday is not None else None
    return every, first, match.start(), blank_span(cleaned, match.start(), match.end())


def _parse_frequency(match: re.Match[str]) -> tuple[Frequency, int | None]:
    if match["nth"]:
        return Frequency(1, "month"), None
    if match["days"]:
        return Frequency(1, "week"), parse_weekday(match["days"].rstrip("s"))
    word = match["word"] or match["a"] or ""
    if word:
        if word in ("weekly", "week", "wk"):
            return Frequency(1, "week"), None
        return (Frequency(1, "month") if word in ("monthly", "month", "mo") else Frequency(2, "week")), None
    unit, number = match["unit"], match["n"]
    many = 2 if number in ("other", "second", "2nd") else {"fourteen": 14, "fifteen": 15}.get(number or "", 0)
    many = many or (_parse_count(number) if number else 1)
    if unit.startswith(("pay", "check", "time", "fortnight")):
        return Frequency(2 * many, "week"), None
    if unit.startswith(("day", "week", "month")):
        return Frequency(many, unit.rstrip("s")), None
    return Frequency(many, "week"), parse_weekday(unit.rstrip("s") if unit.endswith("days") else unit)


def extract_count(cleaned: str) -> tuple[int | None, str]:
    """Into how many payments, and the text without it: `in 3 payments`, `two halves`, `over four months`."""
    match = _INTO_PARTS.search(cleaned)
    if match is None:
        return None, cleaned
    if match["word"] or match["half"]:
        count = _COUNT_BY_FRACTION.get(match["word"] or "half", 2)
    else:
        count = _parse_count(match["n"] or match["m"] or match["ways"] or match["span"])
    if not 2 <= count <= 24:
        return None, cleaned
    return count, blank_span(cleaned, match.start(), match.end())
