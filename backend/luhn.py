"""Payment card numbers: the networks that issue them, and their check digit."""

from __future__ import annotations

import re

# first digits of each network, and the lengths of its numbers
NETWORKS = (
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3[0689]"), (14, 15, 16, 17, 18, 19)),
    (re.compile(r"35"), (16, 17, 18, 19)),
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[0-9]|2[2-7]"), (16,)),
    (re.compile(r"6"), (13, 14, 15, 16, 17, 18, 19)),
)


def is_luhn_valid(digits: str) -> bool:
    """The Luhn check of ISO/IEC 7812-1: every second digit from the right doubled, digit sums added."""
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_card_number(digits: str) -> bool:
    """Whether a network issues such numbers and the check digit (Luhn) is right."""
    return matches_network(digits) and is_luhn_valid(digits)


def matches_network(digits: str) -> bool:
    return any(first.match(digits) and len(digits) in sizes for first, sizes in NETWORKS)
