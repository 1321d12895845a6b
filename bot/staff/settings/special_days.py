"""The page about the days on which the office is closed whatever the weekday, or has other hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from backend.coop import Coop, format_span
from backend.holidays import parse_rule
from backend.language import LANGUAGES, current_language, format_day, mark, tr, tr_count
from backend.reading.dates.day_vocabulary import MONTHS
from bot.staff.settings.fields import Area, Field, Group, Reading, Typed
from bot.staff.settings.words import in_each_language

EMPTY_HOLIDAYS = 3
MOST_HOLIDAYS = 40
NAMED_CLOSURES = 4
DAYS_AHEAD = 400
ONCE, YEARLY = "once", "yearly"
RULES = (
    ("january 1, or the nearest weekday", mark("January 1, or the nearest weekday")),
    ("3rd monday of january", mark("third Monday of January")),
    ("3rd monday of february", mark("third Monday of February")),
    ("last monday of may", mark("last Monday of May")),
    ("june 19, or the nearest weekday", mark("June 19, or the nearest weekday")),
    ("july 4, or the nearest weekday", mark("July 4, or the nearest weekday")),
    ("1st monday of september", mark("first Monday of September")),
    ("2nd monday of october", mark("second Monday of October")),
    ("november 11, or the nearest weekday", mark("November 11, or the nearest weekday")),
    ("4th thursday of november", mark("fourth Thursday of November")),
    ("day after 4th thursday of november", mark("day after the fourth Thursday of November")),
    ("december 24", mark("December 24")),
    ("december 25, or the nearest weekday", mark("December 25, or the nearest weekday")),
    ("december 31", mark("December 31")),
)
WHEN = ((ONCE, mark("once, on the date beside")), (YEARLY, mark("every year, on the date beside")), *RULES)
DAY_HELP = mark("Choose when it is. For a day of its own, choose once or every year and give the date beside it.")
Tables = Mapping[str, Any]
PARTS = ("on", "day", "opens", "closes", *LANGUAGES)


def _holiday_groups(tables: Tables, typed: Typed) -> list[Group]:
    there = list(tables.get("holidays", {}).values())
    posted = sum(name.startswith("holiday_on_") for name in typed)
    rows = min(max(len(there) + EMPTY_HOLIDAYS, posted), MOST_HOLIDAYS)
    known = {value for value, _ in WHEN}
    own = [str(each.get("on", "")) for each in there]
    own = [each for each in dict.fromkeys(own) if each not in known and not _is_date(each)]
    choices = (("", mark("not used")), *WHEN, *((each, each) for each in own))
    return [
        Group(
            there[row][current_language()] if row < len(there) else tr("Another special day"),
            (
                Field(f"holiday_on_{row}", mark("When"), "choice", choices=choices),
                Field(f"holiday_day_{row}", mark("Date"), "date", longest=10),
                Field(f"holiday_opens_{row}", mark("Opens"), "time", longest=5),
                Field(f"holiday_closes_{row}", mark("Closes"), "time", longest=5),
                Field(f"holiday_en_{row}", mark("Name in English"), longest=60, language=""),
                Field(f"holiday_es_{row}", mark("Name in Spanish"), longest=60),
            ),
            is_row=True,
            hint="" if row else mark("Without times the office is closed that day. With times it is open then."),
        )
        for row in range(rows)
    ]


def _show_holidays(tables: Tables) -> dict[str, str]:
    typed: dict[str, str] = {}
    for row, each in enumerate(tables.get("holidays", {}).values()):
        on = str(each.get("on", ""))
        opens, closes = each.get("hours") or ("", "")
        shown = {"on": ONCE, "day": on} if _is_date(on) else {"on": on, "day": ""}
        shown |= {"opens": opens, "closes": closes}
        shown |= {language: str(each.get(language, "")) for language in LANGUAGES}
        typed |= {f"holiday_{part}_{row}": str(value) for part, value in shown.items()}
    return typed


def _read_holidays(typed: Typed, tables: Tables) -> Reading:
    reading = Reading({"holidays": {}})
    known = {each["en"]: key for key, each in tables.get("holidays", {}).items()}
    for row in range(MOST_HOLIDAYS):
        parts = {part: " ".join(typed.get(f"holiday_{part}_{row}", "").split())[:80] for part in PARTS}
        if not any(parts.values()):
            continue
        day: dict[str, Any] = {"on": _read_rule(parts)} | {each: parts[each] for each in LANGUAGES}
        for part in (each for each in LANGUAGES if not parts[each]):
            reading.errors[f"holiday_{part}_{row}"] = tr("Please fill this in, or empty the whole row.")
        if not _is_rule(day["on"]):
            needs_date = parts["on"] in (ONCE, YEARLY)
            reading.errors[f"holiday_{'day' if needs_date else 'on'}_{row}"] = tr(DAY_HELP)
        if parts["opens"] or parts["closes"]:
            day["hours"] = [parts["opens"], parts["closes"]]
            if not _are_hours(day["hours"]):
                reading.errors[f"holiday_closes_{row}"] = tr("Please give both times, the earlier first, or neither.")
        key = known.get(parts["en"]) or _slug(parts["en"])
        if key in reading.tables["holidays"]:
            reading.errors[f"holiday_en_{row}"] = tr("This holiday is in the list already.")
        reading.tables["holidays"][key] = day
    return reading


def _read_rule(parts: Mapping[str, str]) -> str:
    """The rule in the words of coop.toml; empty where the date is missing."""
    if parts["on"] not in (ONCE, YEARLY):
        return parts["on"]
    if not _is_date(parts["day"]):
        return ""
    on = date.fromisoformat(parts["day"])
    return on.isoformat() if parts["on"] == ONCE else f"{MONTHS[on.month - 1]} {on.day}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _are_hours(span: list[str]) -> bool:
    try:
        opens, closes = (time.fromisoformat(each) for each in span)
    except ValueError:
        return False
    return opens < closes


def _is_rule(text: str) -> bool:
    try:
        parse_rule(text)
    except ValueError:
        return False
    return True


def _slug(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
    return words if words[:1].isalpha() else f"day_{words}"


def list_closures(coop: Coop, today: date) -> list[str]:
    """The next holidays, with their days: `Christmas: Friday, December 25`."""
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
    named = [
        f"{name}: {format_day(day, today)}" + (f", {format_span(short)}" if short else "")
        for day in days
        if (name := _name_day(coop, day)) and ((short := coop.short_hours(day)) or True)
    ]
    return named[:NAMED_CLOSURES]


def _name_day(coop: Coop, day: date) -> str | None:
    return next((each.names[current_language()] for each in coop.holidays if each.falls_on(day)), None)


def _closures(coop: Coop) -> str:
    today = coop.today() if coop.today else date.today()
    return "; ".join(list_closures(coop, today))


HOLIDAYS = Area(
    "holidays", mark("Holidays"),
    mark("Days on which the office is closed or has other hours, whatever the weekday. Empty a row to take it off."),
    _holiday_groups, _show_holidays, _read_holidays,
    lambda coop: in_each_language(mark("Special days next"), lambda: _closures(coop)),
    lambda coop: tr_count(
        "1 holiday: {day}", "{count} holidays. Next: {day}", len(coop.holidays), day=_closures(coop).split(";")[0]
    ),
)  # fmt: skip
