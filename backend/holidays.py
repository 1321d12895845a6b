"""The office's holidays, from the rules in coop.toml."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import Any

from backend.banking_days import LAST, nth_weekday
from backend.language import LANGUAGES
from backend.reading.dates.day_vocabulary import MONTH_NAMES, MONTHS, WEEKDAY_NAMES, WEEKDAYS

NTH = MappingProxyType({"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": LAST})
_SINGLE_DATE = re.compile(r"(?P<date>\d{4}-\d\d-\d\d)")
_FIXED = re.compile(rf"(?P<month>{MONTH_NAMES}) (?P<day>\d{{1,2}})(?P<moves>,? or the nearest weekday)?")
_FLOATING = re.compile(
    rf"(?P<after>day after )?(?P<nth>{'|'.join(NTH)}) (?P<weekday>{WEEKDAY_NAMES}) of (?P<month>{MONTH_NAMES})"
)
_SATURDAY, _SUNDAY = 5, 6

HolidayRule = Callable[[int], list[date]]
"""Year -> the days of it, none or one."""


@dataclass(frozen=True)
class Holiday:
    """A holiday's name by language, and when it is. `hours`: it is open then, and closed without."""

    names: Mapping[str, str]
    rule: HolidayRule
    hours: tuple[time, time] | None = None

    def falls_on(self, day: date) -> bool:
        """Whether it is kept on `day`. New Year's Day may be observed in the year before."""
        return any(day in self.rule(year) for year in (day.year, day.year + 1))


def parse_rule(words: str) -> HolidayRule:
    """A rule of coop.toml: `december 25`, `july 4, or the nearest weekday`, `last monday of may`, `4th thursday of
    november`, `day after 4th thursday of november` or a single `2026-12-24`. Raises ValueError for anything else."""
    plain = " ".join(words.lower().split())
    if once := _SINGLE_DATE.fullmatch(plain):
        single = date.fromisoformat(once["date"])
        return lambda year: [single] if year == single.year else []
    if fixed := _FIXED.fullmatch(plain):
        month, day = MONTHS.index(fixed["month"]) + 1, int(fixed["day"])
        if not 1 <= day <= monthrange(2024, month)[1]:
            raise ValueError(f"there is no {words}")
        return _fixed(month, day, moves=bool(fixed["moves"]))
    if found := _FLOATING.fullmatch(plain):
        month, weekday = MONTHS.index(found["month"]) + 1, WEEKDAYS.index(found["weekday"])
        nth, later = NTH[found["nth"]], timedelta(days=bool(found["after"]))
        return lambda year: [nth_weekday(year, month, weekday, nth) + later]
    raise ValueError(
        f'"{words}" is no day: write it like "december 25", "july 4, or the nearest weekday", '
        '"4th thursday of november", "day after 4th thursday of november" or "2026-12-24"'
    )


def _fixed(month: int, day: int, *, moves: bool) -> HolidayRule:
    def days(year: int) -> list[date]:
        if day > monthrange(year, month)[1]:
            return []  # february 29
        on = date(year, month, day)
        if moves:
            on += timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(on.weekday(), 0))
        return [on]

    return days


def parse_holiday(name: str, value: Any) -> Holiday:
    """An entry of coop.toml's [holidays]: its rule, its name in each language, and its hours where it has short ones.
    Raises ValueError."""
    fits = isinstance(value, dict) and set(value) - {"hours"} == {"on", *LANGUAGES}
    if not fits or not all(isinstance(value[key], str) and value[key].strip() for key in ("on", *LANGUAGES)):
        raise ValueError(f'holidays.{name} must be {{on = "december 25", en = "Christmas", es = "Navidad"}}')
    try:
        rule = parse_rule(value["on"])
    except ValueError as error:
        raise ValueError(f"holidays.{name}: {error}") from None
    names = {language: value[language].strip() for language in LANGUAGES}
    return Holiday(names, rule, _parse_hours(name, value["hours"]) if "hours" in value else None)


def _parse_hours(name: str, value: Any) -> tuple[time, time]:
    try:
        opens, closes = (time.fromisoformat(str(each)) for each in value)
        if opens < closes:
            return opens, closes
    except (TypeError, ValueError):
        pass
    raise ValueError(f'holidays.{name}: hours must be two times, the earlier first, like ["08:00", "12:00"]')
