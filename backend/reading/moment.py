"""A time at which somebody may be called: `tomorrow morning`, `at 10`, `monday half past two`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.reading.day import Day, read_day
from backend.reading.wording import clean

Hours = Mapping[str, tuple[time, time]]
"""Weekday in lower case -> opening and closing time."""

AHEAD_DAYS = 60
PARTS = (
    (re.compile(r"\b(first thing|when you open|as early as|opening)\b"), time(0)),
    (re.compile(r"\b(noon|midday|lunch ?time|lunch)\b"), time(12)),
    (re.compile(r"\b(late|mid) morning\b"), time(10, 30)),
    (re.compile(r"\bmorning\b"), time(9)),
    (re.compile(r"\blate afternoon\b"), time(15, 30)),
    (re.compile(r"\bafternoon\b"), time(13)),
)
SOON = re.compile(r"\b(as soon as (?:possible|you can)|asap|any ?time|whenever|next (?:opening|free)|soonest)\b")
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
    """What was said: a local `day`, a local `at`, or both; `soon` for the next opening."""

    day: date | None = None
    at: time | None = None
    soon: bool = False


def read_moment(text: str, today: date, hours: Hours) -> Moment | None:
    """The day and time in what was said, None when neither was. A bare hour is the one within opening hours."""
    cleaned = clean(text)
    found = read_day(SOON.sub(" ", cleaned), today, asked=False)
    day = found.on if isinstance(found, Day) else None
    at = _clock(cleaned, hours) or next((when for words, when in PARTS if words.search(cleaned)), None)
    if SOON.search(cleaned):
        return Moment(day, at, soon=True)
    return Moment(day, at) if day or at else None


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


def call_time(said: Moment, now: datetime, hours: Hours) -> datetime | None:
    """The local time to call, within opening hours and not past; None when the office is closed then.

    `now` is local and aware. Without a day it is the next one on which that time is still to come.
    """
    if said.day is not None:
        return _on(said.day, said.at or time(0), now, hours) if said.at or said.soon else None
    for ahead in range(AHEAD_DAYS):
        when = _on(now.date() + timedelta(days=ahead), said.at or time(0), now, hours)
        if when is not None:
            return when
    return None


def _on(day: date, at: time, now: datetime, hours: Hours) -> datetime | None:
    span = hours.get(f"{day:%A}".lower())
    if span is None:
        return None
    if at == time(0):
        at = max(span[0], now.time().replace(second=0, microsecond=0)) if day == now.date() else span[0]
    when = datetime.combine(day, at, now.tzinfo)
    return when if span[0] <= at < span[1] and when >= now.replace(second=0, microsecond=0) else None
