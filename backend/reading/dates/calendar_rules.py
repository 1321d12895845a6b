"""Days named by the calendar: the edges of a month, `the second tuesday of next month`, holidays."""

from __future__ import annotations

import re
from datetime import date, timedelta

from backend.reading.dates.day_matches import (
    DayContext,
    DayMatch,
    DayMatcher,
    DayRule,
    find_nth_weekday,
    first_of_next_month,
    last_of_month,
    make_rule,
    match_upcoming_date,
)
from backend.reading.dates.day_vocabulary import (
    MONTH_PATTERN,
    WEEKDAY_PATTERN,
    parse_month,
    parse_number_word,
    parse_weekday,
)

_MONDAY, _THURSDAY = 0, 3


def _resolve_month(name: str | None, which: str | None, today: date) -> tuple[date, bool]:
    """The first of the month that was meant, and whether it was this one by no more than `the month`."""
    if name:
        month = parse_month(name)
        return date(today.year + (month < today.month), month, 1), False
    if which and "next" in which:
        return first_of_next_month(today), False
    return today.replace(day=1), True


def _month_edge(match: re.Match[str], context: DayContext) -> DayMatch | None:
    today, edge = context.today, match["edge"]
    first, this = _resolve_month(match["month"], match["which"], today)
    if edge.startswith(("end", "last", "close")):
        return DayMatch(last_of_month(first))
    on = first.replace(day=15 if edge.startswith("mid") else 1)
    if on < today and (this or first == today.replace(day=1)):
        on = first_of_next_month(today).replace(day=on.day)
    return DayMatch(on)


def _month_end_words(match: re.Match[str], context: DayContext) -> DayMatch | None:
    return DayMatch(last_of_month(context.today))


def _mid_month(match: re.Match[str], context: DayContext) -> DayMatch | None:
    month = context.today if context.today.day <= 15 else first_of_next_month(context.today)
    return DayMatch(month.replace(day=15))


def _year_end(match: re.Match[str], context: DayContext) -> DayMatch | None:
    return DayMatch(date(context.today.year, 12, 31))


def _match_nth_weekday(match: re.Match[str], context: DayContext) -> DayMatch | None:
    """`first friday of december`; of a month not named the next one that still has it."""
    nth = 0 if match["nth"] == "last" else parse_number_word(match["nth"])
    weekday = parse_weekday(match["weekday"])
    first, this = _resolve_month(match["month"], match["which"], context.today)
    on = find_nth_weekday(nth, weekday, first)
    if on < context.today and this:
        on = find_nth_weekday(nth, weekday, first_of_next_month(context.today))
    return DayMatch(on)


def _fixed_holiday(month: int, day: int) -> DayMatcher:
    return lambda match, context: match_upcoming_date(month, day, context.today)


def _moving_holiday(month: int, nth: int, weekday: int, after: int = 0) -> DayMatcher:
    def made(match: re.Match[str], context: DayContext) -> DayMatch | None:
        this, following = (
            find_nth_weekday(nth, weekday, date(context.today.year + years, month, 1)) + timedelta(days=after)
            for years in (0, 1)
        )
        return DayMatch(this if this >= context.today else following)

    return made


_OF_MONTH_PATTERN = (
    rf"(?: of)? (?:the |this |(?P<which>(?:the )?next |following ))?(?:month\b|(?P<month>{MONTH_PATTERN})(?! ?[0-9]))"
)

CALENDAR_RULES: tuple[DayRule, ...] = (
    make_rule(rf"\b(?:the )?(?P<nth>1st|2nd|3rd|4th|first|second|third|fourth|last) "
              rf"(?P<weekday>{WEEKDAY_PATTERN})(?: in| of) "
         r"(?:the |this |(?P<which>(?:the )?next |following ))?(?:month\b|"
         r"(?P<month>" + MONTH_PATTERN + "))", _match_nth_weekday,
         "day"),
    make_rule(rf"\b(?:the )?(?P<edge>ends?|last day|last(?= of)|beginning|start|first day|middle|"
              rf"mid){_OF_MONTH_PATTERN}", _month_edge,
         "end", "last", "beg", "sta", "fir", "mid"),
    make_rule(r"\b(?:month'?s?[ -]end|eom)\b", _month_end_words, "month", "eom"),
    make_rule(r"\bmid-?month\b", _mid_month, "mid"),
    make_rule(r"\b(?:end of (?:the |this )?year|year[ -]end)\b", _year_end, "year"),
    make_rule(r"\bnew year'?s? eve\b|\bnye\b", _fixed_holiday(12, 31), "new", "nye"),
    make_rule(r"\b(?:christmas|xmas) eve\b", _fixed_holiday(12, 24), "mas"),
    make_rule(r"\b(?:christmas(?: day)?|xmas)\b", _fixed_holiday(12, 25), "mas"),
    make_rule(r"\bnew year'?s?(?: day)?\b", _fixed_holiday(1, 1), "new"),
    make_rule(r"\bhalloween\b", _fixed_holiday(10, 31), "hallo"),
    make_rule(r"\bindependence day\b", _fixed_holiday(7, 4), "indep"),
    make_rule(r"\bveteran'?s'? day\b", _fixed_holiday(11, 11), "vet"),
    make_rule(r"\b(?:the )?day after thanksgiving\b|\bblack friday\b", _moving_holiday(11, 4, _THURSDAY, 1), "thanks",
         "black"),
    make_rule(r"\bthanksgiving(?: day)?\b", _moving_holiday(11, 4, _THURSDAY), "thanksg"),
    make_rule(r"\blabor day\b", _moving_holiday(9, 1, _MONDAY), "labor"),
    make_rule(r"\bmemorial day\b", _moving_holiday(5, 0, _MONDAY), "memor"),
)  # fmt: skip
