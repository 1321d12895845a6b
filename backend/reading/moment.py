"""A time at which somebody may be called: `tomorrow morning`, `at 10`, `monday between 9 and 11`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.reading.day import Day, read_day
from backend.reading.wording import blank, clean

Hours = Mapping[str, tuple[time, time]]
"""Weekday in lower case -> opening and closing time."""
SpanOn = Callable[[date], tuple[time, time] | None]
"""From when to when the office is open on a local day; None when it is closed: a weekend or a holiday."""

AHEAD_DAYS = 60
FIRST = re.compile(
    r"\b(first thing|(?:when|once|as soon as|soon as|the (?:moment|minute)) (?:you(?:'re)?|they(?:'re)?|the office|"
    r"office|somebody|someone)(?: guys)?(?: is| are)? (?:open\w*|in|back|there)|as early as|opening)\b"
)
EARLY = re.compile(r"\bearly(?: in the| on)?(?: morning)?\b(?! afternoon| evening)")
EARLY_ENDS = time(10)
NIGHTFALL = time(23, 59)
"""The end of a span that has none of its own: closing time."""
PARTS = (
    (re.compile(r"\bafter lunch\b"), time(13), NIGHTFALL),
    (re.compile(r"\b(noon|midday|lunch ?time|lunch)\b"), time(12), time(13)),
    (re.compile(r"\b(late|mid) morning\b"), time(10, 30), time(12)),
    (re.compile(r"\bmorning\b"), time(9), time(12)),
    (re.compile(r"\blate afternoon\b"), time(15, 30), NIGHTFALL),
    (re.compile(r"\bearly afternoon\b"), time(12), time(14)),
    (re.compile(r"\bafternoon\b"), time(13), NIGHTFALL),
    # a night rate or a night light is no time to call
    (
        re.compile(
            r"\b(evening|tonight|night(?![ -]?(?:rate|light|price|charg|shift|meter|use|usage))|"
            r"after (?:work|dinner|supper))\b"
        ),
        time(19),
        NIGHTFALL,
    ),
)
"""A part of the day, from when and until when."""
SOON = re.compile(
    r"\b(as soon as (?:possible|you can)|asap|any ?time|whenever|next (?:opening|free)|soonest|right (?:now|away)|"
    r"immediately|straight away)\b|^\W*now\W*(?:please)?\W*$"
)
AFTER = re.compile(
    r"\bin (?:about |like )?(?P<half>half an? |an? (?:half|quarter) )?(?:(?P<n>\d{1,3}|an?|one|two|three|four|five|ten|"
    r"fifteen|twenty|thirty|forty five) )?(?P<unit>minutes?|mins?|hours?|hrs?)\b"
)
MANY = {"fifteen": 15, "twenty": 20, "thirty": 30, "forty five": 45, "a": 1, "an": 1}
WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_HOUR = r"(?P<hour>\d{1,2}|" + "|".join(WORDS) + r")"
_MINUTE = r"(?:[:. ]?(?P<minute>[0-5]\d)|[ -](?P<word>fifteen|thirty|forty[ -]?five))?"
_HALF = r"(?P<pm>\s*[ap]\.?\s?m\b\.?)?"
CLOCK = (
    re.compile(rf"\b(?P<past>half past|quarter past|quarter to)\s+{_HOUR}\b{_HALF}"),
    re.compile(rf"\b(?:at|around|about|by|after|@)\s*{_HOUR}{_MINUTE}(?:\s*o'?clock)?{_HALF}(?![\d/-])"),
    re.compile(rf"\b{_HOUR}{_MINUTE}\s*(?P<pm>[ap]\.?\s?m\b\.?)"),
    re.compile(rf"\b{_HOUR}:(?P<minute>[0-5]\d)\b(?P<word>)(?P<pm>)"),
    re.compile(rf"\b{_HOUR}\s+o'?clock\b(?P<minute>)(?P<word>){_HALF}"),
    re.compile(
        rf"\b(?:mon|tues|wednes|thurs|fri)day,?\s+{_HOUR}(?::(?P<minute>[0-5]\d))?(?P<word>)(?P<pm>)\s*(?:please|works|"
        rf"is fine|then)?[.!]?\s*$"
    ),
    re.compile(rf"^\s*{_HOUR}{_MINUTE}{_HALF}\s*(?:please|works|is fine)?[.!]?\s*$"),
)
SHORT_DAYS = {"mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday"}
SHORT_DAY = re.compile(
    r"\b(mon|tues?|weds?|thu|thurs?|fri)\b\.?(?=\s*(?:at\b|@|,|\d|morning|afternoon|early|after|before|between|"
    r"around|about|$))"
)
"""`wed at 11`: a day cut short, where a time stands behind it or nothing does."""
_ABOUT = r"(?:(?:about|around|like|at|say|las) ){0,2}"
_NOON = r"noon|midday|lunch ?time"
_MARK = r"(?:\s?[ap]\.?\s?m\b\.?|\s?o'?clock)?(?:ish)?"
_END = rf"(?P<end>(?:{_NOON}|\d{{1,2}}|{'|'.join(WORDS)})(?:[:.][0-5]\d| thirty| fifteen)?{_MARK})(?![\w/]|[.:]\d)"
_START = _END.replace("<end>", "<start>")
BETWEEN = (
    re.compile(
        rf"\b(?:between|from|entre|any ?time from) {_ABOUT}{_START} ?(?:and|to|or|till|until|through|-) ?{_ABOUT}{_END}"
    ),
    re.compile(rf"\bde {_START} a {_END}"),
    re.compile(rf"(?<![\d/.$-]){_ABOUT}(?<![a-z\d]){_START} ?(?:to|till|until|-) ?{_ABOUT}{_END}"),
)
# "not before 10" begins then; "before 10" ends there, as does "I work at 10"
NOT_BEFORE = re.compile(
    rf"\b(?:(?:not?|nothing|never|don'?t (?:call|ring)(?: me)?) (?:\w+ )?(?:before|antes del?|earlier than|"
    rf"until|till)|after|later than|(?<!half )(?<!quarter )past|"
    rf"(?:get|getting|i'?m|be) (?:off|home|out|done|free|back)(?: \w+)?(?: at| by| around| after)?) {_ABOUT}{_END}"
)
BEFORE = re.compile(
    rf"\b(?:before|antes del?|no later than|by|until|till|"
    rf"(?:work|shift|leave|busy|appointment|bus|trabajo|entro)(?: \w+){{0,2}}? (?:at|from|by|starts at)) {_ABOUT}{_END}"
)
MINUTES = {"fifteen": 15, "thirty": 30, "forty five": 45, "forty-five": 45, "fortyfive": 45}


@dataclass(frozen=True)
class Moment:
    """What was said: a local `day`, a local `at`, or both; `soon` for the next opening, `first` for when it opens.

    `after` is counted from now. `until` ends a span, which begins at `at` or when the office opens. `vague` says that
    the hour is ours: the member named a part of the day, or a span.
    """

    day: date | None = None
    at: time | None = None
    soon: bool = False
    first: bool = False
    after: timedelta | None = None
    vague: bool = False
    until: time | None = None


def read_moment(text: str, today: date, hours: Hours) -> Moment | None:
    """The day and time in what was said, None when neither was. A bare hour is the one within opening hours."""
    cleaned = SHORT_DAY.sub(lambda found: SHORT_DAYS[found[1][:3]], clean(text))
    if (after := _after(cleaned)) is not None:
        return Moment(after=after)
    span = _span(cleaned, hours)
    rest = span[2] if span else cleaned
    found = read_day(SOON.sub(" ", rest), today, asked=False)
    day = found.on if isinstance(found, Day) else None
    if span:
        start, end = span[:2]
        return Moment(day, start, first=start is None, vague=True, until=end)
    exact = _clock(cleaned, hours)
    part = next(((start, end) for words, start, end in PARTS if words.search(cleaned)), None)
    if SOON.search(cleaned):
        return Moment(day, exact or (part and part[0]), soon=True, vague=True)
    if exact:
        return Moment(day, exact)
    if EARLY.search(cleaned):
        return Moment(day, first=True, vague=True, until=EARLY_ENDS)
    if FIRST.search(cleaned):
        return Moment(day, first=True)
    if part:
        return Moment(day, part[0], vague=True, until=part[1])
    return Moment(day) if day else None


def _span(text: str, hours: Hours) -> tuple[time | None, time | None, str] | None:
    """From when to when, and the words without it; None when no span is named."""
    for pattern in BETWEEN:
        if match := pattern.search(text):
            start, end = _said_time(match["start"], hours), _said_time(match["end"], hours)
            if start and end and start < end:
                return start, end, blank(text, match.start(), match.end()).replace("~", " ")
    if (match := NOT_BEFORE.search(text)) and (start := _said_time(match["end"], hours)):
        return start, NIGHTFALL, blank(text, match.start(), match.end()).replace("~", " ")
    if (match := BEFORE.search(text)) and (end := _said_time(match["end"], hours)):
        rest = blank(text, match.start(), match.end()).replace("~", " ")
        part = next((start for words, start, _ in PARTS if words.search(rest) and start < end), None)
        start = None if EARLY.search(rest) else part
        return (_clock(rest, hours) or start), end, rest
    return None


def _said_time(said: str, hours: Hours) -> time | None:
    """`9`, `2:30 pm`, `noon`."""
    plain = said.replace("ish", "").strip()
    return time(12) if re.fullmatch(_NOON, plain) else _clock(f"at {plain}", hours)


def _after(text: str) -> timedelta | None:
    """`in an hour`, `in 20 minutes`, `in half an hour`."""
    match = AFTER.search(text)
    if match is None or not (match["n"] or match["half"]):
        return None
    hours = match["unit"].startswith("h")
    if match["half"] and not match["n"]:
        return timedelta(minutes=15 if "quarter" in match["half"] else 30) if hours else None
    said = match["n"] or "1"
    many = int(said) if said.isdigit() else MANY.get(said) or WORDS[said]
    return timedelta(hours=many) if hours else timedelta(minutes=many)


def _clock(text: str, hours: Hours) -> time | None:
    for pattern in CLOCK:
        match = pattern.search(text)
        if match:
            return _time(match, hours)
    return None


def _time(match: re.Match[str], hours: Hours) -> time | None:
    parts = match.groupdict()
    said = str(parts["hour"])
    hour = WORDS.get(said) or int(said)
    past = parts.get("past") or ""
    minute = {"half past": 30, "quarter past": 15, "quarter to": 45}.get(past, 0)
    if past == "quarter to":
        hour -= 1
    if parts.get("minute"):
        minute = int(parts["minute"])
    elif parts.get("word"):
        minute = MINUTES[parts["word"]]
    half = (parts.get("pm") or "").strip().lower()[:1]
    if not 0 <= hour <= 23:
        return None
    if half:
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    return _in_hours(hour, minute, hours)


def _in_hours(hour: int, minute: int, hours: Hours) -> time:
    """`at 2` is the afternoon's at an office that opens at eight."""
    opens = min((span[0] for span in hours.values()), default=time(8))
    plain = time(hour, minute)
    return time(hour + 12, minute) if hour < 12 and plain < opens else plain


def call_time(said: Moment, now: datetime, span_on: SpanOn) -> datetime | None:
    """The local time to call, within opening hours and not past; None when the office is closed then.

    `now` is local and aware. Without a day it is the next one on which that time is still to come.
    """
    if said.after is not None:
        then = now.replace(second=0, microsecond=0) + said.after
        return _on(then.date(), then.time(), now, span_on)
    named = said.at is not None or said.soon or said.first
    if said.day is not None:
        at = said.at
        if said.until is not None and at is not None and said.day == now.date() and at < now.time() < said.until:
            at = None  # "this afternoon", said in the afternoon: what is left of it
        return _on(said.day, at, now, span_on) if named else None
    for ahead in range(AHEAD_DAYS):
        day = now.date() + timedelta(days=ahead)
        when = _on(day, said.at, now, span_on)
        # of a day that has begun, its opening is over
        if when is not None and not (said.first and ahead == 0 and _has_opened(day, now, span_on)):
            return when
    return None


def _has_opened(day: date, now: datetime, span_on: SpanOn) -> bool:
    span = span_on(day)
    return span is not None and span[0] < now.time()


def call_end(said: Moment, start: datetime, span_on: SpanOn) -> time | None:
    """When the span of a call that begins at `start` ends: not after the office closes. None where there is no span."""
    span = span_on(start.date())
    if said.until is None or span is None:
        return None
    end = min(said.until, span[1])
    return end if end > start.time() else None


def _on(day: date, at: time | None, now: datetime, span_on: SpanOn) -> datetime | None:
    """That time of that day, or the first that is left of it; None when nobody is there."""
    span = span_on(day)
    if span is None:
        return None
    this_minute = now.replace(second=0, microsecond=0)
    if at is None:
        at = max(span[0], this_minute.time()) if day == now.date() else span[0]
    when = datetime.combine(day, at, now.tzinfo)
    return when if span[0] <= at < span[1] and when >= this_minute else None


_PAST = re.compile(
    r"\b(?:was|were|paid|called|charged|happened|came|went|sent|got|did|told|said|billed|took|had|"
    r"pagu[eé]|llam[eé]|cobraron|pas[oó]|fue|vino)\b",
    re.IGNORECASE,
)
_OF_THE_CALL = re.compile(r"\b(?:call|ring|phone|reach|llam\w+) (?:me|us|back)\b|\b(?:make|move) it\b", re.IGNORECASE)
_PIECE = re.compile(r"(?<=[.!?;\n])\s+|,\s+(?=(?:and|but|so|then|please|call|have|make)\b)", re.IGNORECASE)


def without_past(text: str) -> str:
    """The words without what tells of the past: `I paid twice on Tuesday` names no time for a call."""
    pieces = _PIECE.split(text)
    return " ".join(piece for piece in pieces if _OF_THE_CALL.search(piece) or not _PAST.search(piece))
