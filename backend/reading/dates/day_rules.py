"""One rule for each way of saying a day, holidays included. US order, month before day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from backend.reading.dates.day_matches import (
    COUNT_WORDS,
    DayContext,
    DayMatch,
    DayMatcher,
    DayRule,
    add_span,
    find_nth_weekday,
    first_of_next_month,
    last_of_month,
    make_rule,
    match_day_in_month,
    match_day_of_month,
    match_upcoming_date,
)
from backend.reading.dates.day_vocabulary import (
    CARDINAL_PATTERN,
    MONTH_PATTERN,
    MONTHS,
    ORDINAL_PATTERN,
    WEEKDAY_PATTERN,
    WEEKDAYS,
    YEAR_PATTERN,
    parse_month,
    parse_number_word,
    parse_weekday,
    parse_year,
)
from backend.reading.detectors import detector

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY = 0, 3, 4, 5


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


def _day_from(find: Callable[[date], date]) -> DayMatcher:
    """The day that `find` makes of today."""
    return lambda match, context: DayMatch(find(context.today))


def _find_mid_month(today: date) -> date:
    month = today if today.day <= 15 else first_of_next_month(today)
    return month.replace(day=15)


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
    def match_holiday(match: re.Match[str], context: DayContext) -> DayMatch | None:
        this, following = (
            find_nth_weekday(nth, weekday, date(context.today.year + years, month, 1)) + timedelta(days=after)
            for years in (0, 1)
        )
        return DayMatch(this if this >= context.today else following)

    return match_holiday


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
    make_rule(r"\b(?:month'?s?[ -]end|eom)\b", _day_from(last_of_month), "month", "eom"),
    make_rule(r"\bmid-?month\b", _day_from(_find_mid_month), "mid"),
    make_rule(r"\b(?:end of (?:the |this )?year|year[ -]end)\b", _day_from(lambda today: date(today.year, 12, 31)),
              "year"),
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


DUE_DATE_PATTERN = (
    r"\b(?:(?:the |its? |my |when )?due[ -]?(?:date|day)|on due(?! (?:amount|balance|bill))|"
    r"(?:the )?(?:day|date|when(?:ever)?|until) (?:it|that|the bill|my bill)(?:'?s| is)? due|when due|"
    r"(?:(?<=before )|(?<=after ))(?:it|that|the bill|my bill)(?:'?s| is)? due)\b"
)
asks_when_due = detector(r"\b(?:what|when|which day)(?:'?s| is| was| will| are)\b[^.!]*\bdue\b")
"""`when is it due` asks for the due date; it does not ask to pay on it."""


def _match_iso_date(match: re.Match[str], context: DayContext) -> DayMatch | None:
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    return match_day_in_month(year, month, day) if 1 <= month <= 12 and 1900 <= year <= 2199 else None


def _match_numeric_date(match: re.Match[str], context: DayContext) -> DayMatch | None:
    month, day = int(match["a"]), int(match["b"])
    if month > 12 >= day >= 1:
        month, day = day, month  # 25/12 can only be a day first
    if not 1 <= month <= 12 or not day:
        return DayMatch(None)
    if match["y"]:
        year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
        return match_day_in_month(year, month, day) if 1900 <= year <= 2199 else DayMatch(None)
    found = match_upcoming_date(month, day, context.today)
    return replace(found, only_if_asked=match["a"] == "24" and match["b"] == "7")  # open 24/7


def _match_joined_digits(match: re.Match[str], context: DayContext) -> DayMatch | None:
    """`06152026`, `06 15 2026`, `6152026`: the year stands last, the rest must come apart in one way only."""
    figures = match[0].replace(" ", "")
    front, year = figures[:-4], int(figures[-4:])
    halves = [(front[:2], front[2:])] if len(front) == 4 else [(front[:1], front[1:]), (front[:2], front[2:])]
    days = [match_day_in_month(year, int(a), int(b)) for a, b in halves if 1 <= int(a) <= 12 and 1 <= int(b) <= 31]
    if not days and len(front) == 4 and 1 <= int(front[2:]) <= 12 and 1 <= int(front[:2]) <= 31:
        days = [match_day_in_month(year, int(front[2:]), int(front[:2]))]  # 26062018 can only be a day first
    return days[0] if len(days) == 1 else DayMatch(None, is_unclear=True) if days else None


def _match_named_month(match: re.Match[str], context: DayContext) -> DayMatch | None:
    month, day = parse_month(match["month"]), parse_number_word(match["day"])
    if match["year"]:
        return match_day_in_month(parse_year(match["year"]), month, day)
    return match_upcoming_date(month, day, context.today)


def _match_due_date(match: re.Match[str], context: DayContext) -> DayMatch | None:
    if asks_when_due(match.string):
        return None
    if context.due_date is None:
        return DayMatch(None, is_unclear=True, is_weak=True)
    if match["side"] and not match["unit"]:
        return DayMatch(None, context.due_date, is_unclear=True)  # some day before it, and which?
    days = (parse_number_word(match["n"]) if match["n"] else 1) * (7 if (match["unit"] or "").startswith("week") else 1)
    away = {"before": -days, "after": days}.get(match["side"] or "", 0)
    return DayMatch(context.due_date + timedelta(days=away))


def _match_after_due(match: re.Match[str], context: DayContext) -> DayMatch | None:
    count = COUNT_WORDS.get(match["n"]) or (parse_number_word(match["n"]) if match["n"] else 1)
    if match["ago"]:
        ago = timedelta(days=count * (7 if match["unit"].startswith("week") else 1))
        return DayMatch(context.today - ago, only_if_asked=True)
    start = context.today
    if match["start"] == "tomorrow":
        start += timedelta(days=1)
    elif match["start"] and match["start"] not in ("now", "today", "later"):
        start = _next_weekday(parse_weekday(match["start"]), context.today)
    return DayMatch(add_span(count, match["unit"], start))


def _next_weekday(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _match_weekday(match: re.Match[str], context: DayContext) -> DayMatch | None:
    """`next friday` is the Friday of the week after this one; `friday` said on a Friday is the one in seven days."""
    today, weekday = context.today, parse_weekday(match["weekday"])
    how = match["before"] or ""
    monday = today - timedelta(days=today.weekday())
    if "last" in how:
        return DayMatch(
            today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1), is_weekday_only=True, only_if_asked=True
        )
    if "after next" in (match["behind"] or ""):
        return DayMatch(monday + timedelta(days=14 + weekday), is_weekday_only=True)
    if "next" in how or "next" in (match["behind"] or ""):
        return DayMatch(monday + timedelta(days=7 + weekday), is_weekday_only=True)
    if match["behind"] == " week":
        return DayMatch(_next_weekday(weekday, today) + timedelta(days=7), is_weekday_only=True)
    if "this" in how and weekday == today.weekday():
        return DayMatch(today, is_weekday_only=True)
    return DayMatch(_next_weekday(weekday, today), is_weekday_only=True)


def _match_weekday_from_now(match: re.Match[str], context: DayContext) -> DayMatch | None:
    """`two Fridays from now`: the coming one is the first."""
    first = _next_weekday(parse_weekday(match["weekday"]), context.today)
    return DayMatch(first + timedelta(weeks=parse_number_word(match["n"]) - 1), is_weekday_only=True)


def _match_ordinal(match: re.Match[str], context: DayContext) -> DayMatch | None:
    day, today = parse_number_word(match["day"]), context.today
    which = match["which"] or match["bare"]
    if which == "next":
        following = first_of_next_month(today)
        return match_day_in_month(following.year, following.month, day)
    if which == "this":
        return match_day_in_month(today.year, today.month, day)
    return match_day_of_month(day, today)


def _days_from_today(days: int, weak: bool = False) -> DayMatcher:
    return lambda match, context: DayMatch(context.today + timedelta(days=days), is_weak=weak, only_if_asked=days < 0)


def _no_day(find_nearest: Callable[[date], date] | None = None, *, only_if_asked: bool = False) -> DayMatcher:
    """No day in particular, as `next week`: it is asked for, and the day that `find_nearest` makes of today offered."""

    def match_vaguely(match: re.Match[str], context: DayContext) -> DayMatch | None:
        nearest = find_nearest(context.today) if find_nearest else None
        return DayMatch(None, nearest, is_weak=True, is_unclear=True, only_if_asked=only_if_asked)

    return match_vaguely


def _match_month_alone(match: re.Match[str], context: DayContext) -> DayMatch | None:
    first = match_upcoming_date(parse_month(match["month"]), 1, context.today).day
    nearest = first if first and first > context.today else None
    return DayMatch(None, nearest, is_weak=True, is_unclear=True, only_if_asked=True)


_MONTH_KEYS = tuple(name[:3] for name in MONTHS)
_WEEKDAY_KEYS = tuple(name[:3] for name in WEEKDAYS)
_ORDINAL_KEYS = ("st", "nd", "rd", "th")


_TOMORROW = r"(?:to+m+[ao]?r+[oa]?w|to+m+[ao]?r+o|tm+[oa]?r+o?w?|2m+[ao]?r+[oa]?w?o?|tmw)\b"
_SEPARATOR = r"(?: ?(?:,|of))? ?"
_NOT_A_DAY = r"(?! (?:time|one|bill|payment|thing|name|page|option|account|half|part|week|choice|digit|number))"

_COUNT = rf"(?P<n>{CARDINAL_PATTERN}|an?(?: couple(?: of)?)?|couple(?: of)?)"
_UNIT = r"(?P<unit>days?|weeks?|months?|fortnight)"
_NOT_A_QUANTITY = r"(?![0-9]|[.,:/-][0-9]| ?(?:%|am|pm|dollar|buck|cent))"

# Earlier rules take their words away from later ones.
DAY_RULES: tuple[DayRule, ...] = (
    make_rule(r"(?<![0-9/-])(?P<year>[12][0-9]{3})(?P<mark>[/-])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![0-9/-])",
         _match_iso_date, "-", "/"),
    make_rule(r"(?<![0-9/.-])(?P<a>[0-9]{1,2})(?P<s>[/.-])(?P<b>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4}|[0-9]{2})(?![0-9/.-]*[0-9])",
         _match_numeric_date, "/", ".", "-"),
    make_rule(r"(?<![0-9/.])(?P<a>[0-9]{1,2}) / (?P<b>[0-9]{1,2})(?: / (?P<y>[0-9]{4}|[0-9]{2}))?(?! ?/|[0-9])",
         _match_numeric_date, " / "),
    # "84 1/2" is no day
    make_rule(r"(?<![0-9/.])(?!(?:(?<=[0-9] )|(?<=and ))[13]/[24](?![0-9]))"
         r"(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})(?P<y>)(?![/0-9])", _match_numeric_date, "/"),
    make_rule(rf"(?:\bthe )?(?<![0-9$.-])(?P<day>{ORDINAL_PATTERN}) (?:of "
              rf")?(?P<month>{MONTH_PATTERN})(?:{_SEPARATOR}(?P<year>{YEAR_PATTERN}))?",
         _match_named_month, *_MONTH_KEYS),
    make_rule(rf"\b(?P<month>{MONTH_PATTERN}) (?:the )?(?P<day>{ORDINAL_PATTERN}|"
              rf"{CARDINAL_PATTERN})(?:{_SEPARATOR}(?P<year>{YEAR_PATTERN}))?",
         _match_named_month, *_MONTH_KEYS),
    make_rule(rf"(?:\bthe )?(?<![0-9$.-])(?P<day>{CARDINAL_PATTERN}) (?:of "
              rf")?(?P<month>{MONTH_PATTERN})(?:{_SEPARATOR}(?P<year>{YEAR_PATTERN}))?",
         _match_named_month, *_MONTH_KEYS),
    *CALENDAR_RULES,
    make_rule(rf"(?:\b(?:(?:(?:the|an?|one) |(?P<n>{CARDINAL_PATTERN}) )?(?P<unit>days?|weeks?) "
              rf")?(?P<side>before|after) )?"
         rf"(?:\bon )?{DUE_DATE_PATTERN}", _match_due_date, "due"),
    make_rule(rf"\b{_COUNT} {_UNIT}(?: (?P<ago>ago)|(?: from| after)? (?P<start>now|today|tomorrow|later|"
              rf"{WEEKDAY_PATTERN}))",
         _match_after_due, "from", "after", "ago", "later", "days", "week"),
    make_rule(rf"\b(?P<n>)(?P<unit>week|month) from (?P<start>now|today|tomorrow|"
              rf"{WEEKDAY_PATTERN})(?P<ago>)", _match_after_due, "from"),
    make_rule(rf"\b(?:in|within|after|need|another) {_COUNT} (?:more )?{_UNIT}\b(?P<ago>)(?P<start>)",
         _match_after_due, "in ", "within", "after", "need", "another"),
    make_rule(rf"\b(?P<n>{CARDINAL_PATTERN}) (?P<weekday>{WEEKDAY_PATTERN}) (?:from (?:now|today)|"
              rf"out)\b", _match_weekday_from_now, "from", "out"),
    make_rule(rf"(?:\b(?P<before>this coming|this|next week(?: on)?|next|last|coming) "
              rf")?\b(?P<weekday>{WEEKDAY_PATTERN})"
         r"(?P<behind> next week| week after next| after next| of next week| week\b)?", _match_weekday, *_WEEKDAY_KEYS),
    make_rule(r"\bend of (?:the |this )week\b",
         _day_from(lambda today: today + timedelta(days=(_FRIDAY - today.weekday()) % 7)), "week"),
    make_rule(rf"\b(?:the )?(?P<day>{ORDINAL_PATTERN})(?: day)?"
         r"(?: of (?:the |every |each )?(?P<which>this|next|)? ?| (?P<bare>this|next) )month\b",
         _match_ordinal, "month"),
    make_rule(rf"\b(?P<which>this|next) month,?(?: on)?(?: the)? "
              rf"(?P<day>{ORDINAL_PATTERN})(?P<bare>)", _match_ordinal, "month"),
    make_rule(rf"\b(?:the|on|by|payday) (?:the )?(?P<day>{ORDINAL_PATTERN}){_NOT_A_DAY}(?P<which>)(?P<bare>)",
         _match_ordinal, *_ORDINAL_KEYS),
    make_rule(rf"(?P<day>(?<![0-9.,$/-])[0-9]{{1,2}} ?(?:st|nd|rd|th)\b){_NOT_A_DAY}(?P<which>)(?P<bare>)",
         _match_ordinal, *_ORDINAL_KEYS),
    make_rule(rf"\b(?:on|by) (?:the )?(?P<day>[0-9]{{1,2}}){_NOT_A_QUANTITY}(?P<which>)(?P<bare>)", _match_ordinal),
    make_rule(rf"\b(?:the )?day after {_TOMORROW}", _days_from_today(2), "after"),
    make_rule(r"\b(?:the )?day before yesterday\b", _days_from_today(-2), "before"),
    make_rule(rf"\b{_TOMORROW}", _days_from_today(1), "to", "tm", "2m"),
    make_rule(r"\byesterday\b", _days_from_today(-1), "yesterday"),
    make_rule(r"\b(?:today|2day|tonight|tonite|this (?:morning|afternoon|evening)|same day(?! (?:as|each|every|"
              r"of)\b))\b",
         _days_from_today(0), "day", "toni", "this"),
    make_rule(r"\b(?:by )?(?:the )?(?:end of (?:the )?day|eod|close of "
              r"business)\b", _days_from_today(0), "day", "eod", "bus"),
    make_rule(r"\b(?:in )?(?:a |the next )?(?:few|several|some) (?:more )?(?:days|weeks)(?: from (?:now|today))?\b",
         _no_day(), "few", "several", "some"),
    # "20 now and the rest on the 15th" names two days; a lone "now" beside a day is only a manner of speaking
    make_rule(r"\b(?:right )?now(?= and (?:then|the)\b)", _days_from_today(0), "now"),
    make_rule(r"\b(?:now|rn|right away|immediately|asap|as soon as (?:possible|you can)|straight away)\b",
         _days_from_today(0, weak=True)),
    make_rule(r"\b(?:this|the|next) weekend\b",
         _no_day(lambda today: today + timedelta(days=(_SATURDAY - today.weekday()) % 7)), "weekend"),
    make_rule(r"\b(?:next week|some ?time this week|later this week)\b",
         _no_day(lambda today: today + timedelta(days=7 - today.weekday())), "week"),
    make_rule(r"\b(?:next month|later this month)\b", _no_day(first_of_next_month), "month"),
    make_rule(r"\b(?:pay ?day|when i (?:get|am|'m) paid|when i get my (?:check|paycheck))\b", _no_day(), "pay", "paid"),
    make_rule(rf"\b(?:in|early|late|early in|late in|some ?time in|during) (?P<month>{MONTH_PATTERN})(?! "
              rf"?(?:the )?[0-9])",
         _match_month_alone, *_MONTH_KEYS),
    make_rule(r"\bnext year\b", _no_day(), "year"),
    make_rule(r"\b(?:later|soon|some ?day|last (?:week|month))\b", _no_day(only_if_asked=True)),
)  # fmt: skip

# such figures are more often a member number: read only where a date was asked for or the text says "date"
JOINED_DIGIT_RULES = (
    make_rule(r"(?<![0-9-])(?P<year>20[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])(?![0-9-])",
         _match_iso_date, "20"),
    make_rule(r"(?<![0-9-])(?:[0-3][0-9] ?[0-3][0-9]|[1-9] [0-3]?[0-9]|[01][0-9] [1-9]|[1-9][0-3][0-9]|1[0-2][1-9]) ?"
         r"20[0-9]{2}(?![0-9-])", _match_joined_digits, "20"),
)  # fmt: skip
