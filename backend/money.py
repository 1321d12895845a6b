"""Formats money for people, in GSM-7 characters. Everywhere in code, money is integer cents."""

from __future__ import annotations

from backend.language import tr


def format_cents(cents: int) -> str:
    """`11240` as `$112.40`, `123456789` as `$1,234,567.89`, `-2500` as `-$25.00`."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${dollars:,}.{rest:02d}"


def share_of(cents: int, parts: int, whole: int) -> int:
    """`parts`/`whole` of an amount (1/2, or 30/100 for a percentage), rounded to the cent, half a cent up.

    Used for all halves, averages and percentages, so that they round alike.
    """
    return (2 * cents * parts + whole) // (2 * whole)


def format_balance(due_cents: int) -> str:
    """`$112.40`, or `$25.00 credit` for a negative balance."""
    return tr("{amount} credit", amount=format_cents(-due_cents)) if due_cents < 0 else format_cents(due_cents)
