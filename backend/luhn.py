"""The check digit of payment card numbers."""

from __future__ import annotations


def is_luhn_valid(digits: str) -> bool:
    """The Luhn check of ISO/IEC 7812-1: every second digit from the right doubled, digit sums added."""
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
