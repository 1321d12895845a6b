"""Whether the office is open on the day that the member asks about, as a clerk would say it."""

from __future__ import annotations

from datetime import date

from actions.turn import Turn
from backend.coop import format_clock
from backend.language import format_day, tr
from backend.reading.dates.usage_months import extract_hours_day
from backend.reading.spanish import english_form


def format_hours_for_day(turn: Turn, words: str) -> str | None:
    """The office hours of the day that the words name, or when it opens next. None if they name no day."""
    day = extract_hours_day(english_form(words, turn.language), turn.backend.today())
    if day is None:
        return None
    coop, today = turn.backend.coop, turn.backend.today()
    span = coop.hours_on(day)
    if span is not None:
        hours = {"start": format_clock(span[0]), "end": format_clock(span[1])}
        return tr("The office is open {day} from {start} to {end}.", day=_format_near_day(day, today), **hours)
    closed = tr("No, the office is closed {day}.", day=_format_near_day(day, today))
    opens = coop.working_day_after(day)
    start = coop.hours_on(opens) if opens else None
    if opens is None or start is None:
        return closed
    again = tr("It opens again {day} at {start}.", day=_format_near_day(opens, today), start=format_clock(start[0]))
    return f"{closed} {again}"


def _format_near_day(day: date, today: date) -> str:
    """`today`, `tomorrow`, `on Monday, November 30`."""
    near = {0: tr("today"), 1: tr("tomorrow")}.get((day - today).days)
    return near or tr("on {day}", day=format_day(day, today))
