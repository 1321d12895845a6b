"""The office's holidays, from the rules in coop.toml."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from backend.banking_days import LAST, nth_weekday
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
    """A holiday's name by language, and when it is."""

    names: Mapping[str, str]
    rule: HolidayRule

    def falls_on(self, day: date) -> bool:
        """Whether the office is closed for it on `day`. New Year's Day may be observed in the year before."""
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
