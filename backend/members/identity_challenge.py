"""A code in addition to number and last four, while these are locked or over the limit.

A request takes the same time and gets the same answer whether or not they match an account, as in
`logins/recovery_mail.py`; `process_pending` decides later whether a code is sent, which nobody can observe or time.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.db.pending_rows import process_pending_rows
from backend.language import current_language, use_language
from backend.members import code_limits, codes
from backend.members.code_limits import MAX_PER_WINDOW, SEND_WINDOW
from backend.members.codes import CodeRefused
from backend.members.models import IdentityChallenge
from backend.members.service import reload_account

if TYPE_CHECKING:
    from backend.app import Backend


async def request_challenge(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    target: str,
    account: Account | None,
    *,
    by_email: bool = False,
    second: bool = False,
) -> bool:
    """Request a code; `account` is None where the input matched none. False: too many in this conversation. `second`:
    after a correct code."""
    now = backend.clock.now()
    own = account if account is not None and conversation.is_text_from(account.member.phone) else None
    if not second and await _count_requests(session, conversation, now, own) >= MAX_PER_WINDOW:
        pending = await pending_challenge(session, backend, conversation.id) if own else None
        return pending is not None and own is not None and pending.account_id == own.id
    member = account.member if account is not None else None
    asker = await code_limits.classify_asker(session, backend, conversation, member, target)
    session.add(
        IdentityChallenge(
            conversation_id=conversation.id, target=target, account_id=account.id if account else None,
            by_email=by_email, language=current_language(), asked_at=now, expires_at=now + codes.LIFETIME,
            second=second,
            asker=asker,
        )
    )  # fmt: skip
    await session.flush()
    return True


async def pending_challenge(session: AsyncSession, backend: Backend, conversation_id: str) -> IdentityChallenge | None:
    """The conversation's newest challenge, if it is still open."""
    query = (
        select(IdentityChallenge)
        .where(IdentityChallenge.conversation_id == conversation_id)
        .order_by(IdentityChallenge.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None or row.used_at is not None or backend.clock.now() >= row.expires_at:
        return None
    return row


async def resend_challenge(
    session: AsyncSession, backend: Backend, conversation: Conversation, *, by_email: bool
) -> bool:
    """Another code for the pending challenge. False: none is pending, or too many were sent."""
    row = await pending_challenge(session, backend, conversation.id)
    if row is None:
        return False
    account = await reload_account(session, row.account_id) if row.account_id else None
    return await request_challenge(session, backend, conversation, row.target, account, by_email=by_email)


def is_code_right(backend: Backend, row: IdentityChallenge, code: str) -> bool:
    return row.account_id is not None and codes.hashes_match(row.code_hash, _hash(backend, row, code))


async def process_pending(backend: Backend) -> int:
    """Send requested codes where possible; returns how many requests were processed. Safe in several processes."""
    return await process_pending_rows(backend, IdentityChallenge, IdentityChallenge.done_at, _process_challenge)


async def _process_challenge(session: AsyncSession, backend: Backend, row: IdentityChallenge) -> None:
    account = await reload_account(session, row.account_id) if row.account_id else None
    if account is None:
        return
    # over all conversations, so that somebody who knows the last four cannot flood the phone
    if not row.second and await code_limits.find_wait(session, account.member, row.asker, row.asked_at, proof=row.id):
        return
    with use_language(row.language):
        channel = await codes.choose_channel(session, backend, account.member, row.by_email)
        if isinstance(channel, CodeRefused):
            return
        code = codes.random_code()
        row.code_hash = _hash(backend, row, code)
        await codes.enqueue_code(session, backend, account.member, channel, code, f"proof-{row.id}")


async def _count_requests(session: AsyncSession, conversation: Conversation, now: datetime, own: Account | None) -> int:
    """Requests of this conversation that count against the limit. From the phone on file (`own`) only open ones, so
    that a forger of its texts locks nobody out and learns nothing."""
    counted = [
        IdentityChallenge.conversation_id == conversation.id,
        IdentityChallenge.asked_at > now - SEND_WINDOW,
        IdentityChallenge.second.is_(False),
    ]
    if conversation.channel == "sms":
        counted.append(IdentityChallenge.misses < codes.MAX_TRIES)
    if own is not None:
        counted += [
            IdentityChallenge.account_id == own.id,
            IdentityChallenge.used_at.is_(None),
            IdentityChallenge.expires_at > now,
        ]
    return await session.scalar(select(func.count()).where(*counted)) or 0


def _hash(backend: Backend, row: IdentityChallenge, code: str) -> str:
    return codes.keyed_code_hash(backend, f"proof:{row.id}:{row.account_id}:{code}")
