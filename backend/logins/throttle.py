"""Misses at signing in, counted for a sender, for a sender at one name, and for one name from everywhere.

The last count lets strangers press a name. It never keeps its owner out: a browser that has signed in before has a
count of its own (`known_browser`), and a right password from a new one is confirmed by a code (`sign_in_codes`).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.logins.models import LoginMiss

if TYPE_CHECKING:
    from backend.app import Backend

WINDOW = timedelta(minutes=15)
FROM_SOURCE = 25
FROM_SOURCE_AT_ONE = 6
AT_ONE = 40

Answer = Literal["go on", "code", "refuse"]


@dataclass(frozen=True)
class Refused:
    """`reason`: no_match, whichever part was wrong; or throttled, whether or not there is such a name."""

    reason: str


async def ask(session: AsyncSession, backend: Backend, sender: str, target: str, *, known: bool) -> Answer:
    """Whether this sender may try this name now. `known`: it is a browser that has signed in to it before.

    `code`: strangers press the name, so that a right password alone is not enough.
    """
    since = backend.clock.now() - WINDOW
    mine = func.count(case((LoginMiss.source == sender, 1)))
    at_one = func.count(case((LoginMiss.target == target, 1)))
    both = func.count(case(((LoginMiss.source == sender) & (LoginMiss.target == target), 1)))
    query = select(mine, at_one, both).where(
        LoginMiss.at > since, (LoginMiss.source == sender) | (LoginMiss.target == target)
    )
    from_sender, at_target, here = (await session.execute(query)).one()
    if here >= FROM_SOURCE_AT_ONE or from_sender >= FROM_SOURCE:
        return "refuse"
    return "code" if at_target >= AT_ONE and not known else "go on"


def miss(session: AsyncSession, backend: Backend, sender: str, target: str) -> None:
    """Count one."""
    session.add(LoginMiss(at=backend.clock.now(), source=sender, target=target))


async def forgive(session: AsyncSession, target: str, sender: str | None = None) -> None:
    """Forget the misses at a name: those of one sender, which knew the password after all, or all of them."""
    query = delete(LoginMiss).where(LoginMiss.target == target)
    await session.execute(query if sender is None else query.where(LoginMiss.source == sender))


def target_of(backend: Backend, name: str) -> str:
    """A keyed hash of whatever is tried, real or not: no name is kept that somebody typed."""
    return _keyed(backend, name)


def know_browser(backend: Backend, owner: str, password_hash: str) -> str:
    """What a browser keeps to be known again at this owner's name, until the password is set anew."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_browser_proof(backend, owner, password_hash, nonce)}"


def known_browser(backend: Backend, owner: str, password_hash: str, kept: str) -> str | None:
    """The sender that a browser is which has signed in at this owner's name; None for any other."""
    nonce, _, proof = kept.partition(".")
    right = _browser_proof(backend, owner, password_hash, nonce)
    if not proof.isascii() or not hmac.compare_digest(proof, right):
        return None
    return f"device-{_keyed(backend, nonce)[:32]}"


def _browser_proof(backend: Backend, owner: str, password_hash: str, nonce: str) -> str:
    return _keyed(backend, f"device:{owner}:{password_hash}:{nonce}")


def _keyed(backend: Backend, text: str) -> str:
    return backend.settings.keyed_hash("sign-in", text)
