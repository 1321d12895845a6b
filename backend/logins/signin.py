"""Signing in to the portal: who may try, who is in, and for how long.

The assistant's locks are not asked here: whoever is shut out there still gets in with a password. Misses are counted
for a sender, for a sender at one login, and for one login from everywhere. The last would let a stranger keep a member
out, so a browser that has signed in before (`device`) has a count of its own, and a new password begins all anew.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.logins import passwords, service
from backend.logins.models import Login, LoginMiss, PortalSession
from backend.members.levels import Level
from backend.members.models import Member

if TYPE_CHECKING:
    from backend.app import Backend

WINDOW = timedelta(minutes=15)
FROM_SOURCE = 25
FROM_SOURCE_AT_ONE = 6
AT_ONE = 40
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """`token` is for the session's cookie, `device` for one that the browser keeps for longer."""

    token: str
    device: str


@dataclass(frozen=True)
class Refused:
    """`reason`: no_match, whichever part was wrong; or throttled, whether or not there is such a login."""

    reason: str


async def sign_in(backend: Backend, typed: str, password: str, *, source: str, device: str = "") -> SignedIn | Refused:
    """Judge a user ID or full number and a password. Takes as long whether or not there is such a login."""
    async with backend.db.reading() as session:
        _member, login = await service.find(session, typed)
        sender = _device_source(backend, login, device) or source
        target = _target(backend, typed, login)
        if await _throttled(session, backend, sender, target, known=sender != source):
            return Refused("throttled")
    right = await passwords.fits(login.password_hash if login else None, password)
    again = await passwords.hashed(password) if login and right and passwords.is_outdated(login.password_hash) else None
    async with backend.db.transaction() as session:
        if login is None or not right:
            session.add(LoginMiss(at=backend.clock.now(), source=sender, target=target))
            return Refused("no_match")
        row = await session.get_one(Login, login.id)
        if row.password_hash != login.password_hash:
            return Refused("no_match")  # set anew while we were looking
        if again:
            row.password_hash = again
        await session.execute(delete(LoginMiss).where(LoginMiss.source == sender, LoginMiss.target == target))
        token = await start(session, backend, row)
        await _record(session, backend, row, "signed_in")
    return SignedIn(token, _device(backend, row))


async def start(session: AsyncSession, backend: Backend, login: Login) -> str:
    """Begin a session; the token for its cookie."""
    now, token = backend.clock.now(), secrets.token_urlsafe(32)
    await session.execute(delete(PortalSession).where(PortalSession.seen_at < now - LONGEST))
    session.add(PortalSession(token_hash=service.token_hash(token), login_id=login.id, started_at=now, seen_at=now))
    await session.flush()
    return token


async def signed_in(backend: Backend, token: str) -> tuple[Login, Member] | None:
    """Whose session this is, while it lasts: half an hour of silence or half a day ends it."""
    if not token:
        return None
    now = backend.clock.now()
    query = (
        select(PortalSession, Login, Member)
        .join(Login, Login.id == PortalSession.login_id)
        .join(Member, Member.id == Login.member_id)
        .where(
            PortalSession.token_hash == service.token_hash(token),
            PortalSession.seen_at > now - IDLE,
            PortalSession.started_at > now - LONGEST,
        )
    )
    async with backend.db.reading() as session:
        found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    if now - found[0].seen_at >= SEEN_EVERY:
        async with backend.db.transaction() as session:
            row = await session.get(PortalSession, found[0].id)
            if row is not None:
                row.seen_at = now
    return found[1], found[2]


async def sign_out(backend: Backend, token: str) -> None:
    async with backend.db.transaction() as session:
        await session.execute(delete(PortalSession).where(PortalSession.token_hash == service.token_hash(token)))


async def forget_misses(session: AsyncSession, backend: Backend, login: Login) -> None:
    """A member who has come by the mail on file is no longer held back by what strangers tried."""
    await session.execute(delete(LoginMiss).where(LoginMiss.target == _target(backend, "", login)))


async def _throttled(session: AsyncSession, backend: Backend, sender: str, target: str, *, known: bool) -> bool:
    since = backend.clock.now() - WINDOW
    mine = func.count(case((LoginMiss.source == sender, 1)))
    at_one = func.count(case((LoginMiss.target == target, 1)))
    both = func.count(case(((LoginMiss.source == sender) & (LoginMiss.target == target), 1)))
    query = select(mine, at_one, both).where(
        LoginMiss.at > since, (LoginMiss.source == sender) | (LoginMiss.target == target)
    )
    from_sender, at_target, here = (await session.execute(query)).one()
    if here >= FROM_SOURCE_AT_ONE or from_sender >= FROM_SOURCE:
        return True
    return bool(at_target >= AT_ONE and not known)


def _target(backend: Backend, typed: str, login: Login | None) -> str:
    """One target for a login, by whatever name it is tried; and one for each name that is nobody's."""
    name = f"login:{login.id}" if login else f"typed:{service.user_key(typed)}"
    return _keyed(backend, name)


def _device(backend: Backend, login: Login) -> str:
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_device_proof(backend, login, nonce)}"


def _device_source(backend: Backend, login: Login | None, device: str) -> str | None:
    """The sender that a browser is which has signed in to this login since its password was set."""
    nonce, _, proof = device.partition(".")
    if login is None or not proof.isascii() or not hmac.compare_digest(proof, _device_proof(backend, login, nonce)):
        return None
    return f"device-{_keyed(backend, nonce)[:32]}"


def _device_proof(backend: Backend, login: Login, nonce: str) -> str:
    return _keyed(backend, f"device:{login.id}:{login.password_hash}:{nonce}")


def _keyed(backend: Backend, text: str) -> str:
    return hmac.new(backend.settings.derived_key("sign-in").encode(), text.encode(), hashlib.sha256).hexdigest()


async def _record(session: AsyncSession, backend: Backend, login: Login, act: str) -> None:
    await record(
        session, backend, actor=f"login-{login.id}", level=Level.STEPPED_UP, channel="portal", act=act, account_id=None,
    )  # fmt: skip
