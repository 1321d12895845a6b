"""Money in words. Inside it is integer cents, always; these texts are for people and are plain GSM-7."""

from __future__ import annotations

from backend.language import tr


def format_cents(cents: int) -> str:
    """`11240` as `$112.40`, `123456789` as `$1,234,567.89`, `-2500` as `-$25.00`."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${dollars:,}.{rest:02d}"


def share_of(cents: int, parts: int, whole: int) -> int:
    """So many `parts` of a `whole`, such as a half or 30 of 100, of an amount, to the cent; half a cent goes up.

    The one rule of rounding: whatever is halved, averaged or taken by percent is taken like this.
    """
    return (2 * cents * parts + whole) // (2 * whole)


def format_balance(due_cents: int) -> str:
    """What an account owes, a negative amount being the member's: `$25.00 credit`."""
    return tr("{amount} credit", amount=format_cents(-due_cents)) if due_cents < 0 else format_cents(due_cents)
