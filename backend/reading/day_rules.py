"""One rule for each way of saying a day. US order: the month stands before the day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from backend.reading.day_calendar import CALENDAR_RULES
from backend.reading.day_said import (
    COUNTS,
    Context,
    DayRule,
    Rule,
    Said,
    coming,
    day_of_month,
    in_month,
    month_after,
    rule,
    span,
)
from backend.reading.day_words import (
    CARDINAL,
    MONTH,
    MONTHS,
    ORDINAL,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    month_number,
    number,
    weekday_number,
    year_number,
)

DUE = (
    r"\b(?:(?:the |its? |my |when )?due[ -]?(?:date|day)|on due(?! (?:amount|balance|bill))|"
    r"(?:the )?(?:day|date|when(?:ever)?|until) (?:it|that|the bill|my bill)(?:'?s| is)? due|when due|"
    r"(?:(?<=before )|(?<=after ))(?:it|that|the bill|my bill)(?:'?s| is)? due)\b"
)
_ASKS_WHEN_DUE = re.compile(r"\b(?:what|when|which day)(?:'?s| is| was| will| are)\b[^.!]*\bdue\b")


def asks_when_due(text: str) -> bool:
    """`when is it due` is a question about the due date, not a wish to pay on it."""
    return bool(_ASKS_WHEN_DUE.search(text))


def _full_year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _iso(match: re.Match[str], context: Context) -> Said | None:
    year, month, day = (int(match[group]) for group in (1, 3, 4))
    return in_month(year, month, day) if 1 <= month <= 12 and 1900 <= year <= 2199 else None


def _numeric(match: re.Match[str], context: Context) -> Said | None:
    month, day = int(match["a"]), int(match["b"])
    if month > 12 >= day >= 1:
        month, day = day, month  # 25/12 can only be a day first
    if not 1 <= month <= 12 or not day:
        return Said(None)
    if match["y"]:
        year = _full_year(match["y"])
        return in_month(year, month, day) if 1900 <= year <= 2199 else Said(None)
    found = coming(month, day, context.today)
    return replace(found, talk=match["a"] == "24" and match["b"] == "7")  # open 24/7


def _whole_figures(match: re.Match[str], context: Context) -> Said | None:
    """`06152026`, `06 15 2026`, `6152026`: the year stands last, the rest must come apart in one way only."""
    figures = match[0].replace(" ", "")
    front, year = figures[:-4], int(figures[-4:])
    halves = [(front[:2], front[2:])] if len(front) == 4 else [(front[:1], front[1:]), (front[:2], front[2:])]
    days = [in_month(year, int(a), int(b)) for a, b in halves if 1 <= int(a) <= 12 and 1 <= int(b) <= 31]
    if not days and len(front) == 4 and 1 <= int(front[2:]) <= 12 and 1 <= int(front[:2]) <= 31:
        days = [in_month(year, int(front[2:]), int(front[:2]))]  # 26062018 can only be a day first
    return days[0] if len(days) == 1 else Said(None, unclear=True) if days else None


def _year_first(match: re.Match[str], context: Context) -> Said | None:
    return in_month(int(match[1]), int(match[2]), int(match[3]))


def _named_month(match: re.Match[str], context: Context) -> Said | None:
    month, day = month_number(match["month"]), number(match["day"])
    if match["year"]:
        return in_month(year_number(match["year"]), month, day)
    return coming(month, day, context.today)


def _due(match: re.Match[str], context: Context) -> Said | None:
    if asks_when_due(match.string):
        return None
    if context.due_on is None:
        return Said(None, unclear=True, weak=True)
    if match["side"] and not match["unit"]:
        return Said(None, context.due_on, unclear=True)  # some day before it, and which?
    days = (number(match["n"]) if match["n"] else 1) * (7 if (match["unit"] or "").startswith("week") else 1)
    away = {"before": -days, "after": days}.get(match["side"] or "", 0)
    return Said(context.due_on + timedelta(days=away))


def _after(match: re.Match[str], context: Context) -> Said | None:
    count = COUNTS.get(match["n"]) or (number(match["n"]) if match["n"] else 1)
    if match["ago"]:
        ago = timedelta(days=count * (7 if match["unit"].startswith("week") else 1))
        return Said(context.today - ago, talk=True)
    start = context.today
    if match["start"] == "tomorrow":
        start += timedelta(days=1)
    elif match["start"] and match["start"] not in ("now", "today", "later"):
        start = _next_weekday(weekday_number(match["start"]), context.today)
    return span(count, match["unit"], start)


def _next_weekday(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _weekday(match: re.Match[str], context: Context) -> Said | None:
    """`next friday` is the Friday of the week after this one; `friday` said on a Friday is the one in seven days."""
    today, weekday = context.today, weekday_number(match["weekday"])
    how = match["before"] or ""
    monday = today - timedelta(days=today.weekday())
    if "last" in how:
        return Said(today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1), weekday=True, talk=True)
    if "after next" in (match["behind"] or ""):
        return Said(monday + timedelta(days=14 + weekday), weekday=True)
    if "next" in how or "next" in (match["behind"] or ""):
        return Said(monday + timedelta(days=7 + weekday), weekday=True)
    if match["behind"] == " week":
        return Said(_next_weekday(weekday, today) + timedelta(days=7), weekday=True)
    if "this" in how and weekday == today.weekday():
        return Said(today, weekday=True)
    return Said(_next_weekday(weekday, today), weekday=True)


def _nth_weekday(match: re.Match[str], context: Context) -> Said | None:
    """`two Fridays from now`: the coming one is the first."""
    first = _next_weekday(weekday_number(match["weekday"]), context.today)
    return Said(first + timedelta(weeks=number(match["n"]) - 1), weekday=True)


def _week_end(match: re.Match[str], context: Context) -> Said | None:
    return Said(context.today + timedelta(days=(4 - context.today.weekday()) % 7))


def _ordinal_of_month(match: re.Match[str], context: Context) -> Said | None:
    day, today = number(match["day"]), context.today
    which = match["which"] or match["bare"]
    if which == "next":
        following = month_after(today)
        return in_month(following.year, following.month, day)
    if which == "this":
        return in_month(today.year, today.month, day)
    return day_of_month(day, today)


def _shift(days: int, weak: bool = False) -> Rule:
    return lambda match, context: Said(context.today + timedelta(days=days), weak=weak, talk=days < 0)


def _vague_week(match: re.Match[str], context: Context) -> Said | None:
    monday = context.today + timedelta(days=7 - context.today.weekday())
    return Said(None, monday, weak=True, unclear=True)


def _vague_month(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, month_after(context.today), weak=True, unclear=True)


def _vague_named_month(match: re.Match[str], context: Context) -> Said | None:
    first = coming(month_number(match["month"]), 1, context.today)
    return Said(None, first.on if first.on and first.on > context.today else None, weak=True, unclear=True, talk=True)


def _vague_weekend(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, context.today + timedelta(days=(5 - context.today.weekday()) % 7), weak=True, unclear=True)


def _vague(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, weak=True, unclear=True)


def _vague_talk(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, weak=True, unclear=True, talk=True)


_MONTH_KEYS = tuple(name[:3] for name in MONTHS)
_WEEKDAY_KEYS = tuple(name[:3] for name in WEEKDAYS)
_ORDINAL_KEYS = ("st", "nd", "rd", "th")


_TOMORROW = r"(?:to+m+[ao]?r+[oa]?w|to+m+[ao]?r+o|tm+[oa]?r+o?w?|2m+[ao]?r+[oa]?w?o?|tmw)\b"
_OF = r"(?: ?(?:,|of))? ?"
_NOT_A_DAY = r"(?! (?:time|one|bill|payment|thing|name|page|option|account|half|part|week|choice|digit|number))"

_A_COUNT = rf"(?P<n>{CARDINAL}|an?(?: couple(?: of)?)?|couple(?: of)?)"
_UNIT = r"(?P<unit>days?|weeks?|months?|fortnight)"
_NO_SIZE = r"(?![0-9]|[.,:/-][0-9]| ?(?:%|am|pm|dollar|buck|cent))"

# Earlier rules take their words away from later ones.
RULES: tuple[DayRule, ...] = (
    rule(r"(?<![0-9/-])([12][0-9]{3})([/-])([0-9]{1,2})\2([0-9]{1,2})(?![0-9/-])", _iso, "-", "/"),
    rule(r"(?<![0-9/.-])(?P<a>[0-9]{1,2})(?P<s>[/.-])(?P<b>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4}|[0-9]{2})(?![0-9/.-]*[0-9])",
         _numeric, "/", ".", "-"),
    rule(r"(?<![0-9/.])(?P<a>[0-9]{1,2}) / (?P<b>[0-9]{1,2})(?: / (?P<y>[0-9]{4}|[0-9]{2}))?(?! ?/|[0-9])",
         _numeric, " / "),
    # "84 1/2" is no day
    rule(r"(?<![0-9/.])(?!(?:(?<=[0-9] )|(?<=and ))[13]/[24](?![0-9]))"
         r"(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})(?P<y>)(?![/0-9])", _numeric, "/"),
    rule(rf"(?:\bthe )?(?<![0-9$.-])(?P<day>{ORDINAL}) (?:of )?(?P<month>{MONTH})(?:{_OF}(?P<year>{YEAR}))?",
         _named_month, *_MONTH_KEYS),
    rule(rf"\b(?P<month>{MONTH}) (?:the )?(?P<day>{ORDINAL}|{CARDINAL})(?:{_OF}(?P<year>{YEAR}))?",
         _named_month, *_MONTH_KEYS),
    rule(rf"(?:\bthe )?(?<![0-9$.-])(?P<day>{CARDINAL}) (?:of )?(?P<month>{MONTH})(?:{_OF}(?P<year>{YEAR}))?",
         _named_month, *_MONTH_KEYS),
    *CALENDAR_RULES,
    rule(rf"(?:\b(?:(?:(?:the|an?|one) |(?P<n>{CARDINAL}) )?(?P<unit>days?|weeks?) )?(?P<side>before|after) )?"
         rf"(?:\bon )?{DUE}", _due, "due"),
    rule(rf"\b{_A_COUNT} {_UNIT}(?: (?P<ago>ago)|(?: from| after)? (?P<start>now|today|tomorrow|later|{WEEKDAY}))",
         _after, "from", "after", "ago", "later", "days", "week"),
    rule(rf"\b(?P<n>)(?P<unit>week|month) from (?P<start>now|today|tomorrow|{WEEKDAY})(?P<ago>)", _after, "from"),
    rule(rf"\b(?:in|within|after|need|another) {_A_COUNT} (?:more )?{_UNIT}\b(?P<ago>)(?P<start>)",
         _after, "in ", "within", "after", "need", "another"),
    rule(rf"\b(?P<n>{CARDINAL}) (?P<weekday>{WEEKDAY}) (?:from (?:now|today)|out)\b", _nth_weekday, "from", "out"),
    rule(rf"(?:\b(?P<before>this coming|this|next week(?: on)?|next|last|coming) )?\b(?P<weekday>{WEEKDAY})"
         r"(?P<behind> next week| week after next| after next| of next week| week\b)?", _weekday, *_WEEKDAY_KEYS),
    rule(r"\bend of (?:the |this )week\b", _week_end, "week"),
    rule(rf"\b(?:the )?(?P<day>{ORDINAL})(?: day)?"
         r"(?: of (?:the |every |each )?(?P<which>this|next|)? ?| (?P<bare>this|next) )month\b",
         _ordinal_of_month, "month"),
    rule(rf"\b(?P<which>this|next) month,?(?: on)?(?: the)? (?P<day>{ORDINAL})(?P<bare>)", _ordinal_of_month, "month"),
    rule(rf"\b(?:the|on|by|payday) (?:the )?(?P<day>{ORDINAL}){_NOT_A_DAY}(?P<which>)(?P<bare>)",
         _ordinal_of_month, *_ORDINAL_KEYS),
    rule(rf"(?P<day>(?<![0-9.,$/-])[0-9]{{1,2}} ?(?:st|nd|rd|th)\b){_NOT_A_DAY}(?P<which>)(?P<bare>)",
         _ordinal_of_month, *_ORDINAL_KEYS),
    rule(rf"\b(?:on|by) (?:the )?(?P<day>[0-9]{{1,2}}){_NO_SIZE}(?P<which>)(?P<bare>)", _ordinal_of_month),
    rule(rf"\b(?:the )?day after {_TOMORROW}", _shift(2), "after"),
    rule(r"\b(?:the )?day before yesterday\b", _shift(-2), "before"),
    rule(rf"\b{_TOMORROW}", _shift(1), "to", "tm", "2m"),
    rule(r"\byesterday\b", _shift(-1), "yesterday"),
    rule(r"\b(?:today|2day|tonight|tonite|this (?:morning|afternoon|evening)|same day(?! (?:as|each|every|of)\b))\b",
         _shift(0), "day", "toni", "this"),
    rule(r"\b(?:by )?(?:the )?(?:end of (?:the )?day|eod|close of business)\b", _shift(0), "day", "eod", "bus"),
    rule(r"\b(?:in )?(?:a |the next )?(?:few|several|some) (?:more )?(?:days|weeks)(?: from (?:now|today))?\b",
         _vague, "few", "several", "some"),
    # "20 now and the rest on the 15th" names two days; a lone "now" beside a day is only a manner of speaking
    rule(r"\b(?:right )?now(?= and (?:then|the)\b)", _shift(0), "now"),
    rule(r"\b(?:now|rn|right away|immediately|asap|as soon as (?:possible|you can)|straight away)\b",
         _shift(0, weak=True)),
    rule(r"\b(?:this|the|next) weekend\b", _vague_weekend, "weekend"),
    rule(r"\b(?:next week|some ?time this week|later this week)\b", _vague_week, "week"),
    rule(r"\b(?:next month|later this month)\b", _vague_month, "month"),
    rule(r"\b(?:pay ?day|when i (?:get|am|'m) paid|when i get my (?:check|paycheck))\b", _vague, "pay", "paid"),
    rule(rf"\b(?:in|early|late|early in|late in|some ?time in|during) (?P<month>{MONTH})(?! ?(?:the )?[0-9])",
         _vague_named_month, *_MONTH_KEYS),
    rule(r"\bnext year\b", _vague, "year"),
    rule(r"\b(?:later|soon|some ?day|last (?:week|month))\b", _vague_talk),
)  # fmt: skip

# such figures are more often a member number: only where a date was asked or is spoken of
WHOLE_FIGURES = (
    rule(r"(?<![0-9-])(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?![0-9-])", _year_first, "20"),
    rule(r"(?<![0-9-])(?:[0-3][0-9] ?[0-3][0-9]|[1-9] [0-3]?[0-9]|[01][0-9] [1-9]|[1-9][0-3][0-9]|1[0-2][1-9]) ?"
         r"20[0-9]{2}(?![0-9-])", _whole_figures, "20"),
)  # fmt: skip
