"""Counts failed sign-ins per sender, per sender and name, and per name from everywhere.

The last count must not let strangers lock out the owner: known browsers are counted apart (`known_browser_source`), and
the right password from a new browser is confirmed by a code (`sign_in_codes`).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.logins.models import LoginMiss

if TYPE_CHECKING:
    from backend.app import Backend

WINDOW = timedelta(minutes=15)
MAX_PER_SOURCE = 25
MAX_PER_SOURCE_AND_TARGET = 6
MAX_PER_TARGET = 40

ThrottleDecision = Literal["go on", "code", "refuse"]


@dataclass(frozen=True)
class SignInRefused:
    """`reason`: no_match (either part wrong) or throttled (whether or not the name exists); then `until` (UTC) where it
    is known."""

    reason: str
    until: datetime | None = None


async def check_throttle(
    session: AsyncSession,
    backend: Backend,
    sender: str,
    target: str,
    *,
    known: bool,
    over_here: ThrottleDecision = "refuse",
) -> ThrottleDecision:
    """Whether this sender may try this name. `known`: a browser that has signed in to it before.

    Returns `code` when the name is under attack, so that the right password alone is not enough. `over_here` is what an
    unknown browser gets once its address has missed too often at this name: with `code` whoever else lives behind the
    address is not shut out, and nobody learns whether a password was right. A known browser is refused for its own
    misses.
    """
    since = backend.clock.now() - WINDOW
    mine = func.count(case((LoginMiss.source == sender, 1)))
    at_one = func.count(case((LoginMiss.target == target, 1)))
    both = func.count(case(((LoginMiss.source == sender) & (LoginMiss.target == target), 1)))
    query = select(mine, at_one, both).where(
        LoginMiss.at > since, (LoginMiss.source == sender) | (LoginMiss.target == target)
    )
    from_sender, at_target, here = (await session.execute(query)).one()
    if from_sender >= MAX_PER_SOURCE:
        return "refuse"
    if here >= MAX_PER_SOURCE_AND_TARGET:
        return "refuse" if known else over_here
    return "code" if at_target >= MAX_PER_TARGET and not known else "go on"


async def find_end(session: AsyncSession, backend: Backend, sender: str, target: str) -> datetime:
    """When a sender that is refused now may try this name again (UTC)."""
    now = backend.clock.now()
    query = select(LoginMiss.at, LoginMiss.target).where(LoginMiss.source == sender, LoginMiss.at > now - WINDOW)
    misses = (await session.execute(query.order_by(LoginMiss.at.desc()))).all()
    here = [at for at, tried in misses if tried == target]
    limits = (([at for at, _ in misses], MAX_PER_SOURCE), (here, MAX_PER_SOURCE_AND_TARGET))
    # it is open again when the last miss that makes the limit full is out of the window
    return max((times[limit - 1] + WINDOW for times, limit in limits if len(times) >= limit), default=now)


def record_miss(session: AsyncSession, backend: Backend, sender: str, target: str) -> None:
    session.add(LoginMiss(at=backend.clock.now(), source=sender, target=target))


async def clear_misses(session: AsyncSession, target: str, sender: str | None = None) -> int:
    """Forget the misses for a name: those of one sender, who knew the password after all, or all. Returns how many."""
    query = delete(LoginMiss).where(LoginMiss.target == target)
    query = query if sender is None else query.where(LoginMiss.source == sender)
    return len((await session.execute(query.returning(LoginMiss.id))).all())


async def is_under_attack(session: AsyncSession, backend: Backend, target: str) -> bool:
    """Whether a sign-in with the right password needs a code now, for all or from one sender."""
    since = backend.clock.now() - WINDOW
    query = select(LoginMiss.source).where(LoginMiss.at > since, LoginMiss.target == target)
    sources = list(await session.scalars(query))
    most = max((sources.count(each) for each in set(sources)), default=0)
    return len(sources) >= MAX_PER_TARGET or most >= MAX_PER_SOURCE_AND_TARGET


def hash_target(backend: Backend, name: str) -> str:
    """A keyed hash of the name tried, so that no typed name is stored."""
    return backend.settings.keyed_hash("sign-in", name)


def issue_browser_token(backend: Backend, owner: str, password_hash: str) -> str:
    """A token by which a browser is known to this owner, until the password changes."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_sign_browser_token(backend, owner, password_hash, nonce)}"


def known_browser_source(backend: Backend, owner: str, password_hash: str, kept: str) -> str | None:
    """The sender key of a browser with a valid token of this owner; None without."""
    nonce, _, proof = kept.partition(".")
    right = _sign_browser_token(backend, owner, password_hash, nonce)
    if not proof.isascii() or not hmac.compare_digest(proof, right):
        return None
    return f"device-{backend.settings.keyed_hash('sign-in', nonce)[:32]}"


def _sign_browser_token(backend: Backend, owner: str, password_hash: str, nonce: str) -> str:
    return backend.settings.keyed_hash("sign-in", f"device:{owner}:{password_hash}:{nonce}")
