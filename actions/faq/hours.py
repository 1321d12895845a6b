"""Whether the office is open on the day, the holiday or the part of a day that is asked about, as a clerk would say it.

All of it is what is in force now: the office changes its hours and holidays in its settings.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from actions.turn import Turn
from backend.coop import Coop, format_clock
from backend.holidays import Holiday
from backend.language import format_day, join_words, tr
from backend.reading.dates.office_days import (
    asks_for_holidays,
    measure_holiday_name,
    names_afternoon,
    names_good_friday,
)
from backend.reading.dates.usage_months import extract_hours_day
from backend.reading.spanish import english_form

NOON = time(12)
LISTED_DAYS = 366


def format_hours_for_question(turn: Turn, words: str) -> str | None:
    """The hours of the day, or the holiday, that the words name; or all holidays. None if they name none of these."""
    coop, today = turn.backend.coop, turn.backend.today()
    holiday = _find_holiday(coop, words)
    if holiday is not None and (falls := _next_day(holiday, today)) is not None:
        return _describe_day(coop, falls, today, afternoon=False)
    if names_good_friday(words):
        return None
    english = english_form(words, turn.language)
    day = extract_hours_day(english, today)
    if day is not None:
        return _describe_day(coop, day, today, afternoon=names_afternoon(english))
    return _list_holidays(coop, today) if asks_for_holidays(words) else None


def _describe_day(coop: Coop, day: date, today: date, *, afternoon: bool) -> str:
    span = coop.hours_on(day)
    if span is None:
        return _describe_closed_day(coop, day, today)
    hours = {"start": format_clock(span[0]), "end": format_clock(span[1])}
    told = tr("The office is open {day} from {start} to {end}.", day=_format_near_day(day, today), **hours)
    if afternoon and span[1] <= NOON:
        return f"{tr('No, not in the afternoon.')} {told}"
    return told


def _describe_closed_day(coop: Coop, day: date, today: date) -> str:
    """That it is closed on `day`, for which holiday, and when it opens next."""
    near, name = _format_near_day(day, today), coop.holiday_name(day)
    closed = tr("No, the office is closed {day}.", day=near)
    if name:
        closed = tr("No, the office is closed {day}: {holiday}.", day=near, holiday=name)
    opens = coop.working_day_after(day)
    start = coop.hours_on(opens) if opens else None
    if opens is None or start is None:
        return closed
    again = tr("It opens again {day} at {start}.", day=_format_near_day(opens, today), start=format_clock(start[0]))
    return f"{closed} {again}"


def _list_holidays(coop: Coop, today: date) -> str:
    """All holidays with the day on which each falls next, the next one first."""
    closing = [holiday for holiday in coop.holidays if not holiday.hours]
    found = [(falls, holiday) for holiday in closing if (falls := _next_day(holiday, today)) is not None]
    days = dict.fromkeys(falls for falls, _ in sorted(found, key=lambda each: each[0]))
    listed = [f"{coop.holiday_name(day)} ({format_day(day, today)})" for day in days]
    if not listed:
        return tr("The office has no holidays in the coming year. It is open {hours}.", hours=coop.hours_text)
    told = tr("The office is closed on {holidays}. Outages are answered day and night.", holidays=join_words(listed))
    return " ".join([told, *_list_short_days(coop, today)])


def _list_short_days(coop: Coop, today: date) -> list[str]:
    """The special days with hours of their own, each the next time that it comes."""
    days = [_next_day(holiday, today) for holiday in coop.holidays if holiday.hours]
    return [_describe_day(coop, day, today, afternoon=False) for day in sorted(set(filter(None, days)))]


def _find_holiday(coop: Coop, words: str) -> Holiday | None:
    """The holiday that the words name in either language; the longest name counts: `the day after Thanksgiving`."""
    found = [
        (length, holiday)
        for holiday in coop.holidays
        for name in holiday.names.values()
        if (length := measure_holiday_name(words, name))
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


def _next_day(holiday: Holiday, today: date) -> date | None:
    days = (today + timedelta(days=ahead) for ahead in range(LISTED_DAYS))
    return next((day for day in days if holiday.falls_on(day)), None)


def _format_near_day(day: date, today: date) -> str:
    """`today`, `tomorrow`, `on Monday, November 30`."""
    near = {0: tr("today"), 1: tr("tomorrow")}.get((day - today).days)
    return near or tr("on {day}", day=format_day(day, today))
