"""Reads a plan to pay over time: `half today and half friday`, `in three payments`, `50 every friday`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from backend.reading.back_references import remove_pronoun_ones
from backend.reading.dates.day_parsing import DaySpan
from backend.reading.extract_all import blank_identity
from backend.reading.money.amount import find_sums
from backend.reading.money.payment_plan_patterns import (
    ALL_WORDS,
    AMOUNT_WORD,
    CONNECTOR,
    EACH_WORD,
    EXTRA_TIME,
    FRACTION_PATTERNS,
    NOT_ALL,
    NOT_NOW,
    NOTHING_NOW,
    ONE_AS_PRONOUN,
    REST_WORDS,
    RIGHT_NOW,
    UNTIL_WORDS,
    Frequency,
    extract_count,
    extract_frequency,
    rewrite_extra_time,
)
from backend.reading.normalize import blank_matches, blank_span, clean_text, count_corrections_before, find_corrections
from backend.reading.numbers.menu_number import is_menu_number

PaymentShare = int | str
"""Cents, or a share of what is owed: `all`, `1/2`, `rest` (what the other payments leave) or `percent 25`."""
IDENTITY_QUESTIONS = frozenset({"member_number", "last4", "code"})


@dataclass(frozen=True)
class RequestedPart:
    """One payment as it was said; None is what was not."""

    share: PaymentShare | None = None
    on: date | None = None


@dataclass(frozen=True)
class RequestedPlan:
    """Single payments (`parts`), then the rest: `count` equal payments, or `each_cents` at a time, `frequency` apart.

    `words` are the member's own where nothing else says how the rest is paid. With `is_rest_open` that is not known
    yet. `day_problem` is `past` or `unclear` where a day was named that cannot be used.
    """

    parts: tuple[RequestedPart, ...] = ()
    count: int | None = None
    each_cents: int | None = None
    frequency: Frequency | None = None
    start_date: date | None = None
    is_rest_open: bool = False
    words: str = ""
    pays_nothing_now: bool = False
    day_problem: str = ""

    @property
    def is_empty(self) -> bool:
        return self == RequestedPlan()

    @property
    def has_installments(self) -> bool:
        """Whether it says how what is left is paid bit by bit."""
        return self.count is not None or self.each_cents is not None or self.frequency is not None

    def to_slot(self) -> dict[str, Any]:
        """For a slot; `plan_from_slot` reads it."""
        return {
            "parts": [[part.share, part.on.isoformat() if part.on else None] for part in self.parts],
            "count": self.count,
            "each": self.each_cents,
            "every": [self.frequency.count, self.frequency.unit] if self.frequency else None,
            "start": self.start_date.isoformat() if self.start_date else None,
            "open_rest": self.is_rest_open,
            "words": self.words,
            "nothing": self.pays_nothing_now,
        }


def plan_from_slot(data: dict[str, Any] | None) -> RequestedPlan:
    """What `to_slot` made; nothing is an empty plan."""
    if not data:
        return RequestedPlan()
    return RequestedPlan(
        parts=tuple(RequestedPart(share, date.fromisoformat(on) if on else None) for share, on in data["parts"]),
        count=data["count"],
        each_cents=data["each"],
        frequency=Frequency(*data["every"]) if data["every"] else None,
        start_date=date.fromisoformat(data["start"]) if data["start"] else None,
        is_rest_open=data["open_rest"],
        words=data["words"],
        pays_nothing_now=data["nothing"],
    )


@dataclass(frozen=True)
class PlanToken:
    """A piece of a plan and where it stands; `kind` says whether it is a share, a day or a frequency."""

    kind: str
    value: Any
    start: int
    end: int


def parse_payment_plan(text: str, today: date, asked: str | None = None) -> RequestedPlan:
    """What a message says of a plan; an empty plan when it says nothing.

    `asked` is what was asked for, as in `extract_all`: only then is a bare number an amount or a day.
    """
    cleaned = RIGHT_NOW.sub("today", clean_text(remove_pronoun_ones(text)))
    cleaned = EXTRA_TIME.sub(rewrite_extra_time, NOT_NOW.sub(lambda match: match["cannot"], cleaned))
    return _parse_cleaned(cleaned, today, asked)


def extract_plan_correction(text: str) -> str | None:
    """What follows where the speaker corrects a plan within one message; None when nothing is corrected."""
    cleaned = clean_text(text)
    breaks = find_corrections(cleaned)
    return cleaned[breaks[-1] :] if breaks and breaks[-1] > 0 else None


def _parse_cleaned(cleaned: str, today: date, asked: str | None) -> RequestedPlan:
    cleaned = blank_matches(ONE_AS_PRONOUN, cleaned)
    every, weekday, at, rest = extract_frequency(cleaned, today)
    count, counted = extract_count(cleaned)
    rest = "".join("~" if "~" in both else both[0] for both in zip(rest, counted, strict=True))
    free, places = blank_identity(rest, asked, today)
    found = _find_tokens(free, places, today, asked, plan_like=bool(every or count or places))
    if every and at is not None:
        found = sorted([*found, PlanToken("every", every, at, at + 1)], key=lambda one: one.start)
    plan = _assemble_plan(cleaned, found, count, every, weekday)
    if NOTHING_NOW.search(cleaned):
        # "nothing today, all of it on the 4th" is one payment; without another one nothing can be paid yet
        if paid := tuple(part for part in plan.parts if part.share):
            plan = replace(plan, parts=paid)
        elif plan.each_cents is None:
            plan = replace(plan, pays_nothing_now=True)
    if any(place.match.day is not None and place.match.day < today for place in places):
        return replace(plan, day_problem="past")
    return replace(plan, day_problem="unclear" if any(place.match.day is None for place in places) else "")


def _find_tokens(
    free: str, places: Sequence[DaySpan], today: date, asked: str | None, *, plan_like: bool
) -> list[PlanToken]:
    days = [
        PlanToken("on", day if (day := place.match.day) and day >= today else None, place.start, place.end)
        for place in places
    ]
    shares: list[PlanToken] = []
    for share, pattern in (("rest", REST_WORDS), *FRACTION_PATTERNS, ("all", ALL_WORDS)):
        for match in list(pattern.finditer(free)):
            if share == "all" and NOT_ALL.search(free, 0, match.start()):
                continue
            shares.append(PlanToken("share", share, match.start(), match.end()))
            free = blank_span(free, match.start(), match.end())
    plan_like = plan_like or bool(shares) or asked in ("amount", "date", "change")
    breaks = find_corrections(free)
    figures = [one for one in find_sums(free) if one.is_money or plan_like or AMOUNT_WORD.search(free, 0, one.start)]
    if asked != "date" and is_menu_number(free):
        figures = []  # the number of a choice; where a day was asked for it is one
    if asked in IDENTITY_QUESTIONS and not plan_like:
        figures = [one for one in figures if one.is_money]
    last = max((count_corrections_before(one.start, breaks) for one in figures), default=0)
    for one in figures:
        if count_corrections_before(one.start, breaks) == last:
            is_problem = isinstance(one.value, str) and not one.value.startswith("percent")
            shares.append(PlanToken("share", None if is_problem else one.value, one.start, one.end))
    return _drop_repeats(sorted([*days, *shares], key=lambda one: one.start))


def _drop_repeats(found: list[PlanToken]) -> list[PlanToken]:
    """`friday the 4th` and `friday december 4` are one day; a repeated one beside it says nothing new."""
    kept: list[PlanToken] = []
    for one in found:
        if kept and _is_date_of_weekday(kept[-1], one):
            kept.pop()
        if kept and one.kind == "on" and kept[-1].kind == "on" and one.value == kept[-1].value:
            continue
        kept.append(one)
    return kept


def _is_date_of_weekday(day: PlanToken, date_of_it: PlanToken) -> bool:
    """Whether a weekday is named, and its date directly behind it."""
    if day.kind != "on" or date_of_it.kind != "on" or not (day.value and date_of_it.value):
        return False
    return date_of_it.start - day.end <= 2 and day.value.weekday() == date_of_it.value.weekday()


def _split_segments(cleaned: str, found: Sequence[PlanToken]) -> list[list[PlanToken]]:
    """The pieces in groups, divided where an `and`, a comma or the like comes between them."""
    segments: list[list[PlanToken]] = []
    for one in found:
        if segments and not CONNECTOR.search(cleaned[segments[-1][-1].end : one.start]):
            segments[-1].append(one)
        else:
            segments.append([one])
    return segments


def _assemble_plan(
    cleaned: str, found: Sequence[PlanToken], count: int | None, every: Frequency | None, weekday: date | None
) -> RequestedPlan:
    segments = _split_segments(cleaned, found)
    each, start, segments = _extract_recurring(cleaned, segments, every)
    parts = [part for segment in segments for part in _pair_parts(segment)]
    parts = _merge_parts(parts, [len(_pair_parts(segment)) for segment in segments])
    if EACH_WORD.search(cleaned) and (shares := [part.share for part in parts if part.share]):
        parts = [replace(part, share=part.share or shares[-1]) for part in parts]
    if count and not any(part.share for part in parts) and len(parts) == count:
        parts, count = [replace(part, share=f"1/{count}") for part in parts], None
    if count and every is None and len(parts) == 1 and parts[0].on is None and isinstance(parts[0].share, int):
        each, parts = parts[0].share, []  # "3 payments of 40"
    if count or each or every:
        parts, start = _split_off_rest(parts, start)
    elif len(parts) == 1 and parts[0].share is None and UNTIL_WORDS.search(cleaned) and not NOTHING_NOW.search(cleaned):
        parts = [replace(parts[0], share="all")]
    if count:
        count = max(count - len(parts), 1) if parts and not REST_WORDS.search(cleaned) else count
    return RequestedPlan(tuple(parts), count, each, every, start or weekday)


def _extract_recurring(
    cleaned: str, segments: list[list[PlanToken]], every: Frequency | None
) -> tuple[int | None, date | None, list[list[PlanToken]]]:
    """The cents and the first day of what is paid again and again; and the segments without them."""
    at = next((n for n, segment in enumerate(segments) if any(one.kind == "every" for one in segment)), None)
    if every is None or at is None:
        return None, None, segments
    own = [one for one in segments[at] if one.kind != "every"]
    shares = [one for one in own if one.kind == "share" and one.value != "rest"]
    days = [one for one in own if one.kind == "on"]
    rest = segments[:at] + segments[at + 1 :]
    if not shares and at and [one.kind for one in segments[at - 1]] == ["share"]:
        shares, rest = segments[at - 1], segments[: at - 1] + segments[at + 1 :]
    if not days:
        later = next((one for one in segments[at + 1 :] if [token.kind for token in one] == ["on"]), None)
        if later is not None:
            days, rest = later, [segment for segment in rest if segment is not later]
    each = shares[0].value if shares and isinstance(shares[0].value, int) else None
    return each, days[0].value if days else None, rest


def _split_off_rest(parts: list[RequestedPart], start: date | None) -> tuple[list[RequestedPart], date | None]:
    """The payments that stand alone; a lone day is that of the first of the others, and "the rest" is them."""
    kept = [part for part in parts if part.share not in (None, "rest", "all")]
    days = [part.on for part in parts if part not in kept and part.on]
    return kept, start or (days[0] if days else None)


def _pair_parts(segment: Sequence[PlanToken]) -> list[RequestedPart]:
    """`50 friday 62 the 10th` and `friday 50, the 10th 62`: a payment ends where what it has already comes again."""
    parts: list[RequestedPart] = []
    has: set[str] = set()
    for one in segment:
        if not has or one.kind in has or len(has) == 2:
            parts.append(RequestedPart())
            has = set()
        has.add(one.kind)
        value = {"share": one.value} if one.kind == "share" else {"on": one.value}
        parts[-1] = replace(parts[-1], **value)
    return parts


def _merge_parts(parts: list[RequestedPart], lengths: Sequence[int]) -> list[RequestedPart]:
    """`60, friday`: an amount alone and a day alone beside it are one payment."""
    alone = [length == 1 for length in lengths for _ in range(length)]
    merged: list[RequestedPart] = []
    open_before = False
    for part, single in zip(parts, alone, strict=True):
        before = merged[-1] if merged else None
        half = single and (part.share is None) != (part.on is None)
        if before and half and open_before and (before.share is None) == (part.on is None):
            merged[-1] = RequestedPart(
                before.share if part.share is None else part.share, before.on if part.on is None else part.on
            )
            open_before = False
            continue
        merged.append(part)
        open_before = half
    return merged


__all__ = [
    "Frequency",
    "RequestedPart",
    "RequestedPlan",
    "extract_plan_correction",
    "parse_payment_plan",
    "plan_from_slot",
]
