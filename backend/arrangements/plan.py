"""A plan out of what was said of it: what is missing yet, and what a later message changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from backend.arrangements.rules import Part
from backend.money import share_of
from backend.reading.plan import SaidPart, SaidPlan, Share

MOST_PARTS = 60
"""More payments than these are no plan that anybody would follow."""
AMOUNT, DAY, REST, EACH, START, EVERY = "amount", "day", "rest", "each", "start", "every"


@dataclass(frozen=True)
class Plan:
    """Payments in the order of their days. `missing` is what to ask next (`amount` or `day` of part `at`, `rest`,
    `each`, `start` or `every`), None when the plan is whole; `left` are cents that no payment covers."""

    parts: tuple[Part, ...]
    left: int
    missing: str | None = None
    at: int = 0
    cents: int | None = None  # of the part whose day is missing
    on: date | None = None  # of the part whose amount is missing


def settle(said: SaidPlan, owed: int) -> Plan:
    """What the plan comes to for an account that owes `owed` cents."""
    parts: list[Part] = []
    left = owed
    for at, part in enumerate(said.parts):
        cents = cents_of(part.share, owed, left)
        if cents is None and not (said.nothing and part.on is None):
            return Plan(tuple(parts), left, AMOUNT, at, on=part.on)
        if part.on is None:
            return Plan(tuple(parts), left, DAY, at, cents=cents)
        assert cents is not None  # without a day it was asked for above
        cents = min(cents, left)
        if 0 < left - cents <= len(said.parts) and at == len(said.parts) - 1 and _shared(said.parts):
            cents = left  # thirds leave a cent
        if cents:
            parts.append(Part(cents, part.on))
            left -= cents
    if left > 0:
        return _going_on(said, parts, left)
    return Plan(_in_order(parts), 0)


def _shared(parts: Sequence[SaidPart]) -> bool:
    return all(isinstance(part.share, str) for part in parts)


def _in_order(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: part.on))


def cents_of(share: Share | None, owed: int, left: int) -> int | None:
    """A share in cents; None where none was said."""
    if share is None or isinstance(share, int):
        return share
    if share in ("all", "rest"):
        return left
    if share.startswith("percent"):
        return share_of(owed, int(share.split()[1]), 10_000)
    # upwards, so that as many such parts leave nothing over
    return -(-owed // int(share.split("/")[1]))


def _going_on(said: SaidPlan, parts: list[Part], left: int) -> Plan:
    """What is left is paid bit by bit, later, or is still to be asked about."""
    so_far = tuple(parts)
    if said.open_rest or said.words:
        return Plan(_in_order(parts), left)
    if not said.goes_on:
        return Plan(so_far, left, REST if parts else DAY if said.nothing else AMOUNT)
    if said.each is None and said.count is None:
        return Plan(so_far, left, EACH)
    last = max((part.on for part in parts), default=None)
    start = said.start or (said.every.after(last) if said.every and last else None)
    if start is None:
        return Plan(so_far, left, START)
    times = said.count or -(-left // max(said.each or 1, 1))
    if said.every is None and times > 1:
        return Plan(so_far, left, EVERY)
    return _rhythm(said, parts, left, start, times)


def _rhythm(said: SaidPlan, parts: list[Part], left: int, start: date, times: int) -> Plan:
    for done in range(min(times, MOST_PARTS)):
        equal = -(-left // (times - done))
        cents = min(said.each if said.each is not None else equal, left)
        parts.append(Part(cents, said.every.after(start, done) if said.every else start))
        left -= cents
        if left <= 0:
            break
    if left > 0 and times < MOST_PARTS:  # "3 payments of 20" for more than 60
        return Plan(tuple(parts), left, REST)
    return Plan(_in_order(parts), left)


def is_whole(said: SaidPlan) -> bool:
    """Whether it is a plan by itself, so that it takes the place of what was said before."""
    if len(said.parts) > 1 or said.count or (said.each and said.every):
        return True
    return len(said.parts) == 1 and said.parts[0].share == "all" and said.parts[0].on is not None


def answered(before: SaidPlan, said: SaidPlan, asked: str | None, at: int, owed: int) -> SaidPlan:
    """The plan with the answer to what was missing (`Plan.missing`, `Plan.at`) put in."""
    first = said.parts[0] if said.parts else SaidPart()
    if asked == REST:
        return _with_rest(before, said, settle(before, owed).left)
    if is_whole(said):
        return said
    if asked in (EACH, START, EVERY):
        each = said.each or (first.share if isinstance(first.share, int) else None)
        return replace(
            before,
            each=each or before.each,
            count=before.count or said.count,
            every=said.every or before.every,
            start=first.on or said.start or before.start,
        )
    if said.goes_on:  # "40 a week" to the question how much first
        return replace(said, start=said.start or (first.on if first.share is None else None) or _day(before, at))
    if not before.parts:
        return replace(said, nothing=before.nothing or said.nothing) if said.parts or said.nothing else before
    return _put(before, at, first)


def _with_rest(before: SaidPlan, said: SaidPlan, left: int) -> SaidPlan:
    """How the rest is paid: shares are of what is left, and a day alone is for all of it."""
    if not (said.goes_on or said.parts or said.start):
        return before
    parts = list(said.parts)
    if len(parts) == 1 and parts[0].share is None:
        parts = [replace(parts[0], share="rest")]
    many = len(parts)
    for at, part in enumerate(parts):
        if isinstance(part.share, str) and part.share.startswith("1/"):
            last = at == many - 1 and part.share == f"1/{many}"
            parts[at] = replace(part, share="rest" if last else cents_of(part.share, left, left))
    return replace(
        before,
        parts=(*before.parts, *parts),
        count=said.count,
        each=said.each,
        every=said.every,
        start=said.start,
    )


def _day(said: SaidPlan, at: int) -> date | None:
    return said.parts[at].on if at < len(said.parts) else None


def _put(said: SaidPlan, at: int, new: SaidPart) -> SaidPlan:
    parts = list(said.parts)
    old = parts[at]
    parts[at] = SaidPart(old.share if new.share is None else new.share, new.on or old.on)
    return replace(said, parts=tuple(parts), nothing=False)


def corrected(before: SaidPlan, said: SaidPlan, owed: int, which: int | None, today: date) -> SaidPlan:
    """The plan changed by a message that corrects it. `which` is the payment that it names by its place, if any."""
    if is_whole(said) or not (before.parts or before.goes_on):
        return said
    plan = settle(before, owed)
    if plan.missing and not plan.parts:
        return answered(before, said, plan.missing, plan.at, owed)
    if said.each or said.every:
        return replace(
            before, each=said.each or before.each, every=said.every or before.every, start=said.start or before.start
        )
    if not said.parts:
        return before
    new = said.parts[0]
    if before.goes_on and new.share is None and which in (None, 0) and not before.parts:
        return replace(before, start=new.on)
    if before.goes_on and before.each and isinstance(new.share, int) and new.on is None and which is None:
        return replace(before, each=new.share)
    return _exact(before, plan, new, which, today)


def _exact(before: SaidPlan, plan: Plan, new: SaidPart, which: int | None, today: date) -> SaidPlan:
    """One payment of a plan that is settled: the others stay, and one of them takes what the change leaves."""
    parts = [SaidPart(part.cents, part.on) for part in plan.parts]
    if not parts:
        return replace(before, parts=(new,))
    at = min(which, len(parts) - 1) if which is not None else _meant(parts, new, today)
    parts[at] = SaidPart(parts[at].share if new.share is None else new.share, new.on or parts[at].on)
    if new.share is not None and len(parts) > 1:
        other = len(parts) - 1 if at != len(parts) - 1 else 0
        parts[other] = replace(parts[other], share="rest")
        parts.append(parts.pop(other))
    return SaidPlan(tuple(parts), open_rest=before.open_rest, words=before.words)


def _meant(parts: Sequence[SaidPart], new: SaidPart, today: date) -> int:
    """The payment that a new day or amount is for: that of the same day, else the one nearest to the day."""
    if new.on is None:
        return 0
    same = [at for at, part in enumerate(parts) if part.on == new.on]
    if same:
        return same[0]
    if new.share is not None:
        return 0
    movable = [at for at, part in enumerate(parts) if part.on != today] or [0]
    return min(movable, key=lambda at: abs((parts[at].on or today) - new.on))  # type: ignore[operator]
