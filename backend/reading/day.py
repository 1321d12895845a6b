"""The day a member names for a payment. US order, month before day; past and impossible days are told as such."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.reading.day_alone import ALONE, short_weekday, whole_answer
from backend.reading.day_rules import DUE, RULES, WHOLE_FIGURES, asks_when_due
from backend.reading.day_said import Context, Said
from backend.reading.day_words import EXPIRY, ORDINAL, mend_months, mend_weekdays, number
from backend.reading.wording import after_correction, blank, clean, corrections, is_denied, part_of, without_times


@dataclass(frozen=True)
class Day:
    """A day that exists and has not passed, in the co-op's local calendar."""

    on: date


@dataclass(frozen=True)
class DayProblem:
    """A day that cannot be used. `code`: past, no_such_day or unclear; `said` is the past day that was meant;
    `nearest` is a right one to offer."""

    code: str
    nearest: date | None = None
    said: date | None = None


@dataclass(frozen=True)
class DayPlace:
    """A day and where in the text it stands."""

    said: Said
    start: int
    end: int


_HINT = re.compile(r"[0-9]|[a-z]{2}")


def read_day(text: str, today: date, due_on: date | None = None, asked: bool = True) -> Day | DayProblem | None:
    """The day in what was said, read against `today`; None when no day was named.

    Only when a day was `asked` is a bare number one (`15`, `fifteen`, `06152026`). Several different days, none of
    them taken back, are unclear.
    """
    places, _ = find_days(clean(text), today, due_on, asked)
    return judge(places, today)


def judge(places: Sequence[DayPlace], today: date) -> Day | DayProblem | None:
    """What the found days come to."""
    if not places:
        return None
    chosen = _merged([place.said for place in places if not place.said.weak] or [places[-1].said])
    if chosen.unclear:
        return DayProblem("unclear", chosen.nearest if chosen.nearest and chosen.nearest >= today else None)
    if chosen.on is None:
        nearest = max(chosen.nearest, today) if chosen.nearest else None
        return DayProblem("no_such_day" if nearest else "unclear", nearest)
    if chosen.on < today:
        return DayProblem("past", today, chosen.on)
    return Day(chosen.on)


def _merged(said: Sequence[Said]) -> Said:
    """Several ways of saying it: `friday the 15th` must agree, and different days are unclear."""
    full = [one for one in said if not one.weekday] or list(said)
    distinct = {(one.on, one.nearest) for one in full}
    first = full[0]
    if len(distinct) > 1:
        return Said(None, first.on, unclear=True)
    weekdays = {one.on.weekday() for one in said if one.weekday and one.on}
    if first.on and weekdays and weekdays != {first.on.weekday()}:
        return Said(None, first.on, unclear=True)
    return first


def find_days(text: str, today: date, due_on: date | None, asked: bool) -> tuple[list[DayPlace], str]:
    """Every day named in cleaned text that was not taken back, in order; and the text with all days blanked."""
    if not _HINT.search(text):
        return [], text
    # a mended word may be a letter longer; its month alone is then blanked too far, never a digit too few
    mended = _without_expiry(without_times(mend_weekdays(mend_months(text))))
    found = _by_rule(mended, Context(today, due_on), asked)
    places = sorted((place for place in found if asked or not place.said.talk), key=lambda place: place.start)
    rest = mended
    for place in places:
        rest = blank(rest, place.start, place.end)
    if not places:
        said = _alone(text, today) if asked else short_weekday(text, today)
        if said is not None:
            return [DayPlace(said, 0, len(text))], ""
    return _not_taken_back(mended, places), rest


def _without_expiry(text: str) -> str:
    """The text with a card's expiry blanked, which is no day to pay on."""
    for match in list(EXPIRY.finditer(text)):
        text = blank(text, match.start(), match.end())
    return text


def _not_taken_back(text: str, places: Sequence[DayPlace]) -> list[DayPlace]:
    breaks = corrections(text)
    kept = [place for place in places if not is_denied(text, place.start)]
    firm = [place for place in kept if not place.said.weak] or kept
    last = max((part_of(place.start, breaks) for place in firm), default=0)
    return [place for place in firm if part_of(place.start, breaks) == last]


def without_days(text: str) -> str:
    """Cleaned text with its days blanked, for readers that must not take their digits."""
    return find_days(text, date(2024, 1, 1), None, asked=False)[1]


def _by_rule(text: str, context: Context, asked: bool) -> list[DayPlace]:
    found: list[DayPlace] = []
    rules = (*RULES, *WHOLE_FIGURES) if asked or "date" in text else RULES
    for rule in rules:
        if rule.keys and not any(key in text for key in rule.keys):
            continue
        for match in list(rule.pattern.finditer(text)):
            said = _beside(text, match.start(), rule.make(match, context))
            if said is not None:
                found.append(DayPlace(said, match.start(), match.end()))
                text = blank(text, match.start(), match.end())
    return found


_SOME_DAY_BESIDE = re.compile(r"\b(?:after|before|past|later than) (?:the |that )?$")


def _beside(text: str, start: int, said: Said | None) -> Said | None:
    """`after the 15th` is some day after it: to be asked which."""
    if said is None or said.on is None or not _SOME_DAY_BESIDE.search(text, max(0, start - 16), start):
        return said
    return Said(None, said.on, unclear=True, weekday=said.weekday, talk=said.talk)


def _alone(text: str, today: date) -> Said | None:
    return whole_answer(text, today) or whole_answer(after_correction(text), today)


_LAST_DAY = re.compile(r"\b(?:last day|end of (?:the |every |each )?month|month'?s? end)\b")
_DUE_DATE = re.compile(DUE)
# "DUE", as the question for the day offers it
_DUE_ALONE = re.compile(
    r"(?:(?:um|uh|yes|yeah|ok|okay|please|pay(?: it)?|send|just)[ ,]+)*(?:(?:on|by|when)(?: it'?s| the)? )?due"
    r"(?:[ ,]*(?:please|thanks|thank you))?[ .!]*"
)
_EVERY = re.compile(rf"\b(?P<day>{ORDINAL}|(?:on|day|the) (?:the )?(?P<plain>[0-9]{{1,2}})\b)")
_AS_ORDINAL = re.compile(rf"\b{ORDINAL}")


def wants_due_date(text: str) -> bool:
    """Whether the due date is named as the day: `on the due date`, `when it's due`; or `due` as the whole answer."""
    cleaned = clean(text)
    if _DUE_ALONE.fullmatch(cleaned.strip("\"' ")):
        return True
    return bool(_DUE_DATE.search(cleaned)) and not asks_when_due(cleaned)


def named_day_of_month(text: str) -> int | DayProblem | None:
    """As `read_day_of_month`, where no day was asked for: `the 31st` and `the last day` are days, a bare 31 is none."""
    cleaned = clean(text)
    return read_day_of_month(text) if _LAST_DAY.search(cleaned) or _AS_ORDINAL.search(cleaned) else None


def read_day_of_month(text: str) -> int | DayProblem | None:
    """The day of each month, 1 to 31; `the last day` is 31, which clamps to the month's end. None: no day named."""
    cleaned = clean(text)
    if _LAST_DAY.search(cleaned):
        return 31
    breaks = corrections(cleaned)
    found = [match for match in _EVERY.finditer(cleaned) if not is_denied(cleaned, match.start())]
    alone = ALONE.fullmatch(cleaned)
    if found:
        last = max(part_of(match.start(), breaks) for match in found)
        days = {number(match["plain"] or match["day"]) for match in found if part_of(match.start(), breaks) == last}
    elif alone:
        days = {number(alone["day"])}
    else:
        return None
    if len(days) > 1:
        return DayProblem("unclear")
    day = days.pop()
    return day if 1 <= day <= 31 else DayProblem("no_such_day")
