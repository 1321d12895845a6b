"""Staff sign-in: names and argon2 hashes from STAFF_ACCOUNTS, sessions in the database."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.logins import passwords, sign_in_codes, throttle
from backend.logins.service import hash_token
from backend.logins.sign_in_codes import CodeRequired
from backend.logins.throttle import SignInRefused
from backend.staff.models import StaffSession

if TYPE_CHECKING:
    from backend.app import Backend

SESSION_LIFETIME = timedelta(hours=8)
OWNER = "staff:"


@dataclass(frozen=True)
class StaffSignIn:
    """`token` is for the session cookie, `device` for the long-lived one of a known browser."""

    name: str
    token: str
    device: str


async def sign_in(
    backend: Backend, name: str, password: str, *, source: str, device: str = ""
) -> StaffSignIn | CodeRequired | SignInRefused:
    """Check a name and a password. Takes the same time for an unknown name."""
    name = _known_name(backend, name)
    hashed = backend.settings.staff_accounts.get(name)
    target = throttle.hash_target(backend, f"{OWNER}{name.casefold()}")
    browser = throttle.known_browser_source(backend, OWNER + name, hashed, device) if hashed else None
    sender = browser or source
    async with backend.db.read_session() as session:
        decision = await throttle.check_throttle(session, backend, sender, target, known=browser is not None)
    if decision == "refuse":
        return SignInRefused("throttled")
    right = await passwords.verify_password(hashed, password)
    async with backend.db.transaction() as session:
        if not right:
            throttle.record_miss(session, backend, sender, target)
            await _record(session, backend, "unknown", "office_refused")
        if decision == "code":
            owner = OWNER + name if right else ""
            return await sign_in_codes.send(session, backend, owner, email_of(backend, name))
        if not right:
            return SignInRefused("no_match")
        await throttle.clear_misses(session, target, sender)
        return await _start(session, backend, name)


def _known_name(backend: Backend, name: str) -> str:
    """The account's own spelling: phones begin a name with a capital letter. An exact match comes first."""
    accounts = backend.settings.staff_accounts
    alike = [each for each in accounts if each.casefold() == name.casefold()]
    return alike[0] if name not in accounts and len(alike) == 1 else name


async def confirm(backend: Backend, token: str, code: str) -> StaffSignIn | None:
    """Sign in with the mailed code; None when it is wrong or used up."""
    async with backend.db.transaction() as session:
        owner = await sign_in_codes.check(session, backend, token, code)
        name = (owner or "").removeprefix(OWNER)
        if not owner or not owner.startswith(OWNER) or name not in backend.settings.staff_accounts:
            return None
        return await _start(session, backend, name)


async def find_session_name(backend: Backend, token: str) -> str | None:
    """The name of a valid session, until its lifetime is over or the password changes."""
    if not token:
        return None
    query = select(StaffSession).where(
        StaffSession.token_hash == hash_token(token), StaffSession.started_at > backend.clock.now() - SESSION_LIFETIME
    )
    async with backend.db.read_session() as session:
        row = await session.scalar(query)
    if row is None or row.name not in backend.settings.staff_accounts:
        return None
    return row.name if hmac.compare_digest(row.password_mark, _mark(backend, row.name)) else None


async def sign_out(backend: Backend, token: str, name: str) -> None:
    """End the session on the server, so that a copied cookie is useless."""
    async with backend.db.transaction() as session:
        await session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_token(token)))
        await _record(session, backend, name, "office_signed_out")


def email_of(backend: Backend, name: str) -> str:
    """Where a code for this name goes: STAFF_EMAILS, else the office's own mailbox."""
    return backend.settings.staff_emails.get(name) or backend.coop.email


async def _start(session: AsyncSession, backend: Backend, name: str) -> StaffSignIn:
    now, token = backend.clock.now(), secrets.token_urlsafe(32)
    await session.execute(delete(StaffSession).where(StaffSession.started_at < now - SESSION_LIFETIME))
    session.add(
        StaffSession(token_hash=hash_token(token), name=name, password_mark=_mark(backend, name), started_at=now)
    )
    await _record(session, backend, name, "office_signed_in")
    device = throttle.issue_browser_token(backend, OWNER + name, backend.settings.staff_accounts[name])
    return StaffSignIn(name, token, device)


def _mark(backend: Backend, name: str) -> str:
    return backend.settings.keyed_hash("staff-password", backend.settings.staff_accounts[name])


async def _record(session: AsyncSession, backend: Backend, name: str, act: str) -> None:
    await record(
        session, backend, actor=f"office:{name}"[:80], level=0, channel="office", act=act, account_id=None,
    )  # fmt: skip
