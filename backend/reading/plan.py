"""A plan to pay over time, as it is said: `half today and half friday`, `in three payments`, `50 every friday`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from backend.reading.amount import sums_in
from backend.reading.day import DayPlace
from backend.reading.menu_number import is_menu_number
from backend.reading.plan_words import (
    ALL,
    AMOUNT_WORD,
    CONNECTOR,
    EACH,
    EXTRA,
    FRACTIONS,
    NOT_ALL,
    NOT_NOW,
    NOTHING,
    NOW,
    ONES,
    REST,
    UNTIL,
    Every,
    extra_time,
    take_count,
    take_every,
)  # fmt: skip
from backend.reading.references import without_ones
from backend.reading.together import without_identity
from backend.reading.wording import blank, clean, corrections, part_of

Share = int | str
"""Cents, or a share of what is owed: `all`, `1/2`, `rest` (what the other payments leave) or `percent 25`."""
IDENTITY = frozenset({"member_number", "last4", "code"})


@dataclass(frozen=True)
class SaidPart:
    """One payment as it was said; None is what was not."""

    share: Share | None = None
    on: date | None = None


@dataclass(frozen=True)
class SaidPlan:
    """Payments one by one (`parts`), then the rest: `count` equal ones, or `each` so many cents, `every` so often from
    `start` on. `words` are the member's own where nothing else says how the rest is paid; `open_rest`: not known yet.

    `nothing`: nothing can be paid now. `day_problem` is `past` or `unclear` where a day was named that is none.
    """

    parts: tuple[SaidPart, ...] = ()
    count: int | None = None
    each: int | None = None
    every: Every | None = None
    start: date | None = None
    open_rest: bool = False
    words: str = ""
    nothing: bool = False
    day_problem: str = ""

    @property
    def empty(self) -> bool:
        return self == SaidPlan()

    @property
    def goes_on(self) -> bool:
        """Whether it says how what is left is paid bit by bit."""
        return self.count is not None or self.each is not None or self.every is not None

    def as_data(self) -> dict[str, Any]:
        """For a slot; `from_data` reads it."""
        return {
            "parts": [[part.share, part.on.isoformat() if part.on else None] for part in self.parts],
            "count": self.count,
            "each": self.each,
            "every": [self.every.count, self.every.unit] if self.every else None,
            "start": self.start.isoformat() if self.start else None,
            "open_rest": self.open_rest,
            "words": self.words,
            "nothing": self.nothing,
        }


def from_data(data: dict[str, Any] | None) -> SaidPlan:
    """What `as_data` made; nothing is an empty plan."""
    if not data:
        return SaidPlan()
    return SaidPlan(
        parts=tuple(SaidPart(share, date.fromisoformat(on) if on else None) for share, on in data["parts"]),
        count=data["count"],
        each=data["each"],
        every=Every(*data["every"]) if data["every"] else None,
        start=date.fromisoformat(data["start"]) if data["start"] else None,
        open_rest=data["open_rest"],
        words=data["words"],
        nothing=data["nothing"],
    )


@dataclass(frozen=True)
class Token:
    """Something that a plan is made of, and where it stands: a `share`, a day (`on`), or `every`."""

    kind: str
    value: Any
    start: int
    end: int


def read_plan(text: str, today: date, asked: str | None = None) -> SaidPlan:
    """What a message says of a plan; an empty plan when nothing.

    `asked` is what was asked for, as `read_all` has it: only then is a bare number an amount or a day.
    """
    cleaned = NOW.sub("today", clean(without_ones(text)))
    cleaned = EXTRA.sub(extra_time, NOT_NOW.sub(lambda match: match["cannot"], cleaned))
    return _read(cleaned, today, asked)


def takes_back(text: str) -> str | None:
    """What follows where the speaker corrects a plan within one message; None when nothing is corrected."""
    cleaned = clean(text)
    breaks = corrections(cleaned)
    return cleaned[breaks[-1] :] if breaks and breaks[-1] > 0 else None


def _read(cleaned: str, today: date, asked: str | None) -> SaidPlan:
    cleaned = ONES.sub(lambda match: "~" * len(match[0]), cleaned)
    every, weekday, at, rest = take_every(cleaned, today)
    count, counted = take_count(cleaned)
    rest = "".join("~" if "~" in both else both[0] for both in zip(rest, counted, strict=True))
    free, places = without_identity(rest, asked, today)
    found = _tokens(free, places, today, asked, plan_like=bool(every or count or places))
    if every and at is not None:
        found = sorted([*found, Token("every", every, at, at + 1)], key=lambda one: one.start)
    said = _put_together(cleaned, found, count, every, weekday)
    problem = _day_problem(places, today)
    if NOTHING.search(cleaned):
        said = _without_nothing(said)
    return replace(said, day_problem=problem)


def _without_nothing(said: SaidPlan) -> SaidPlan:
    """`Nothing today, all of it on the 4th` is one payment; without another one nothing can be paid yet."""
    paid = tuple(part for part in said.parts if part.share)
    if paid:
        return replace(said, parts=paid)
    return replace(said, nothing=True) if said.each is None else said


def _day_problem(places: Sequence[DayPlace], today: date) -> str:
    if any(place.said.on is not None and place.said.on < today for place in places):
        return "past"
    return "unclear" if any(place.said.on is None for place in places) else ""


def _tokens(free: str, places: Sequence[DayPlace], today: date, asked: str | None, *, plan_like: bool) -> list[Token]:
    days = [Token("on", _usable(place, today), place.start, place.end) for place in places]
    shares: list[Token] = []
    for share, pattern in ((REST, "rest"), *((words, name) for name, words in FRACTIONS), (ALL, "all")):
        for match in list(share.finditer(free)):
            if pattern == "all" and NOT_ALL.search(free, 0, match.start()):
                continue
            shares.append(Token("share", pattern, match.start(), match.end()))
            free = blank(free, match.start(), match.end())
    plan_like = plan_like or bool(shares) or asked in ("amount", "date", "change")
    breaks = corrections(free)
    figures = [one for one in sums_in(free) if one.marked or plan_like or AMOUNT_WORD.search(free, 0, one.start)]
    if asked != "date" and is_menu_number(free):
        figures = []  # the number of a choice; where a day was asked for it is one
    if asked in IDENTITY and not plan_like:
        figures = [one for one in figures if one.marked]
    last = max((part_of(one.start, breaks) for one in figures), default=0)
    for one in figures:
        if part_of(one.start, breaks) == last:
            shares.append(Token("share", one.value if _is_sum(one.value) else None, one.start, one.end))
    return _without_repeats(sorted([*days, *shares], key=lambda one: one.start))


def _is_sum(value: int | str) -> bool:
    return isinstance(value, int) or value.startswith("percent")


def _usable(place: DayPlace, today: date) -> date | None:
    on = place.said.on
    return on if on is not None and on >= today else None


def _without_repeats(found: list[Token]) -> list[Token]:
    """`friday the 4th` and `friday december 4` are one day; a repeated one beside it says nothing new."""
    kept: list[Token] = []
    for one in found:
        if kept and _dates(kept[-1], one):
            kept.pop()
        if kept and one.kind == "on" and kept[-1].kind == "on" and one.value == kept[-1].value:
            continue
        kept.append(one)
    return kept


def _dates(day: Token, date_of_it: Token) -> bool:
    """Whether a weekday is named, and its date directly behind it."""
    if day.kind != "on" or date_of_it.kind != "on" or not (day.value and date_of_it.value):
        return False
    return date_of_it.start - day.end <= 2 and day.value.weekday() == date_of_it.value.weekday()


def _segments(cleaned: str, found: Sequence[Token]) -> list[list[Token]]:
    segments: list[list[Token]] = []
    for one in found:
        if segments and not CONNECTOR.search(cleaned[segments[-1][-1].end : one.start]):
            segments[-1].append(one)
        else:
            segments.append([one])
    return segments


def _put_together(
    cleaned: str, found: Sequence[Token], count: int | None, every: Every | None, weekday: date | None
) -> SaidPlan:
    segments = _segments(cleaned, found)
    each, start, segments = _recurring(cleaned, segments, every)
    parts = [part for segment in segments for part in _pairs(segment)]
    parts = _merged(parts, [len(_pairs(segment)) for segment in segments])
    if EACH.search(cleaned) and (shares := [part.share for part in parts if part.share]):
        parts = [replace(part, share=part.share or shares[-1]) for part in parts]
    if count and not any(part.share for part in parts) and len(parts) == count:
        parts, count = [replace(part, share=f"1/{count}") for part in parts], None
    if count and every is None and len(parts) == 1 and parts[0].on is None and isinstance(parts[0].share, int):
        each, parts = parts[0].share, []  # "3 payments of 40"
    if count or each or every:
        parts, start = _left_to_go_on(parts, start)
    elif len(parts) == 1 and parts[0].share is None and UNTIL.search(cleaned) and not NOTHING.search(cleaned):
        parts = [replace(parts[0], share="all")]
    if count:
        count = max(count - len(parts), 1) if parts and not REST.search(cleaned) else count
    return SaidPlan(tuple(parts), count, each, every, start or weekday)


def _recurring(
    cleaned: str, segments: list[list[Token]], every: Every | None
) -> tuple[int | None, date | None, list[list[Token]]]:
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


def _left_to_go_on(parts: list[SaidPart], start: date | None) -> tuple[list[SaidPart], date | None]:
    """The payments that stand alone; a lone day is that of the first of the others, and "the rest" is them."""
    kept = [part for part in parts if part.share not in (None, "rest", "all")]
    days = [part.on for part in parts if part not in kept and part.on]
    return kept, start or (days[0] if days else None)


def _pairs(segment: Sequence[Token]) -> list[SaidPart]:
    """`50 friday 62 the 10th` and `friday 50, the 10th 62`: a payment ends where what it has already comes again."""
    parts: list[SaidPart] = []
    has: set[str] = set()
    for one in segment:
        if not has or one.kind in has or len(has) == 2:
            parts.append(SaidPart())
            has = set()
        has.add(one.kind)
        value = {"share": one.value} if one.kind == "share" else {"on": one.value}
        parts[-1] = replace(parts[-1], **value)
    return parts


def _merged(parts: list[SaidPart], lengths: Sequence[int]) -> list[SaidPart]:
    """`60, friday`: an amount alone and a day alone beside it are one payment."""
    alone = [length == 1 for length in lengths for _ in range(length)]
    merged: list[SaidPart] = []
    open_before = False
    for part, single in zip(parts, alone, strict=True):
        before = merged[-1] if merged else None
        half = single and (part.share is None) != (part.on is None)
        if before and half and open_before and (before.share is None) == (part.on is None):
            merged[-1] = SaidPart(
                before.share if part.share is None else part.share, before.on if part.on is None else part.on
            )
            open_before = False
            continue
        merged.append(part)
        open_before = half
    return merged


__all__ = ["Every", "SaidPart", "SaidPlan", "from_data", "read_plan", "takes_back"]
