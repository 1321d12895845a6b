"""A code in addition to the password, for unknown browsers while a login is under attack.

A wrong password gets the same page but no code, so the page does not reveal whether the password was right.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import tr
from backend.logins.models import SignInCode
from backend.logins.service import hash_token
from backend.members.code_limits import MAX_PER_WINDOW, SEND_WINDOW
from backend.members.codes import LIFETIME, MAX_TRIES, hashes_match, random_code
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

RETENTION = timedelta(days=1)


@dataclass(frozen=True)
class CodeRequired:
    """A code is required. `token` belongs to the page that asks for it."""

    token: str


async def send(session: AsyncSession, backend: Backend, owner: str, to: tuple[str, str] | None) -> CodeRequired:
    """Send a code to `to`: the outbox kind (`email` or `sms`) and the recipient.

    `owner` is whose sign-in it confirms, such as `login:12` or `staff:ann`; "" when the password was wrong. Without an
    owner or a recipient, or over the limit, nothing is sent, and the page is the same.
    """
    now, token, code = backend.clock.now(), secrets.token_urlsafe(32), random_code()
    await session.execute(delete(SignInCode).where(SignInCode.expires_at < now - RETENTION))
    may_send = bool(owner and to) and await _count_recent(session, backend, owner) < MAX_PER_WINDOW
    row = SignInCode(
        token_hash=hash_token(token),
        owner=owner if may_send else "",
        code_hash=_hash(backend, token, code),
        misses=0,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    await session.flush()
    if may_send and to is not None:
        kind, recipient = to
        await enqueue(
            session, backend, kind=kind, recipient=recipient, purpose="code",
            subject=tr("Your {coop} code", coop=backend.coop.short_name) if kind == "email" else "",
            body=tr(
                "{code} is your code to sign in to {coop}. Use it within 10 minutes, on the page that asks for it. "
                "If you are not signing in now, somebody else knows your password: set a new one.",
                code=code, coop=backend.coop.short_name,
            ),
            dedupe_key=f"sign-in-code-{row.id}",
        )  # fmt: skip
    return CodeRequired(token)


async def check(session: AsyncSession, backend: Backend, token: str, code: str) -> str | None:
    """The owner whose sign-in the code confirms, once; None for a wrong, used or expired code. Five tries."""
    query = select(SignInCode).where(SignInCode.token_hash == hash_token(token))
    row = await session.scalar(query.with_for_update())  # two simultaneous tries count as two
    if row is None or not _is_usable(backend, row):
        return None
    if not hashes_match(row.code_hash, _hash(backend, token, code)) or not row.owner:
        row.misses += 1
        return None
    row.used_at = backend.clock.now()
    return row.owner


async def is_page_valid(backend: Backend, token: str) -> bool:
    """Whether the code of this page may still be tried."""
    async with backend.db.read_session() as session:
        row = await session.scalar(select(SignInCode).where(SignInCode.token_hash == hash_token(token)))
    return row is not None and _is_usable(backend, row)


def _is_usable(backend: Backend, row: SignInCode) -> bool:
    return row.used_at is None and row.misses < MAX_TRIES and backend.clock.now() < row.expires_at


async def _count_recent(session: AsyncSession, backend: Backend, owner: str) -> int:
    since = backend.clock.now() - SEND_WINDOW
    query = select(func.count()).select_from(SignInCode).where(SignInCode.owner == owner, SignInCode.created_at > since)
    return await session.scalar(query) or 0


def _hash(backend: Backend, token: str, code: str) -> str:
    return backend.settings.keyed_hash("sign-in-code", f"{token}:{code}")
