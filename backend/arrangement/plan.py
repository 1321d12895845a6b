"""Builds a payment plan from a member's words: finds what is missing, and applies later answers and corrections.

Amounts are cents, days the co-op's local dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from backend.arrangement.rules import PlanPart
from backend.money import share_of
from backend.reading.money.payment_plan import PaymentShare, RequestedPart, RequestedPlan

MAX_PARTS = 60
AMOUNT, DAY, REST, EACH, START, EVERY = "amount", "day", "rest", "each", "start", "every"


@dataclass(frozen=True)
class Plan:
    """Payments by date. `missing_field` is what to ask next (`amount` or `day` of part `missing_index`, `rest`, `each`,
    `start` or `every`), None when complete. `remaining_cents` are not covered by a payment yet."""

    parts: tuple[PlanPart, ...]
    remaining_cents: int
    missing_field: str | None = None
    missing_index: int = 0
    cents: int | None = None  # of the part whose day is missing
    on: date | None = None  # of the part whose amount is missing


def build_plan(said: RequestedPlan, owed: int) -> Plan:
    """The plan for an account that owes `owed` cents."""
    parts: list[PlanPart] = []
    left = owed
    for at, part in enumerate(said.parts):
        cents = resolve_share(part.share, owed, left)
        if cents is None and not (said.pays_nothing_now and part.on is None):
            return Plan(tuple(parts), left, AMOUNT, at, on=part.on)
        if part.on is None:
            return Plan(tuple(parts), left, DAY, at, cents=cents)
        assert cents is not None  # without a day it was asked for above
        cents = min(cents, left)
        in_shares = all(isinstance(each.share, str) for each in said.parts)
        if in_shares and at == len(said.parts) - 1 and 0 < left - cents <= len(said.parts):
            cents = left  # thirds leave a cent
        if cents:
            parts.append(PlanPart(cents, part.on))
            left -= cents
    if left > 0:
        return _plan_remainder(said, parts, left)
    return Plan(_sort_parts(parts), 0)


def _sort_parts(parts: Sequence[PlanPart]) -> tuple[PlanPart, ...]:
    return tuple(sorted(parts, key=lambda part: part.on))


def resolve_share(share: PaymentShare | None, owed: int, left: int) -> int | None:
    """A share in cents; None where there is none. `left` is what earlier parts leave of `owed`."""
    if share is None or isinstance(share, int):
        return share
    if share in ("all", "rest"):
        return left
    if share.startswith("percent"):
        return share_of(owed, int(share.split()[1]), 10_000)
    # rounded up, so that the parts leave nothing over
    return -(-owed // int(share.split("/")[1]))


def _plan_remainder(said: RequestedPlan, parts: list[PlanPart], left: int) -> Plan:
    """Pay what is left in installments, leave it open, or ask about it."""
    so_far = tuple(parts)
    if said.is_rest_open or said.words:
        return Plan(_sort_parts(parts), left)
    if not said.has_installments:
        return Plan(so_far, left, REST if parts else DAY if said.pays_nothing_now else AMOUNT)
    if said.each_cents is None and said.count is None:
        return Plan(so_far, left, EACH)
    last = max((part.on for part in parts), default=None)
    start = said.start_date or (said.frequency.date_after(last) if said.frequency and last else None)
    if start is None:
        return Plan(so_far, left, START)
    times = said.count or -(-left // max(said.each_cents or 1, 1))
    if said.frequency is None and times > 1:
        return Plan(so_far, left, EVERY)
    return _plan_recurring(said, parts, left, start, times)


def _plan_recurring(said: RequestedPlan, parts: list[PlanPart], left: int, start: date, times: int) -> Plan:
    for done in range(min(times, MAX_PARTS)):
        equal = -(-left // (times - done))
        cents = min(said.each_cents if said.each_cents is not None else equal, left)
        parts.append(PlanPart(cents, said.frequency.date_after(start, done) if said.frequency else start))
        left -= cents
        if left <= 0:
            break
    if left > 0 and times < MAX_PARTS:  # "3 payments of 20" for more than 60
        return Plan(tuple(parts), left, REST)
    return Plan(_sort_parts(parts), left)


def is_complete(said: RequestedPlan) -> bool:
    """Whether it is a plan by itself, which replaces the one before."""
    if len(said.parts) > 1 or said.count or (said.each_cents and said.frequency):
        return True
    return len(said.parts) == 1 and said.parts[0].share == "all" and said.parts[0].on is not None


def apply_answer(before: RequestedPlan, said: RequestedPlan, asked: str | None, at: int, owed: int) -> RequestedPlan:
    """The plan with the answer to `Plan.missing_field` (`asked`) of part `Plan.missing_index` (`at`)."""
    first = said.parts[0] if said.parts else RequestedPart()
    if asked == REST:
        return _apply_remainder(before, said, build_plan(before, owed).remaining_cents)
    if is_complete(said):
        return said
    if asked in (EACH, START, EVERY):
        each = said.each_cents or (first.share if isinstance(first.share, int) else None)
        return replace(
            before,
            each_cents=each or before.each_cents,
            count=before.count or said.count,
            frequency=said.frequency or before.frequency,
            start_date=first.on or said.start_date or before.start_date,
        )
    if said.has_installments:  # "40 a week" to the question how much first
        day_before = before.parts[at].on if at < len(before.parts) else None
        return replace(said, start_date=said.start_date or (first.on if first.share is None else None) or day_before)
    if not before.parts:
        if said.parts or said.pays_nothing_now:
            return replace(said, pays_nothing_now=before.pays_nothing_now or said.pays_nothing_now)
        return before
    parts = list(before.parts)
    parts[at] = _correct_part(parts[at], first)
    return replace(before, parts=tuple(parts), pays_nothing_now=False)


def _apply_remainder(before: RequestedPlan, said: RequestedPlan, left: int) -> RequestedPlan:
    """How the rest is paid: shares are of the remainder, and a day alone means all of it."""
    if not (said.has_installments or said.parts or said.start_date):
        return before
    parts = list(said.parts)
    if len(parts) == 1 and parts[0].share is None:
        parts = [replace(parts[0], share="rest")]
    many = len(parts)
    for at, part in enumerate(parts):
        if isinstance(part.share, str) and part.share.startswith("1/"):
            last = at == many - 1 and part.share == f"1/{many}"
            parts[at] = replace(part, share="rest" if last else resolve_share(part.share, left, left))
    return replace(
        before,
        parts=(*before.parts, *parts),
        count=said.count,
        each_cents=said.each_cents,
        frequency=said.frequency,
        start_date=said.start_date,
    )


def _correct_part(old: RequestedPart, new: RequestedPart) -> RequestedPart:
    return RequestedPart(old.share if new.share is None else new.share, new.on or old.on)


def apply_correction(
    before: RequestedPlan, said: RequestedPlan, owed: int, which: int | None, today: date
) -> RequestedPlan:
    """The plan corrected by a message. `which` is the index of the payment that it names, if any."""
    if is_complete(said) or not (before.parts or before.has_installments):
        return said
    plan = build_plan(before, owed)
    if plan.missing_field and not plan.parts:
        return apply_answer(before, said, plan.missing_field, plan.missing_index, owed)
    if said.each_cents or said.frequency:
        return replace(
            before,
            each_cents=said.each_cents or before.each_cents,
            frequency=said.frequency or before.frequency,
            start_date=said.start_date or before.start_date,
        )
    if not said.parts:
        return before
    new = said.parts[0]
    if before.has_installments and new.share is None and which in (None, 0) and not before.parts:
        return replace(before, start_date=new.on)
    if (
        before.has_installments
        and before.each_cents
        and isinstance(new.share, int)
        and new.on is None
        and which is None
    ):
        return replace(before, each_cents=new.share)
    return _correct_settled(before, plan, new, which, today)


def _correct_settled(
    before: RequestedPlan, plan: Plan, new: RequestedPart, which: int | None, today: date
) -> RequestedPlan:
    """Change one payment of a complete plan; one other payment absorbs the difference."""
    parts = [RequestedPart(part.cents, part.on) for part in plan.parts]
    if not parts:
        return replace(before, parts=(new,))
    at = min(which, len(parts) - 1) if which is not None else _find_corrected_part(parts, new, today)
    parts[at] = _correct_part(parts[at], new)
    if new.share is not None and len(parts) > 1:
        other = len(parts) - 1 if at != len(parts) - 1 else 0
        parts[other] = replace(parts[other], share="rest")
        parts.append(parts.pop(other))
    return RequestedPlan(tuple(parts), is_rest_open=before.is_rest_open, words=before.words)


def _find_corrected_part(parts: Sequence[RequestedPart], new: RequestedPart, today: date) -> int:
    """The payment that a new day or amount replaces: the one of the same day, else the nearest."""
    if new.on is None:
        return 0
    same = [at for at, part in enumerate(parts) if part.on == new.on]
    if same:
        return same[0]
    if new.share is not None:
        return 0
    movable = [at for at, part in enumerate(parts) if part.on != today] or [0]
    return min(movable, key=lambda at: abs((parts[at].on or today) - new.on))  # type: ignore[operator]
