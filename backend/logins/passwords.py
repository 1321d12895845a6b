"""Passwords: argon2id, a minimum length and a blocklist, without composition rules (NIST SP 800-63B)."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MIN_LENGTH, MAX_LENGTH = 10, 128
MIN_UNKNOWN_CHARACTERS = 6
"""Characters that must remain after known names and numbers are removed."""
MIN_DISTINCT_CHARACTERS = 4
# argon2id with 19 MiB, two passes, one lane (OWASP Password Storage); other hashes are replaced at sign-in
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
COMMON = Path(__file__).with_name("common_passwords.txt")
"""The common passwords of ten characters and more, as the Django project keeps them (from Royce Williams's list)."""


def find_password_problem(password: str, known: Iterable[str] = ()) -> str | None:
    """too_short, too_long, common or guessable (made of the `known` names and numbers); None when acceptable."""
    password = _normalize_password(password)
    if len(password) < MIN_LENGTH:
        return "too_short"
    if len(password) > MAX_LENGTH:
        return "too_long"
    folded = password.casefold()
    if folded in _common() or len(set(folded)) < MIN_DISTINCT_CHARACTERS:
        return "common"
    words = {word.casefold() for name in known for word in (name, *re.split(r"[^0-9a-zA-Z]+", name)) if len(word) > 2}
    for word in sorted(words, key=len, reverse=True):
        folded = folded.replace(word, "")
    unknown = re.sub(r"(.)\1+", r"\1", folded)  # "!!!!" after a name adds one character
    return "guessable" if len(unknown) < MIN_UNKNOWN_CHARACTERS else None


async def hash_password(password: str) -> str:
    """The salted hash. Takes some 30 ms: call it while no transaction is open."""
    return await asyncio.to_thread(HASHER.hash, _normalize_password(password))


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password matches. Without a hash it is False, after the same work, so timing reveals no logins."""
    right = await asyncio.to_thread(
        _verify, password_hash or _dummy_hash(), _normalize_password(password)[: MAX_LENGTH + 1]
    )
    return right and bool(password_hash)


def needs_rehash(password_hash: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def _normalize_password(password: str) -> str:
    """NFKC, so that keyboards that type the same character differently match."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="ascii").split("\n"))


@cache
def _dummy_hash() -> str:
    """A hash to verify against where there is no login."""
    return HASHER.hash("nobody signs in with this")
