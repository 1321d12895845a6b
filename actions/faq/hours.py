"""Whether the office is open on the day that is asked about: a clerk answers that, and recites no list of hours."""

from __future__ import annotations

import re
from datetime import date

from actions.turn import Turn
from actions.words import day_words
from backend.coop import clock_text
from backend.language import SPANISH, tr
from backend.reading.day import Day, read_day
from backend.reading.spanish import glossed

TODAY = re.compile(
    r"\b(?:now|today|tonight|still open|at the moment|this (?:morning|afternoon|evening))\b", re.IGNORECASE
)


def told_of_the_day(turn: Turn, words: str) -> str | None:
    """From when to when the office is open on the day that the words name, or when it opens next; None without one."""
    day = _day_asked(turn, glossed(words) if turn.language == SPANISH else words)
    if day is None:
        return None
    coop, today = turn.backend.coop, turn.backend.today()
    span = coop.span_on(day)
    if span is not None:
        hours = {"start": clock_text(span[0]), "end": clock_text(span[1])}
        return tr("The office is open {day} from {start} to {end}.", day=_when(day, today), **hours)
    said = tr("No, the office is closed {day}.", day=_when(day, today))
    opens = coop.working_day_after(day)
    start = coop.span_on(opens) if opens else None
    if opens is None or start is None:
        return said
    again = tr("It opens again {day} at {start}.", day=_when(opens, today), start=clock_text(start[0]))
    return f"{said} {again}"


def _day_asked(turn: Turn, words: str) -> date | None:
    today = turn.backend.today()
    if TODAY.search(words):
        return today
    read = read_day(words, today, asked=False)
    return read.on if isinstance(read, Day) else None


def _when(day: date, today: date) -> str:
    """`today`, `tomorrow`, `on Monday, November 30`."""
    ahead = (day - today).days
    near = {0: tr("today"), 1: tr("tomorrow")}.get(ahead)
    return near or tr("on {day}", day=day_words(day, today))
