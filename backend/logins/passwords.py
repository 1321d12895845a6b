"""Passwords: argon2id, a length and a blocklist, and no rules about which characters."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 10, 128
ENOUGH_OF_ONES_OWN = 6
"""Characters that must be left when the names anybody knows are taken out."""
FEWEST_DIFFERENT = 4
# argon2id at 19 MiB, two passes, one lane (OWASP); a login hashed with others is hashed anew when its owner signs in
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
COMMON = Path(__file__).with_name("common_passwords.txt")
"""The common passwords of ten characters and more, as the Django project keeps them (from Royce Williams's list)."""


def problem(password: str, known: Iterable[str] = ()) -> str | None:
    """too_short, too_long, common or guessable (made of the `known` names and numbers); None when it will do."""
    password = _plain(password)
    if len(password) < SHORTEST:
        return "too_short"
    if len(password) > LONGEST:
        return "too_long"
    folded = password.casefold()
    if folded in _common() or len(set(folded)) < FEWEST_DIFFERENT:
        return "common"
    return "guessable" if len(_without(folded, known)) < ENOUGH_OF_ONES_OWN else None


async def hashed(password: str) -> str:
    """Its hash, with a salt of its own. Takes some 30 ms: call it while no transaction is open."""
    return await asyncio.to_thread(HASHER.hash, _plain(password))


async def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Without a hash the same work is done, and the answer is no."""
    right = await asyncio.to_thread(_verify, password_hash or _nobodys(), _plain(password)[: LONGEST + 1])
    return right and bool(password_hash)


def is_outdated(password_hash: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def _plain(password: str) -> str:
    """One form for what looks the same, whichever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def _without(folded: str, known: Iterable[str]) -> str:
    words = {word.casefold() for name in known for word in (name, *re.split(r"[^0-9a-zA-Z]+", name)) if len(word) > 2}
    for word in sorted(words, key=len, reverse=True):
        folded = folded.replace(word, "")
    return re.sub(r"(.)\1+", r"\1", folded)  # "!!!!" behind a name is one character of one's own


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="ascii").split("\n"))


@cache
def _nobodys() -> str:
    """The hash of no password that anybody has."""
    return HASHER.hash("nobody signs in with this")
