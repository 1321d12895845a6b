"""Prepaid accounts: money is paid in first, and each day's use is taken from it. Texts are in the current language."""

from __future__ import annotations

from backend.language import tr, tr_count
from backend.money import format_cents
from backend.providers.billing.system import Prepaid


def count_days_left(left_cents: int, daily_cents: int | None) -> int | None:
    """For how many whole days `left_cents` last at that daily use; None where the use is not known."""
    if daily_cents is None or daily_cents <= 0:
        return None
    return max(left_cents, 0) // daily_cents


def format_days(days: int) -> str:
    """`less than a day`, `about 1 day`, `about 5 days`."""
    if days <= 0:
        return tr("less than a day")
    return tr_count("about 1 day", "about {count} days", days)


def describe_left(prepaid: Prepaid) -> str:
    """What is left, and for how long at the recent use where that is known, in a sentence or two."""
    if prepaid.left_cents < 0:
        return tr("Your prepaid balance is {amount} below zero.", amount=format_cents(-prepaid.left_cents))
    amount = format_cents(prepaid.left_cents)
    if prepaid.left_cents == 0:
        return tr("Your prepaid balance is used up: {amount} is left.", amount=amount)
    if prepaid.days_left is None:
        return tr("You have {amount} left on your prepaid account.", amount=amount)
    return tr(
        "You have {amount} left on your prepaid account. At your recent use that lasts {days}.",
        amount=amount,
        days=format_days(prepaid.days_left),
    )
