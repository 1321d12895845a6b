"""Prepaid accounts: money is paid in first, and each day's use is taken from it."""

from __future__ import annotations


def count_days_left(left_cents: int, daily_cents: int | None) -> int | None:
    """For how many whole days `left_cents` last at that daily use; None where the use is not known."""
    if daily_cents is None or daily_cents <= 0:
        return None
    return max(left_cents, 0) // daily_cents
