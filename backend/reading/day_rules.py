"""One rule for each way of saying a day. US order: the month stands before the day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

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
    r"(?:the )?(?:day|date|when|until) (?:it|that|the bill|my bill)(?:'?s| is)? due|when due|"
    r"(?<=before )(?:it|that|the bill|my bill)(?:'?s| is)? due)\b"
)
_ASKS_WHEN_DUE = re.compile(r"\b(?:what|when|which day)(?:'?s| is| was| will| are)\b[^.!]*\bdue\b")
HALF_YEAR = timedelta(days=183)


@dataclass(frozen=True)
class Said:
    """What a rule made of its words: a day, or none that exists, with the nearest. `weak`: gives way to any other."""

    on: date | None
    nearest: date | None = None
    weak: bool = False
    weekday: bool = False  # only a day of the week: a full date beside it says more
    unclear: bool = False
    talk: bool = False  # a day only where one was asked for: "i paid yesterday", "talk to you later"


@dataclass(frozen=True)
class Context:
    """What a day is read against: today and the due date, both the co-op's local dates."""

    today: date
    due_on: date | None


Rule = Callable[[re.Match[str], Context], Said | None]


def in_month(year: int, month: int, day: int) -> Said:
    """That day, or the month's last one as the nearest to one that the month does not have."""
    last = monthrange(year, month)[1]
    if 1 <= day <= last:
        return Said(date(year, month, day))
    return Said(None, date(year, month, max(1, min(day, last))))


def _coming(month: int, day: int, today: date) -> Said:
    """A month and day without a year: this year's, or next year's if that is the nearer one ahead.

    Just after it has passed it is taken as passed, so that `june 5` said on June 10 is not heard as a day in 360.
    """
    this_year = in_month(today.year, month, day)
    if (this_year.on or this_year.nearest or today) >= today:
        return this_year
    next_year = in_month(today.year + 1, month, day)
    near = (next_year.on or next_year.nearest or today) - today <= HALF_YEAR
    return next_year if near else this_year


def asks_when_due(text: str) -> bool:
    """`when is it due` is a question about the due date, not a wish to pay on it."""
    return bool(_ASKS_WHEN_DUE.search(text))


def day_of_month(day: int, today: date) -> Said | None:
    if not 1 <= day <= 39:
        return None
    if day >= today.day:
        return in_month(today.year, today.month, day)
    following = _month_after(today)
    return in_month(following.year, following.month, day)


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _full_year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _iso(match: re.Match[str], context: Context) -> Said | None:
    year, month, day = (int(part) for part in match.groups())
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
    return _coming(month, day, context.today)


def _eight_figures(match: re.Match[str], context: Context) -> Said | None:
    month, day, year = int(match[0][:2]), int(match[0][2:4]), int(match[0][4:])
    return in_month(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _named_month(match: re.Match[str], context: Context) -> Said | None:
    month, day = month_number(match["month"]), number(match["day"])
    if match["year"]:
        return in_month(year_number(match["year"]), month, day)
    return _coming(month, day, context.today)


def _due(match: re.Match[str], context: Context) -> Said | None:
    if asks_when_due(match.string):
        return None
    if context.due_on is None:
        return Said(None, unclear=True, weak=True)
    before = match["before"]
    days = 0 if not before else number(match["n"]) if match["n"] else 1
    return Said(context.due_on - timedelta(days=days))


def _span(count: int, unit: str, start: date) -> Said:
    if unit.startswith("month"):
        months = start.month - 1 + count
        year, month = start.year + months // 12, months % 12 + 1
        return Said(date(year, month, min(start.day, monthrange(year, month)[1])))
    days = {"day": 1, "week": 7, "fort": 14}[unit[:4].rstrip("s")]
    return Said(start + timedelta(days=days * count))


_COUNTS = {"a": 1, "an": 1, "a couple of": 2, "a couple": 2, "couple of": 2, "couple": 2}


def _after(match: re.Match[str], context: Context) -> Said | None:
    count = _COUNTS.get(match["n"]) or number(match["n"])
    if match["ago"]:
        ago = timedelta(days=count * (7 if match["unit"].startswith("week") else 1))
        return Said(context.today - ago, talk=True)
    start = context.today
    if match["start"] == "tomorrow":
        start += timedelta(days=1)
    elif match["start"] and match["start"] not in ("now", "today"):
        start = _next_weekday(weekday_number(match["start"]), context.today)
    return _span(count, match["unit"], start)


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
    if "this" in how and weekday == today.weekday():
        return Said(today, weekday=True)
    return Said(_next_weekday(weekday, today), weekday=True)


def _edge_of_month(match: re.Match[str], context: Context) -> Said | None:
    today = context.today
    base = _month_after(today) if "next" in match["which"] else today
    if match["edge"].startswith(("end", "last", "close")):
        return Said(_month_end(base))
    day = 15 if match["edge"].startswith("mid") else 1
    if base is not today:
        return Said(base.replace(day=day))
    return day_of_month(day, today)


def _month_end_words(match: re.Match[str], context: Context) -> Said | None:
    return Said(_month_end(context.today))


def _week_end(match: re.Match[str], context: Context) -> Said | None:
    return Said(context.today + timedelta(days=(4 - context.today.weekday()) % 7))


def _ordinal_of_month(match: re.Match[str], context: Context) -> Said | None:
    day, today = number(match["day"]), context.today
    if match["which"] == "next":
        following = _month_after(today)
        return in_month(following.year, following.month, day)
    if match["which"] == "this":
        return in_month(today.year, today.month, day)
    return day_of_month(day, today)


def _shift(days: int, weak: bool = False) -> Rule:
    return lambda match, context: Said(context.today + timedelta(days=days), weak=weak, talk=days < 0)


def _vague_week(match: re.Match[str], context: Context) -> Said | None:
    monday = context.today + timedelta(days=7 - context.today.weekday())
    return Said(None, monday, weak=True, unclear=True)


def _vague_month(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, _month_after(context.today), weak=True, unclear=True)


def _vague_weekend(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, context.today + timedelta(days=(5 - context.today.weekday()) % 7), weak=True, unclear=True)


def _vague(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, weak=True, unclear=True)


def _vague_talk(match: re.Match[str], context: Context) -> Said | None:
    return Said(None, weak=True, unclear=True, talk=True)


def _holiday(month: int, day: int) -> Rule:
    return lambda match, context: _coming(month, day, context.today)


@dataclass(frozen=True)
class DayRule:
    """A way of saying a day. Text with none of `keys` in it cannot match, which is found out far faster."""

    pattern: re.Pattern[str]
    make: Rule
    keys: tuple[str, ...]


def _rule(pattern: str, make: Rule, *keys: str) -> DayRule:
    return DayRule(re.compile(pattern), make, keys)


_MONTH_KEYS = tuple(name[:3] for name in MONTHS)
_WEEKDAY_KEYS = tuple(name[:3] for name in WEEKDAYS)
_ORDINAL_KEYS = ("st", "nd", "rd", "th")


_OF = r"(?: ?(?:,|of))? ?"
_NOT_A_DAY = r"(?! (?:time|one|bill|payment|thing|name|page|option|account|half|part|week|choice|digit|number))"

# Earlier rules take their words away from later ones.
RULES: tuple[DayRule, ...] = (
    _rule(r"(?<![0-9-])([12][0-9]{3})-([0-9]{1,2})-([0-9]{1,2})(?![0-9-])", _iso, "-"),
    _rule(r"(?<![0-9/.-])(?P<a>[0-9]{1,2})(?P<s>[/.-])(?P<b>[0-9]{1,2})(?P=s)(?P<y>[0-9]{4}|[0-9]{2})(?![0-9/.-]*[0-9])",
          _numeric, "/", ".", "-"),
    _rule(r"(?<![0-9/.])(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})(?P<y>)(?![/0-9])", _numeric, "/"),
    _rule(rf"(?:\bthe )?(?<![0-9$.-])(?P<day>{ORDINAL}) (?:of )?(?P<month>{MONTH})(?:{_OF}(?P<year>{YEAR}))?",
          _named_month, *_MONTH_KEYS),
    _rule(rf"\b(?P<month>{MONTH}) (?:the )?(?P<day>{ORDINAL}|{CARDINAL})(?:{_OF}(?P<year>{YEAR}))?",
          _named_month, *_MONTH_KEYS),
    _rule(rf"(?:\bthe )?(?<![0-9$.-])(?P<day>{CARDINAL}) (?:of )?(?P<month>{MONTH})(?:{_OF}(?P<year>{YEAR}))?",
          _named_month, *_MONTH_KEYS),
    _rule(rf"(?:\b(?P<before>(?:(?:the|a|one) day|(?P<n>{CARDINAL}) days) before) )?(?:\bon )?{DUE}", _due, "due"),
    _rule(rf"\b(?P<n>{CARDINAL}|an?(?: couple(?: of)?)?|couple(?: of)?) (?P<unit>days?|weeks?|months?|fortnight)"
          rf"(?: (?P<ago>ago)|(?: from| after)? (?P<start>now|today|tomorrow|{WEEKDAY}))",
          _after, "from", "after", "ago", "days", "week"),
    _rule(rf"\b(?:in|within|after|need|another) (?P<n>{CARDINAL}|an?(?: couple(?: of)?)?|couple(?: of)?) (?:more )?"
          r"(?P<unit>days?|weeks?|months?|fortnight)\b(?P<ago>)(?P<start>)",
          _after, "in ", "within", "after", "need", "another"),
    _rule(rf"(?:\b(?P<before>this coming|this|next week(?: on)?|next|last|coming) )?\b(?P<weekday>{WEEKDAY})"
          r"(?P<behind> next week| week after next| after next| of next week)?", _weekday, *_WEEKDAY_KEYS),
    _rule(r"\b(?P<edge>ends?|last day|beginning|start|first day|middle|mid) of (?:the |this )?(?P<which>next |)month\b",
          _edge_of_month, "month"),
    _rule(r"\bmonth'?s?[ -]end\b", _month_end_words, "month"),
    _rule(r"\bend of (?:the |this )week\b", _week_end, "week"),
    _rule(rf"\b(?:the )?(?P<day>{ORDINAL}) (?:day )?of (?:the |every |each )?(?P<which>this|next|)? ?month\b",
          _ordinal_of_month, "month"),
    _rule(rf"\b(?:the|on|by|payday) (?:the )?(?P<day>{ORDINAL}){_NOT_A_DAY}(?P<which>)",
          _ordinal_of_month, *_ORDINAL_KEYS),
    _rule(r"(?P<day>(?<![0-9.,$/-])[0-9]{1,2} ?(?:st|nd|rd|th)\b)(?P<which>)", _ordinal_of_month, *_ORDINAL_KEYS),
    _rule(r"\b(?:on|by) (?:the )?(?P<day>[0-9]{1,2})(?![0-9]|[.,:/-][0-9]| ?(?:%|am|pm|dollar|buck|cent))(?P<which>)",
          _ordinal_of_month),
    _rule(r"\b(?:the )?day after (?:tomorrow|tmrw|tmw|tomorow)\b", _shift(2), "after"),
    _rule(r"\b(?:the )?day before yesterday\b", _shift(-2), "before"),
    _rule(r"\b(?:tomorr?ow|tommorr?ow|tmrw|tmw|tmr|2morr?ow|2moro)\b", _shift(1), "tom", "tm", "2mor"),
    _rule(r"\byesterday\b", _shift(-1), "yesterday"),
    _rule(r"\b(?:today|2day|tonight|tonite|this (?:morning|afternoon|evening)|same day(?! (?:as|each|every|of)\b))\b",
          _shift(0), "day", "toni", "this"),
    _rule(r"\b(?:christmas(?: day)?|xmas)\b(?! eve)", _holiday(12, 25), "mas"),
    _rule(r"\bnew year'?s?(?: day)?\b(?! eve)", _holiday(1, 1), "new"),
    _rule(r"\bhalloween\b", _holiday(10, 31), "hallo"),
    # "20 now and the rest on the 15th" names two days; a lone "now" beside a day is only a manner of speaking
    _rule(r"\b(?:right )?now(?= and (?:then|the)\b)", _shift(0), "now"),
    _rule(r"\b(?:now|right away|immediately|asap|straight away)\b", _shift(0, weak=True)),
    _rule(r"\b(?:this|the|next) weekend\b", _vague_weekend, "weekend"),
    _rule(r"\b(?:next week|some ?time this week|later this week)\b", _vague_week, "week"),
    _rule(r"\b(?:next month|later this month)\b", _vague_month, "month"),
    _rule(r"\b(?:pay ?day|when i (?:get|am|'m) paid|when i get my (?:check|paycheck)|(?:in )?a few (?:days|weeks))\b",
          _vague, "pay", "paid", "few"),
    _rule(r"\b(?:later|soon|some ?day|last (?:week|month))\b", _vague_talk),
)  # fmt: skip

# eight figures are more often a member number: only where a date was asked or is spoken of
WHOLE_FIGURES = _rule(
    r"(?<![0-9-])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])20[0-9]{2}(?![0-9-])", _eight_figures, "20"
)
