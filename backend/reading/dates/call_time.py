"""Reads a time at which somebody may be called: `tomorrow morning`, `at 10`, `monday between 9 and 11`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.reading.dates.day_parsing import ParsedDay, parse_day
from backend.reading.dates.day_vocabulary import CARDINALS_TO_TWELVE, WEEKDAYS
from backend.reading.normalize import SENTENCE_BREAK, blank_span, clean_text

OpeningHours = Mapping[str, tuple[time, time]]
"""Weekday in lower case -> opening and closing time."""
HoursOnDay = Callable[[date], tuple[time, time] | None]
"""From when to when the office is open on a local day; None when it is closed: a weekend or a holiday."""

MAX_DAYS_AHEAD = 60
FIRST_THING = re.compile(
    r"\b(first thing|(?:when|once|as soon as|soon as|the (?:moment|minute)) (?:you(?:'re)?|they(?:'re)?|the office|"
    r"office|somebody|someone)(?: guys)?(?: is| are)? (?:open\w*|in|back|there)|as early as|opening)\b"
)
EARLY_PATTERN = re.compile(r"\bearly(?: in the| on)?(?: morning)?\b(?! afternoon| evening)")
EARLY_ENDS = time(10)
END_OF_DAY = time(23, 59)
"""The end of a span that has none of its own: closing time."""
PARTS_OF_DAY = (
    (re.compile(r"\bafter lunch\b"), time(13), END_OF_DAY),
    (re.compile(r"\b(noon|midday|lunch ?time|lunch)\b"), time(12), time(13)),
    (re.compile(r"\b(late|mid) morning\b"), time(10, 30), time(12)),
    (re.compile(r"\bmorning\b"), time(9), time(12)),
    (re.compile(r"\blate afternoon\b"), time(15, 30), END_OF_DAY),
    (re.compile(r"\bearly afternoon\b"), time(12), time(14)),
    (re.compile(r"\bafternoon\b"), time(13), END_OF_DAY),
    # a night rate or a night light is no time to call
    (
        re.compile(
            r"\b(evening|tonight|night(?![ -]?(?:rate|light|price|charg|shift|meter|use|usage))|"
            r"after (?:work|dinner|supper))\b"
        ),
        time(19),
        END_OF_DAY,
    ),
)
"""A part of the day, from when and until when."""
SOON_PATTERN = re.compile(
    r"\b(as soon as (?:possible|you can)|asap|any ?time|whenever|next (?:opening|free)|soonest|right (?:now|away)|"
    r"immediately|straight away)\b|^\W*now\W*(?:please)?\W*$"
)
IN_DURATION = re.compile(
    r"\bin (?:about |like )?(?P<half>half an? |an? (?:half|quarter) )?(?:(?P<n>\d{1,3}|an?|one|two|three|four|five|ten|"
    r"fifteen|twenty|thirty|forty five) )?(?P<unit>minutes?|mins?|hours?|hrs?)\b"
)
DURATION_NUMBERS = {"fifteen": 15, "twenty": 20, "thirty": 30, "forty five": 45, "a": 1, "an": 1}
_HOUR_WORDS = "|".join(CARDINALS_TO_TWELVE)
_HOUR = rf"(?P<hour>\d{{1,2}}|{_HOUR_WORDS})"
_MINUTE = r"(?:[:. ]?(?P<minute>[0-5]\d)|[ -](?P<word>fifteen|thirty|forty[ -]?five))?"
_AM_PM = r"(?P<pm>\s*[ap]\.?\s?m\b\.?)?"
_CHANGE_VERB = (
    r"(?:(?:make|change|move|switch|push|set|put|do) (?:it|that|this)(?: (?:to|for|at|back to))?|"
    r"(?:rather|better)(?: (?:at|do))?)"
)
_ENDS_TIME = r"(?=\s*(?:$|[,.;!?]|(?:instead|please|then|on|and|since|because|o'?clock|in the|if)\b))"
CLOCK_PATTERNS = (
    re.compile(rf"\b(?P<past>half past|quarter past|quarter to)\s+{_HOUR}\b{_AM_PM}"),
    re.compile(rf"\b(?:at|around|about|by|after|@)\s*{_HOUR}{_MINUTE}(?:\s*o'?clock)?{_AM_PM}(?![\d/-])"),
    re.compile(rf"\b{_HOUR}{_MINUTE}\s*(?P<pm>[ap]\.?\s?m\b\.?)"),
    re.compile(rf"\b{_CHANGE_VERB} {_HOUR}{_MINUTE}{_AM_PM}{_ENDS_TIME}"),
    re.compile(rf"\b{_HOUR}{_MINUTE}{_AM_PM}\s+(?:instead|rather|would be better|is better|works better|suits)\b"),
    re.compile(rf"\b{_HOUR}:(?P<minute>[0-5]\d)\b(?P<word>)(?P<pm>)"),
    re.compile(rf"\b{_HOUR}\s+o'?clock\b(?P<minute>)(?P<word>){_AM_PM}"),
    re.compile(
        rf"\b(?:mon|tues|wednes|thurs|fri)day,?\s+{_HOUR}(?::(?P<minute>[0-5]\d))?(?P<word>)(?P<pm>)\s*(?:please|works|"
        rf"is fine|then)?[.!]?\s*$"
    ),
    re.compile(rf"^\s*{_HOUR}{_MINUTE}{_AM_PM}\s*(?:please|works|is fine)?[.!]?\s*$"),
)
WEEKDAY_BY_ABBREVIATION = {name[:3]: name for name in WEEKDAYS[:5]}
WEEKDAY_ABBREVIATION = re.compile(
    r"\b(mon|tues?|weds?|thu|thurs?|fri)\b\.?(?=\s*(?:at\b|@|,|\d|morning|afternoon|early|after|before|between|"
    r"around|about|$))"
)
"""`wed at 11`: a day cut short, where a time stands behind it or nothing does."""
_APPROXIMATELY = r"(?:(?:about|around|like|at|say|las) ){0,2}"
_NOON = r"noon|midday|lunch ?time"
_TIME_SUFFIX = r"(?:\s?[ap]\.?\s?m\b\.?|\s?o'?clock)?(?:ish)?"
_END_TIME = (
    rf"(?P<end>(?:{_NOON}|\d{{1,2}}|{_HOUR_WORDS})(?:[:.][0-5]\d| thirty|"
    rf" fifteen)?{_TIME_SUFFIX})(?![\w/]|[.:]\d)"
)
_START_TIME = _END_TIME.replace("<end>", "<start>")
BETWEEN_PATTERNS = (
    re.compile(
        rf"\b(?:between|from|entre|any ?time from) {_APPROXIMATELY}{_START_TIME} ?(?:and|to|or|till|until|"
        rf"through|-) ?{_APPROXIMATELY}{_END_TIME}"
    ),
    re.compile(rf"\bde {_START_TIME} a {_END_TIME}"),
    re.compile(
        rf"(?<![\d/.$-]){_APPROXIMATELY}(?<![a-z\d]){_START_TIME} ?(?:to|till|until|-) ?{_APPROXIMATELY}{_END_TIME}"
    ),
)
# "not before 10" begins then; "before 10" ends there, as does "I work at 10"
NOT_BEFORE = re.compile(
    r"\b(?:(?:not?|nothing|never|don'?t (?:call|ring)(?: me)?) (?:\w+ )?(?:before|antes del?|earlier than|until|"
    r"till)|after|later than|(?<!half )(?<!quarter )past|(?:get|getting|i'?m|be) (?:off|home|out|done|free|"
    rf"back)(?: \w+)?(?: at| by| around| after)?) {_APPROXIMATELY}{_END_TIME}"
)
BEFORE = re.compile(
    r"\b(?:before|antes del?|no later than|by|until|till|(?:work|shift|leave|busy|appointment|bus|trabajo|"
    rf"entro)(?: \w+){{0,2}}? (?:at|from|by|starts at)) {_APPROXIMATELY}{_END_TIME}"
)
MINUTE_WORDS = {"fifteen": 15, "thirty": 30, "forty five": 45, "forty-five": 45, "fortyfive": 45}


@dataclass(frozen=True)
class RequestedTime:
    """A requested time for a call: a local `day`, a local `time_of_day`, or both.

    `delay` is counted from now. `until` ends a span that begins at `time_of_day`, or when the office opens. With
    `is_vague` the office chooses the hour: the member named a part of the day, or a span.
    """

    day: date | None = None
    time_of_day: time | None = None
    as_soon_as_possible: bool = False
    at_opening: bool = False
    delay: timedelta | None = None
    is_vague: bool = False
    until: time | None = None


def parse_call_time(text: str, today: date, hours: OpeningHours) -> RequestedTime | None:
    """The day and time in what was said, None when neither was. A bare hour is the one within opening hours."""
    cleaned = WEEKDAY_ABBREVIATION.sub(lambda found: WEEKDAY_BY_ABBREVIATION[found[1][:3]], clean_text(text))
    if (after := _parse_duration(cleaned)) is not None:
        return RequestedTime(delay=after)
    span = _parse_span(cleaned, hours)
    rest = span[2] if span else cleaned
    found = parse_day(SOON_PATTERN.sub(" ", rest), today, asked=False)
    day = found.day if isinstance(found, ParsedDay) else None
    if span:
        start, end = span[:2]
        return RequestedTime(day, start, at_opening=start is None, is_vague=True, until=end)
    exact = _parse_clock(cleaned, hours)
    part = next(((start, end) for words, start, end in PARTS_OF_DAY if words.search(cleaned)), None)
    if SOON_PATTERN.search(cleaned):
        return RequestedTime(day, exact or (part and part[0]), as_soon_as_possible=True, is_vague=True)
    if exact:
        return RequestedTime(day, exact)
    if EARLY_PATTERN.search(cleaned):
        return RequestedTime(day, at_opening=True, is_vague=True, until=EARLY_ENDS)
    if FIRST_THING.search(cleaned):
        return RequestedTime(day, at_opening=True)
    if part:
        return RequestedTime(day, part[0], is_vague=True, until=part[1])
    return RequestedTime(day) if day else None


def _parse_span(text: str, hours: OpeningHours) -> tuple[time | None, time | None, str] | None:
    """From when to when, and the words without it; None when no span is named."""

    def text_without(match: re.Match[str]) -> str:
        return blank_span(text, match.start(), match.end()).replace("~", " ")

    for pattern in BETWEEN_PATTERNS:
        if match := pattern.search(text):
            start, end = _parse_time_words(match["start"], hours), _parse_time_words(match["end"], hours)
            if start and end and start < end:
                return start, end, text_without(match)
    if (match := NOT_BEFORE.search(text)) and (start := _parse_time_words(match["end"], hours)):
        return start, END_OF_DAY, text_without(match)
    if (match := BEFORE.search(text)) and (end := _parse_time_words(match["end"], hours)):
        rest = text_without(match)
        part = next((start for words, start, _ in PARTS_OF_DAY if words.search(rest) and start < end), None)
        start = None if EARLY_PATTERN.search(rest) else part
        return (_parse_clock(rest, hours) or start), end, rest
    return None


def _parse_time_words(said: str, hours: OpeningHours) -> time | None:
    """`9`, `2:30 pm`, `noon` or `nine ish` as a time of day; None where it is none."""
    plain = said.replace("ish", "").strip()
    return time(12) if re.fullmatch(_NOON, plain) else _parse_clock(f"at {plain}", hours)


def _parse_duration(text: str) -> timedelta | None:
    """The time span of `in an hour`, `in 20 minutes`, `in half an hour`."""
    match = IN_DURATION.search(text)
    if match is None or not (match["n"] or match["half"]):
        return None
    hours = match["unit"].startswith("h")
    if match["half"] and not match["n"]:
        return timedelta(minutes=15 if "quarter" in match["half"] else 30) if hours else None
    said = match["n"] or "1"
    many = int(said) if said.isdigit() else DURATION_NUMBERS.get(said) or CARDINALS_TO_TWELVE[said]
    return timedelta(hours=many) if hours else timedelta(minutes=many)


def _parse_clock(text: str, hours: OpeningHours) -> time | None:
    """The first time of day in the text: `half past 9`, `at 2`, `10 am`, `9:30`, `3 o'clock`."""
    for pattern in CLOCK_PATTERNS:
        if match := pattern.search(text):
            return _time_from_match(match, hours)
    return None


def _time_from_match(match: re.Match[str], hours: OpeningHours) -> time | None:
    parts = match.groupdict()
    said = str(parts["hour"])
    hour = CARDINALS_TO_TWELVE.get(said) or int(said)
    past = parts.get("past") or ""
    minute = {"half past": 30, "quarter past": 15, "quarter to": 45}.get(past, 0)
    if past == "quarter to":
        hour -= 1
    if parts.get("minute"):
        minute = int(parts["minute"])
    elif parts.get("word"):
        minute = MINUTE_WORDS[parts["word"]]
    half = (parts.get("pm") or "").strip().lower()[:1]
    if not 0 <= hour <= 23:
        return None
    if half:
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    # "at 2" is the afternoon's at an office that opens at eight
    opens = min((span[0] for span in hours.values()), default=time(8))
    in_afternoon = hour < 12 and time(hour, minute) < opens
    return time(hour + 12 if in_afternoon else hour, minute)


def find_call_start(said: RequestedTime, now: datetime, span_on: HoursOnDay) -> datetime | None:
    """The local time to call, within opening hours and not past; None when the office is closed then.

    `now` is local and aware. Without a day it is the next one on which that time is still to come.
    """
    if said.delay is not None:
        then = now.replace(second=0, microsecond=0) + said.delay
        return _time_on_day(then.date(), then.time(), now, span_on)
    named = said.time_of_day is not None or said.as_soon_as_possible or said.at_opening
    if said.day is not None:
        at = said.time_of_day
        if said.until is not None and at is not None and said.day == now.date() and at < now.time() < said.until:
            at = None  # "this afternoon", said in the afternoon: what is left of it
        return _time_on_day(said.day, at, now, span_on) if named else None
    today = span_on(now.date())
    has_opened = today is not None and today[0] < now.time()
    for ahead in range(1 if said.at_opening and has_opened else 0, MAX_DAYS_AHEAD):
        when = _time_on_day(now.date() + timedelta(days=ahead), said.time_of_day, now, span_on)
        if when is not None:
            return when
    return None


def find_call_end(said: RequestedTime, start: datetime, span_on: HoursOnDay) -> time | None:
    """When the span of a call that begins at `start` ends: not after the office closes. None where there is no span."""
    span = span_on(start.date())
    if said.until is None or span is None:
        return None
    end = min(said.until, span[1])
    return end if end > start.time() else None


def _time_on_day(day: date, at: time | None, now: datetime, span_on: HoursOnDay) -> datetime | None:
    """That time of that day, or the first that is left of it; None when nobody is there."""
    span = span_on(day)
    if span is None:
        return None
    this_minute = now.replace(second=0, microsecond=0)
    if at is None:
        at = max(span[0], this_minute.time()) if day == now.date() else span[0]
    when = datetime.combine(day, at, now.tzinfo)
    return when if span[0] <= at < span[1] and when >= this_minute else None


_PAST_WORDS = re.compile(
    r"\b(?:was|were|paid|called|charged|happened|came|went|sent|got|did|told|said|billed|took|had|"
    r"pagu[eé]|llam[eé]|cobraron|pas[oó]|fue|vino)\b",
    re.IGNORECASE,
)
_ABOUT_CALL = re.compile(r"\b(?:call|ring|phone|reach|llam\w+) (?:me|us|back)\b|\b(?:make|move) it\b", re.IGNORECASE)
_PART_BREAK = re.compile(rf"{SENTENCE_BREAK}|,\s+(?=(?:and|but|so|then|please|call|have|make)\b)", re.IGNORECASE)


def remove_past_events(text: str) -> str:
    """The words without clauses about the past: `I paid twice on Tuesday` names no time for a call."""
    pieces = _PART_BREAK.split(text)
    return " ".join(piece for piece in pieces if _ABOUT_CALL.search(piece) or not _PAST_WORDS.search(piece))
