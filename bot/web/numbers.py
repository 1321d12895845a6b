"""Numbers of rows that come from outside: in an address or a field of a form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sanic.exceptions import NotFound

MAX_ID = 2**31 - 1
"""The largest number that a row of ours can have; the database refuses to be asked for a larger one."""
DIGITS = re.compile(r"\d{1,10}", re.ASCII)


def parse_id(text: str) -> int | None:
    """The number in a field; None for anything that cannot be the number of a row, however long."""
    number = int(text) if DIGITS.fullmatch(text) else None
    return number if number is not None and number <= MAX_ID else None


def refuse_large_ids(values: Iterable[object]) -> None:
    """Raise NotFound where an address has a number that no row can have. `values` are those of its path."""
    if any(isinstance(value, int) and abs(value) > MAX_ID for value in values):
        raise NotFound()
