"""A form that reached us after its session had ended, kept for a short time, so that nobody has to fill it in again.

Only a browser that has signed in before keeps one, and only the same person gets it back. Nothing of it is done by the
sign-in: it is shown filled in, and sent again with the new session's token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from backend.logins import throttle
from backend.logins.service import hash_token
from backend.staff.accounts import list_logins
from backend.staff.models import StaffKeptForm
from backend.staff.sessions import OWNER, StaffSignIn

if TYPE_CHECKING:
    from backend.app import Backend

LIFETIME = timedelta(minutes=30)
LONGEST_FIELD = 600


async def keep_for_browser(backend: Backend, device: str, page: str, fields: Mapping[str, str]) -> bool:
    """Keep the fields of the form on `page` for who signed in on this browser; False for an unknown browser."""
    async with backend.db.read_session() as session:
        logins = await list_logins(session, backend)
    for login in logins:
        if throttle.known_browser_source(backend, OWNER + login.name, login.password_mark, device) is not None:
            await _keep(backend, hash_token(device), login.name, page, fields)
            return True
    return False


async def keep_for_session(backend: Backend, token: str, name: str, page: str, fields: Mapping[str, str]) -> None:
    """Keep them for a session that is valid: its form was made by an earlier one."""
    await _keep(backend, hash_token(token), name, page, fields)


async def hand_over(backend: Backend, device: str, signed_in: StaffSignIn) -> str | None:
    """Give what the browser kept to the new session; returns its page. Another person's is deleted."""
    async with backend.db.transaction() as session:
        kept = await session.scalar(select(StaffKeptForm).where(StaffKeptForm.owner_hash == hash_token(device)))
        if kept is None:
            return None
        if kept.name != signed_in.name or kept.kept_at <= backend.clock.now() - LIFETIME:
            await session.delete(kept)
            return None
        kept.owner_hash = hash_token(signed_in.token)
        return kept.page


async def find_kept(backend: Backend, token: str, page: str) -> dict[str, str]:
    """The fields that the session's person had filled in on `page`; empty for none."""
    query = select(StaffKeptForm.fields).where(
        StaffKeptForm.owner_hash == hash_token(token),
        StaffKeptForm.page == page,
        StaffKeptForm.kept_at > backend.clock.now() - LIFETIME,
    )
    async with backend.db.read_session() as session:
        return dict(await session.scalar(query) or {})


async def forget(backend: Backend, token: str) -> None:
    """A form was sent by this session: what was kept has served."""
    mine = StaffKeptForm.owner_hash == hash_token(token)
    async with backend.db.read_session() as session:
        if await session.scalar(select(StaffKeptForm.id).where(mine)) is None:
            return
    async with backend.db.transaction() as session:
        await session.execute(delete(StaffKeptForm).where(mine))


async def _keep(backend: Backend, owner_hash: str, name: str, page: str, fields: Mapping[str, str]) -> None:
    now = backend.clock.now()
    old = or_(StaffKeptForm.owner_hash == owner_hash, StaffKeptForm.kept_at <= now - LIFETIME)
    kept = {field: value[:LONGEST_FIELD] for field, value in fields.items()}
    async with backend.db.transaction() as session:
        await session.execute(delete(StaffKeptForm).where(old))
        session.add(StaffKeptForm(owner_hash=owner_hash, name=name, page=page[:200], fields=kept, kept_at=now))
