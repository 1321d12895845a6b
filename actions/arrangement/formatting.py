"""A plan in one line, for the member and for the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.formatting import format_day_for_office, format_on_day
from backend.arrangement.rules import PlanPart
from backend.language import format_day, join_words, tr
from backend.money import format_cents

MAX_LISTED_PARTS = 4


def format_plan(parts: Sequence[PlanPart], today: date, left: int = 0) -> str:
    """`$56.20 today and $56.20 on Friday, November 27`; many equal payments by count, first and last.

    `left` is what has no day yet, in cents.
    """
    if len(parts) > MAX_LISTED_PARTS and (equal_parts := _format_equal_parts(parts, today)):
        return equal_parts
    each = [
        tr("{amount} {when}", amount=format_cents(part.cents), when=format_on_day(part.on, today)) for part in parts
    ]
    if left > 0:
        each.append(tr("{amount} on a day not known yet", amount=format_cents(left)))
    return join_words(each)


def _format_equal_parts(parts: Sequence[PlanPart], today: date) -> str:
    """The parts in one sentence; empty if they differ by more than a last payment of another amount."""
    usual = parts[0].cents
    if any(part.cents != usual for part in parts[:-1]) or len({part.on for part in parts}) < len(parts):
        return ""
    values = {
        "count": len(parts) - (parts[-1].cents != usual),
        "amount": format_cents(usual),
        "first": format_day(parts[0].on, today),
        "last": format_day(parts[-1].on, today),
        "next": format_day(parts[1].on, today),
    }
    if parts[-1].cents == usual:
        return tr("{count} payments of {amount}: {first}, then {next}, and so on until {last}", **values)
    return tr(
        "{count} payments of {amount}: {first}, then {next}, and so on, and a last one of {last_amount} on {last}",
        last_amount=format_cents(parts[-1].cents),
        **values,
    )


def format_plan_for_office(parts: Sequence[PlanPart], today: date) -> str:
    """Every payment, in English."""
    return "; ".join(f"{format_cents(part.cents)} on {format_day_for_office(part.on, today)}" for part in parts)
