"""Days named by the calendar: the edges of a month, `the second tuesday of next month`, holidays."""

from __future__ import annotations

import re
from datetime import date, timedelta

from backend.reading.day_said import Context, DayRule, Rule, Said, coming, month_after, month_end, nth_weekday, rule
from backend.reading.day_words import MONTH, WEEKDAY, month_number, number, weekday_number

_MONDAY, _THURSDAY = 0, 3


def _month_named(name: str | None, which: str | None, today: date) -> tuple[date, bool]:
    """The first of the month that was meant, and whether it was this one by no more than `the month`."""
    if name:
        month = month_number(name)
        return date(today.year + (month < today.month), month, 1), False
    if which and "next" in which:
        return month_after(today), False
    return today.replace(day=1), True


def _edge(match: re.Match[str], context: Context) -> Said | None:
    today, edge = context.today, match["edge"]
    first, this = _month_named(match["month"], match["which"], today)
    if edge.startswith(("end", "last", "close")):
        return Said(month_end(first))
    on = first.replace(day=15 if edge.startswith("mid") else 1)
    if on < today and (this or first == today.replace(day=1)):
        on = month_after(today).replace(day=on.day)
    return Said(on)


def _month_end_words(match: re.Match[str], context: Context) -> Said | None:
    return Said(month_end(context.today))


def _middle(match: re.Match[str], context: Context) -> Said | None:
    month = context.today if context.today.day <= 15 else month_after(context.today)
    return Said(month.replace(day=15))


def _year_end(match: re.Match[str], context: Context) -> Said | None:
    return Said(date(context.today.year, 12, 31))


def _nth_weekday(match: re.Match[str], context: Context) -> Said | None:
    """`first friday of december`; of a month not named the next one that still has it."""
    nth = 0 if match["nth"] == "last" else number(match["nth"])
    weekday = weekday_number(match["weekday"])
    first, this = _month_named(match["month"], match["which"], context.today)
    on = nth_weekday(nth, weekday, first)
    if on < context.today and this:
        on = nth_weekday(nth, weekday, month_after(context.today))
    return Said(on)


def _holiday(month: int, day: int) -> Rule:
    return lambda match, context: coming(month, day, context.today)


def _moving_holiday(month: int, nth: int, weekday: int, after: int = 0) -> Rule:
    def made(match: re.Match[str], context: Context) -> Said | None:
        this, following = (
            nth_weekday(nth, weekday, date(context.today.year + years, month, 1)) + timedelta(days=after)
            for years in (0, 1)
        )
        return Said(this if this >= context.today else following)

    return made


_OF_MONTH = rf"(?: of)? (?:the |this |(?P<which>(?:the )?next |following ))?(?:month\b|(?P<month>{MONTH})(?! ?[0-9]))"

CALENDAR_RULES: tuple[DayRule, ...] = (
    rule(rf"\b(?:the )?(?P<nth>1st|2nd|3rd|4th|first|second|third|fourth|last) (?P<weekday>{WEEKDAY})(?: in| of) "
         r"(?:the |this |(?P<which>(?:the )?next |following ))?(?:month\b|(?P<month>" + MONTH + "))", _nth_weekday,
         "day"),
    rule(rf"\b(?:the )?(?P<edge>ends?|last day|last(?= of)|beginning|start|first day|middle|mid){_OF_MONTH}", _edge,
         "end", "last", "beg", "sta", "fir", "mid"),
    rule(r"\b(?:month'?s?[ -]end|eom)\b", _month_end_words, "month", "eom"),
    rule(r"\bmid-?month\b", _middle, "mid"),
    rule(r"\b(?:end of (?:the |this )?year|year[ -]end)\b", _year_end, "year"),
    rule(r"\bnew year'?s? eve\b|\bnye\b", _holiday(12, 31), "new", "nye"),
    rule(r"\b(?:christmas|xmas) eve\b", _holiday(12, 24), "mas"),
    rule(r"\b(?:christmas(?: day)?|xmas)\b", _holiday(12, 25), "mas"),
    rule(r"\bnew year'?s?(?: day)?\b", _holiday(1, 1), "new"),
    rule(r"\bhalloween\b", _holiday(10, 31), "hallo"),
    rule(r"\bindependence day\b", _holiday(7, 4), "indep"),
    rule(r"\bveteran'?s'? day\b", _holiday(11, 11), "vet"),
    rule(r"\b(?:the )?day after thanksgiving\b|\bblack friday\b", _moving_holiday(11, 4, _THURSDAY, 1), "thanks",
         "black"),
    rule(r"\bthanksgiving(?: day)?\b", _moving_holiday(11, 4, _THURSDAY), "thanksg"),
    rule(r"\blabor day\b", _moving_holiday(9, 1, _MONDAY), "labor"),
    rule(r"\bmemorial day\b", _moving_holiday(5, 0, _MONDAY), "memor"),
)  # fmt: skip
