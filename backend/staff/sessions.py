"""Sessions of the office: started by a sign-in, seen by their owner, ended by them, by an administrator or by time."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.logins import throttle
from backend.logins.service import hash_token
from backend.staff import accounts, second_steps
from backend.staff.accounts import StaffLogin
from backend.staff.models import StaffSession

if TYPE_CHECKING:
    from backend.app import Backend

SESSION_LIFETIME = timedelta(hours=8)
SEEN_EVERY = timedelta(minutes=1)
OWNER = "staff:"
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class StaffSignIn:
    """`token` is for the session cookie, `device` for the long-lived one of a known browser."""

    name: str
    token: str
    device: str


@dataclass(frozen=True)
class Visitor:
    """The browser that signs in: its IP address and what it calls itself."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class FoundSession:
    """A valid session. `needs_second_step`: the office demands one and this person has none yet."""

    login: StaffLogin
    row: StaffSession
    needs_second_step: bool


@dataclass(frozen=True)
class ShownSession:
    """A session as its owner sees it; times are UTC."""

    id: int
    way: str
    address: str
    browser: str
    started_at: datetime
    seen_at: datetime
    mine: bool


async def start(
    session: AsyncSession, backend: Backend, login: StaffLogin, way: str, visitor: Visitor = Visitor()
) -> StaffSignIn:
    now, token = backend.clock.now(), secrets.token_urlsafe(32)
    await session.execute(delete(StaffSession).where(StaffSession.started_at < now - SESSION_LIFETIME))
    session.add(
        StaffSession(
            token_hash=hash_token(token), name=login.name, password_mark=mark(backend, login), way=way,
            address=visitor.address[:64], browser=describe_browser(visitor.agent), started_at=now, seen_at=now,
        )
    )  # fmt: skip
    device = throttle.issue_browser_token(backend, OWNER + login.name, login.password_mark)
    await accounts.note(session, backend, login.name, "office_signed_in", after={"way": way})
    return StaffSignIn(login.name, token, device)


async def find(backend: Backend, token: str, *, used: bool = True) -> FoundSession | None:
    """The session of this cookie while it is valid: for eight hours, while it is used, while the person may sign in
    with the role they have now, and until the password changes.

    `used`: the person did something; what a page loads by itself does not keep a session.
    """
    if not token:
        return None
    now = backend.clock.now()
    async with backend.db.read_session() as session:
        row = await session.scalar(select(StaffSession).where(StaffSession.token_hash == hash_token(token)))
        if row is None or not is_alive(backend, row, now):
            return None
        login = await accounts.find_login_by_name(session, backend, row.name)
        if login is None or not hmac.compare_digest(row.password_mark, mark(backend, login)):
            return None
        needs = await second_steps.is_missing(session, backend, login.name, row.way)
    if used and now - (row.seen_at or row.started_at) >= SEEN_EVERY:
        async with backend.db.transaction() as session:
            await session.execute(update(StaffSession).where(StaffSession.id == row.id).values(seen_at=now))
    return FoundSession(login, row, needs)


async def list_of(session: AsyncSession, backend: Backend, name: str, token: str = "") -> list[ShownSession]:
    """The open sessions of a person, the last seen first; `mine` is the one of `token`."""
    now, here = backend.clock.now(), hash_token(token)
    rows = await session.scalars(select(StaffSession).where(StaffSession.name == name))
    shown = [
        ShownSession(
            row.id, row.way, row.address, row.browser, row.started_at, row.seen_at or row.started_at,
            row.token_hash == here,
        )
        for row in rows
        if is_alive(backend, row, now)
    ]  # fmt: skip
    return sorted(shown, key=lambda each: each.seen_at, reverse=True)


async def last_seen(session: AsyncSession) -> dict[str, datetime]:
    """When each person with a session was last seen (UTC)."""
    found: dict[str, datetime] = {}
    for row in await session.scalars(select(StaffSession)):
        seen = row.seen_at or row.started_at
        found[row.name] = max(seen, found.get(row.name, seen))
    return found


async def end(session: AsyncSession, backend: Backend, name: str, session_id: int, *, by: str) -> bool:
    """End one session of this person; False when it is gone already."""
    query = delete(StaffSession).where(StaffSession.id == session_id, StaffSession.name == name)
    if (await session.execute(query.returning(StaffSession.id))).first() is None:
        return False
    await accounts.note(session, backend, by, "office_session_ended", after={"name": name})
    return True


async def end_all(
    session: AsyncSession, backend: Backend, name: str, *, by: str, keep: str = "", way: str = ""
) -> bool:
    """End all sessions of this person, or those begun in one `way`, but the one of the cookie `keep`; False when there
    was no other."""
    query = delete(StaffSession).where(StaffSession.name == name, StaffSession.token_hash != hash_token(keep))
    if way:
        query = query.where(StaffSession.way == way)
    if (await session.execute(query.returning(StaffSession.id))).first() is None:
        return False
    await accounts.note(session, backend, by, "office_sessions_ended", after={"name": name})
    return True


async def sign_out(backend: Backend, token: str, name: str) -> None:
    """End the session on the server, so that a copied cookie is useless."""
    async with backend.db.transaction() as session:
        await session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_token(token)))
        await accounts.note(session, backend, name, "office_signed_out")


def is_alive(backend: Backend, row: StaffSession, now: datetime) -> bool:
    idle = timedelta(minutes=backend.settings.staff_idle_minutes)
    return row.started_at > now - SESSION_LIFETIME and (row.seen_at or row.started_at) > now - idle


def mark(backend: Backend, login: StaffLogin) -> str:
    return backend.settings.keyed_hash("staff-password", login.password_mark)


def describe_browser(agent: str) -> str:
    """`Chrome, Windows` of a User-Agent; "" for one that says neither."""
    browser = next((name for sign, name in BROWSERS if re.search(rf"{sign}[a-zA-Z]*/", agent)), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system)))
