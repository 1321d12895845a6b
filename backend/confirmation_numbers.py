"""Confirmation numbers of payments, enrollments, arrangements and tickets: short, and clear when read out."""

from __future__ import annotations

import re
import secrets
from functools import cache

from sqlalchemy import CompoundSelect, bindparam, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from backend.db import Base

UNIQUE_NUMBER = {"confirmation_number": True}
"""The `info` of a column whose values no other such column may have: one number then never names two things."""

# no 0 O 1 I L, no letters that sound alike over a phone (B D E P T V, F S, M N), no vowels that could make a word
LETTERS = "FHJKMQRWXY"
ALPHABET = LETTERS + "23456789"
LENGTH = 6


def random_number() -> str:
    """A random number such as `K7M-4Q2`; one letter at least, so that it is not taken for a member number, and one
    digit, so that it is not taken for words."""
    while True:
        text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if 0 < sum(letter in LETTERS for letter in text) < LENGTH:
            return f"{text[:3]}-{text[3:]}"


async def new_number(session: AsyncSession) -> str:
    """A number that no column marked UNIQUE_NUMBER holds."""
    while True:
        number = random_number()
        if await session.scalar(_query_for_number(), {"number": number}) is None:
            return number


@cache
def _query_for_number() -> CompoundSelect[tuple[str]]:
    """Finds `number` in any column for such numbers. Built once: it is asked for each payment of a run."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.c if column.info == UNIQUE_NUMBER]
    return union_all(*(select(column).where(column == bindparam("number")) for column in columns))


def normalize_number(said: str) -> str | None:
    """What a member typed or said, as it is stored: `k7m 4q2` is `K7M-4Q2`. None when it cannot be one."""
    plain = re.sub(r"[\s.\-]", "", said).upper()
    if len(plain) != LENGTH or any(letter not in ALPHABET for letter in plain):
        return None
    return f"{plain[:3]}-{plain[3:]}"
