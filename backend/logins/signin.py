"""Portal sign-in and sessions.

The assistant's locks do not apply. Misses of strangers do not lock a member out (`throttle`): known browsers are
counted apart, the right password from a new browser is confirmed by a code, and a new password resets the counts.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.logins import open_sessions, passwords, service, sign_in_codes, throttle
from backend.logins.models import Login, PortalSession
from backend.logins.sign_in_codes import CodeRequired
from backend.logins.throttle import SignInRefused
from backend.members import codes
from backend.members.levels import Level
from backend.members.models import Member

if TYPE_CHECKING:
    from backend.app import Backend

SEEN_INTERVAL = timedelta(minutes=1)
OWNER = "login:"


@dataclass(frozen=True)
class PortalSignIn:
    """`token` is for the session cookie, `device` for the long-lived one of a known browser."""

    token: str
    device: str


async def sign_in(
    backend: Backend, typed: str, password: str, *, source: str, device: str = "", browser: str = ""
) -> PortalSignIn | CodeRequired | SignInRefused:
    """Check a user ID or full number and a password. Takes the same time whether or not the login exists."""
    async with backend.db.read_session() as session:
        member, login = await service.find(session, typed)
        own_browser = device_source(backend, login, device)
        sender = own_browser or source
        target = _target(backend, typed, login)
        known = own_browser is not None
        decision = await throttle.check_throttle(session, backend, sender, target, known=known, over_here="code")
    if decision == "refuse":
        return SignInRefused("throttled")
    right = await passwords.verify_password(login.password_hash if login else None, password)
    new_hash = (
        await passwords.hash_password(password)
        if login and right and passwords.needs_rehash(login.password_hash)
        else None
    )
    async with backend.db.transaction() as session:
        row = await session.get_one(Login, login.id) if login and right else None
        if row is not None and login is not None and row.password_hash != login.password_hash:
            row = None  # the password was changed meanwhile
        if row is None:
            throttle.record_miss(session, backend, sender, target)
        if decision == "code":
            to = await _find_code_way(session, backend, member) if member else None
            return await sign_in_codes.send(session, backend, _owner(row) if row else "", to)
        if row is None:
            return SignInRefused("no_match")
        if new_hash:
            row.password_hash = new_hash
        await throttle.clear_misses(session, target, sender)
        return await _complete_sign_in(session, backend, row, browser)


async def _find_code_way(session: AsyncSession, backend: Backend, member: Member) -> tuple[str, str] | None:
    """The email on file, else the phone, as (outbox kind, recipient); None where neither takes a code.

    What is new on file proves nothing yet: the attacker may have put it there.
    """
    if member.can_receive_login_mail(backend.clock.now()):
        return "email", member.email or ""
    way = await codes.choose_channel(session, backend, member, by_email=False)
    return codes.address_of(way, member) if isinstance(way, codes.CodeSent) else None


async def confirm(backend: Backend, token: str, code: str, *, browser: str = "") -> PortalSignIn | None:
    """Sign in with the code that was sent; None when it is wrong or used up."""
    async with backend.db.transaction() as session:
        owner = await sign_in_codes.check(session, backend, token, code)
        if not owner or not owner.startswith(OWNER):
            return None
        login = await session.get_one(Login, int(owner.removeprefix(OWNER)))
        return await _complete_sign_in(session, backend, login, browser)


async def _complete_sign_in(session: AsyncSession, backend: Backend, login: Login, browser: str) -> PortalSignIn:
    token = await start(session, backend, login, browser=browser)
    await _record(session, backend, login, "signed_in")
    return PortalSignIn(token, throttle.issue_browser_token(backend, _owner(login), login.password_hash))


async def start(session: AsyncSession, backend: Backend, login: Login, *, browser: str = "") -> str:
    """Start a session; returns the cookie's token. `browser` is what the member is shown of it."""
    now, token = backend.clock.now(), secrets.token_urlsafe(32)
    await session.execute(delete(PortalSession).where(PortalSession.seen_at < now - open_sessions.MAX_SESSION))
    row = PortalSession(
        token_hash=service.hash_token(token), login_id=login.id, started_at=now, seen_at=now, browser=browser[:80]
    )
    session.add(row)
    await session.flush()
    return token


async def find_session(backend: Backend, token: str) -> tuple[Login, Member] | None:
    """The session's login and member, while it is open."""
    if not token:
        return None
    now = backend.clock.now()
    query = (
        select(PortalSession, Login, Member)
        .join(Login, Login.id == PortalSession.login_id)
        .join(Member, Member.id == Login.member_id)
        .where(PortalSession.token_hash == service.hash_token(token), open_sessions.is_open(now))
    )
    async with backend.db.read_session() as session:
        found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    if now - found[0].seen_at >= SEEN_INTERVAL:
        async with backend.db.transaction() as session:
            row = await session.get(PortalSession, found[0].id)
            if row is not None:
                row.seen_at = now
    return found[1], found[2]


async def list_sessions(session: AsyncSession, backend: Backend, login: Login) -> list[PortalSession]:
    """The login's sessions that are still open, the one used last first."""
    still_open = open_sessions.is_open(backend.clock.now())
    query = select(PortalSession).where(PortalSession.login_id == login.id, still_open)
    return list(await session.scalars(query.order_by(PortalSession.seen_at.desc(), PortalSession.id.desc())))


async def end_sessions(
    session: AsyncSession, backend: Backend, login: Login, *, token: str, only: int | None = None
) -> int:
    """End the login's session with the id `only`, or all but that of `token`, which is the member's own cookie; returns
    how many there were."""
    query = delete(PortalSession).where(PortalSession.login_id == login.id)
    if only is None:
        query = query.where(PortalSession.token_hash != service.hash_token(token))
    else:
        query = query.where(PortalSession.id == only)
    ended = len((await session.execute(query.returning(PortalSession.id))).all())
    if ended:
        await _record(session, backend, login, "sessions_ended")
    return ended


async def sign_out(backend: Backend, token: str) -> None:
    async with backend.db.transaction() as session:
        await session.execute(delete(PortalSession).where(PortalSession.token_hash == service.hash_token(token)))


async def clear_misses(session: AsyncSession, backend: Backend, login: Login) -> int:
    """Forget misses of strangers, for a member who was verified by email or by the office; returns how many."""
    return await throttle.clear_misses(session, _target(backend, "", login))


async def is_slowed(session: AsyncSession, backend: Backend, login: Login) -> bool:
    """Whether wrong passwords hold up signing in to this login now."""
    return await throttle.is_under_attack(session, backend, _target(backend, "", login))


def _target(backend: Backend, typed: str, login: Login | None) -> str:
    """One target per login, by whatever name it is tried, or per unknown name."""
    return throttle.hash_target(backend, _owner(login) if login else f"typed:{service.fold_user_id(typed)}")


def device_source(backend: Backend, login: Login | None, device: str) -> str | None:
    """The sender key of a browser that has signed in to this login since its password was set."""
    return throttle.known_browser_source(backend, _owner(login), login.password_hash, device) if login else None


def _owner(login: Login) -> str:
    return f"{OWNER}{login.id}"


async def _record(session: AsyncSession, backend: Backend, login: Login, act: str) -> None:
    await record(
        session, backend, actor=f"login-{login.id}", level=Level.STEPPED_UP, channel="portal", act=act, account_id=None,
    )  # fmt: skip
