"""Distinguishes card numbers from other digits, by network, length, check digit and grouping."""

from __future__ import annotations

from collections.abc import Sequence

from backend.luhn import is_card_number, matches_network

MIN_DIGITS, MAX_DIGITS = 13, 19
GROUPS_OF_FOUR = [4, 4, 4, 4]
MIN_SUSPICIOUS_ROW = 17
"""Members need to give nothing with this many digits in one row, so any card inside them counts."""
CARD_FIRST_DIGITS = "23456"


def find_card_end(digits: Sequence[str], first: int, other: Sequence[bool]) -> int | None:
    """The index of the last group of the longest card number that begins with group `first`; None if there is none.

    `other` says of each group whether it belongs to a member number, phone, amount or date; only digits in fours are
    so clearly a card that they count all the same.
    """
    if _is_card_row(digits[first]):
        return first
    found, joined, sizes, free = None, "", [], True
    for last in range(first, len(digits)):
        joined += digits[last]
        sizes.append(len(digits[last]))
        free = free and not other[last]
        if _is_card_in_fours(joined, sizes) or (free and len(joined) <= MAX_DIGITS and is_card_number(joined)):
            found = last
        if len(joined) >= MAX_DIGITS:
            break
    return found


def _is_card_in_fours(digits: str, sizes: list[int]) -> bool:
    """Sixteen digits in fours, mistyped or not, or with the security code appended to the last four."""
    if sizes == GROUPS_OF_FOUR:
        return True
    return sizes[:3] == GROUPS_OF_FOUR[:3] and len(sizes) == 4 and sizes[3] > 4 and is_card_number(digits[:16])


def _is_card_row(digits: str) -> bool:
    """Whether an unbroken row is a card number, a mistyped one, or one with an expiry or code appended."""
    size = len(digits)
    if size < MIN_DIGITS:
        return False
    if is_card_number(digits) or (size in (15, 16) and matches_network(digits)):
        return True
    starts = range(size - MIN_DIGITS + 1) if size >= MIN_SUSPICIOUS_ROW else (0,)
    return any(
        is_card_number(digits[start : start + length])
        for start in starts
        for length in range(MIN_DIGITS, MAX_DIGITS + 1)
    )
