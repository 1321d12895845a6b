"""A time at which somebody may be called: `tomorrow morning`, `at 10`, `monday half past two`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.reading.day import Day, read_day
from backend.reading.wording import clean

Hours = Mapping[str, tuple[time, time]]
"""Weekday in lower case -> opening and closing time."""
SpanOn = Callable[[date], tuple[time, time] | None]
"""From when to when the office is open on a local day; None when it is closed: a weekend or a holiday."""

AHEAD_DAYS = 60
FIRST = re.compile(r"\b(first thing|when you open|as early as|opening)\b")
PARTS = (
    (re.compile(r"\b(noon|midday|lunch ?time|lunch)\b"), time(12)),
    (re.compile(r"\b(late|mid) morning\b"), time(10, 30)),
    (re.compile(r"\bmorning\b"), time(9)),
    (re.compile(r"\blate afternoon\b"), time(15, 30)),
    (re.compile(r"\bafternoon\b"), time(13)),
    (re.compile(r"\b(evening|tonight|night|after (?:work|dinner|supper))\b"), time(19)),
)
SOON = re.compile(
    r"\b(as soon as (?:possible|you can)|asap|any ?time|whenever|next (?:opening|free)|soonest|right (?:now|away)|"
    r"immediately|straight away)\b|^\W*now\W*(?:please)?\W*$"
)
AFTER = re.compile(
    r"\bin (?:about |like )?(?P<half>half an? |an? (?:half|quarter) )?(?:(?P<n>\d{1,3}|an?|one|two|three|four|five|ten|"
    r"fifteen|twenty|thirty|forty five) )?(?P<unit>minutes?|mins?|hours?|hrs?)\b"
)
MANY = {"fifteen": 15, "twenty": 20, "thirty": 30, "forty five": 45, "a": 1, "an": 1}
BETWEEN = re.compile(r"\b(?:between|from) (?=\d|[a-z]+ (?:and|to) )")
BEFORE = re.compile(r"\b(?:before|no later than|by) (?=\d|noon|one|two|three|four|five|nine|ten|eleven|twelve)")
"""`before noon` names an end: the hour itself is not meant."""
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
    re.compile(rf"^\s*{_HOUR}{_MINUTE}{_HALF}\s*(?:please|works|is fine)?[.!]?\s*$"),
)
MINUTES = {"fifteen": 15, "thirty": 30, "forty five": 45, "forty-five": 45, "fortyfive": 45}


@dataclass(frozen=True)
class Moment:
    """What was said: a local `day`, a local `at`, or both; `soon` for the next opening, `first` for when it opens.

    `after` is counted from now. `vague` says that the hour is ours: the member named a part of the day, or a span.
    """

    day: date | None = None
    at: time | None = None
    soon: bool = False
    first: bool = False
    after: timedelta | None = None
    vague: bool = False


def read_moment(text: str, today: date, hours: Hours) -> Moment | None:
    """The day and time in what was said, None when neither was. A bare hour is the one within opening hours."""
    cleaned = clean(text)
    if (after := _after(cleaned)) is not None:
        return Moment(after=after)
    cleaned, span = BETWEEN.subn("at ", cleaned)
    ends = BEFORE.search(cleaned) is not None
    found = read_day(SOON.sub(" ", cleaned), today, asked=False)
    day = found.on if isinstance(found, Day) else None
    exact = None if ends else _clock(cleaned, hours)
    at = exact or (None if ends else next((when for words, when in PARTS if words.search(cleaned)), None))
    if SOON.search(cleaned):
        return Moment(day, at, soon=True, vague=True)
    if at is None and (ends or FIRST.search(cleaned)):
        return Moment(day, first=True, vague=ends)
    vague = (exact is None and at is not None) or bool(span)
    return Moment(day, at, vague=vague) if day or at else None


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
        return _on(said.day, said.at, now, span_on) if named else None
    for ahead in range(AHEAD_DAYS):
        when = _on(now.date() + timedelta(days=ahead), said.at, now, span_on)
        if when is not None and not (said.first and ahead == 0):
            return when
    return None


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
