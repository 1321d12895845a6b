"""Tells card numbers from other digits: by network, length, check digit and grouping, however they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.luhn import luhn

# how long each network's numbers are, by their first digits
NETWORKS = (
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3[0689]"), (14, 15, 16, 17, 18, 19)),
    (re.compile(r"35"), (16, 17, 18, 19)),
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[0-9]|2[2-7]"), (16,)),
    (re.compile(r"6"), (13, 14, 15, 16, 17, 18, 19)),
)
SHORTEST, LONGEST = 13, 19
IN_FOURS = [4, 4, 4, 4]
LONGER_THAN_ANY_OTHER = 17
"""So many digits in one row are nothing that a member has to tell: any card inside them counts."""
FIRST_DIGITS = "23456"


def card_from(digits: Sequence[str], first: int, other: Sequence[bool]) -> int | None:
    """The last group of the longest card number that begins with the group `first` of a run.

    `other` says of each group whether it belongs to a member number, phone, amount or date: only numbers in fours are
    so plain that they count all the same.
    """
    if _is_row(digits[first]):
        return first
    found, joined, sizes, free = None, "", [], True
    for last in range(first, len(digits)):
        joined += digits[last]
        sizes.append(len(digits[last]))
        free = free and not other[last]
        if _in_fours(joined, sizes) or (free and len(joined) <= LONGEST and is_card(joined)):
            found = last
        if len(joined) >= LONGEST:
            break
    return found


def _in_fours(digits: str, sizes: list[int]) -> bool:
    """Sixteen digits in fours, mistyped or not; or with the security code written on to the last four."""
    if sizes == IN_FOURS:
        return True
    return sizes[:3] == IN_FOURS[:3] and len(sizes) == 4 and sizes[3] > 4 and is_card(digits[:16])


def _is_row(digits: str) -> bool:
    """Whether an unbroken row is a card number, a mistyped one, or one with an expiry or code written on to it."""
    size = len(digits)
    if size < SHORTEST:
        return False
    if is_card(digits) or (size in (15, 16) and fits_a_network(digits)):
        return True
    starts = range(size - SHORTEST + 1) if size >= LONGER_THAN_ANY_OTHER else (0,)
    return any(is_card(digits[start : start + length]) for start in starts for length in range(SHORTEST, LONGEST + 1))


def is_card(digits: str) -> bool:
    """Whether a network gives out such numbers, and the check digit is right."""
    return fits_a_network(digits) and luhn(digits)


def fits_a_network(digits: str) -> bool:
    return any(first.match(digits) and len(digits) in sizes for first, sizes in NETWORKS)
