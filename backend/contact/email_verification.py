"""Verifies an email that was just put on file, by a code.

Only then, or after a day in which the old address could object, may password links and user IDs go to it. The code is
no step-up. Functions flush; the caller commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.conversations.service import record_act
from backend.members.code_limits import MAX_PER_WINDOW, SEND_WINDOW
from backend.members.codes import DIGITS, LIFETIME, MAX_TRIES, enqueue_email_check, hashes_match, random_code
from backend.members.identity import Identity
from backend.members.models import AddressCode, Member
from backend.members.service import strip_to_digits

if TYPE_CHECKING:
    from backend.app import Backend


async def send(session: AsyncSession, backend: Backend, conversation_id: str, requester: Identity) -> bool:
    """Mail a code to the email on file that was just changed. False when too many were sent."""
    member = requester.member
    if member is None or not member.email:
        return False
    mine = or_(AddressCode.conversation_id == conversation_id, AddressCode.member_id == member.id)
    recent = AddressCode.sent_at > backend.clock.now() - SEND_WINDOW
    count = await session.scalar(select(func.count()).select_from(AddressCode).where(mine, recent))
    if (count or 0) >= MAX_PER_WINDOW:
        return False
    code, now = random_code(), backend.clock.now()
    row = AddressCode(
        conversation_id=conversation_id,
        member_id=member.id,
        address=member.email,
        code_hash=_hash(backend, conversation_id, member.email, code),
        sent_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    await session.flush()
    await enqueue_email_check(session, backend, member.email, code, f"address-code-{row.id}")
    return True


async def check(session: AsyncSession, backend: Backend, conversation_id: str, code: str) -> str:
    """Returns ok, wrong, expired (also replaced, or the email is no longer on file) or locked. Works once."""
    query = (
        select(AddressCode)
        .where(AddressCode.conversation_id == conversation_id)
        .order_by(AddressCode.id.desc())
        .limit(1)
        .with_for_update()  # so that two simultaneous tries count as two
        .execution_options(populate_existing=True)
    )
    row = await session.scalar(query)
    if row is None or row.used_at is not None or backend.clock.now() >= row.expires_at:
        return "expired"
    member = await session.get_one(Member, row.member_id, populate_existing=True)
    if member.email != row.address:
        return "expired"
    if row.misses >= MAX_TRIES:
        return "locked"
    digits = strip_to_digits(code)
    if len(digits) != DIGITS:
        return "wrong"  # a typo, not a guess
    if not hashes_match(row.code_hash, _hash(backend, conversation_id, row.address, digits)):
        row.misses += 1
        await session.flush()
        return "locked" if row.misses >= MAX_TRIES else "wrong"
    row.used_at = member.email_proven_at = backend.clock.now()
    await session.flush()
    conversation = await session.get_one(Conversation, conversation_id)
    await record_act(session, backend, conversation, "email_proven", conversation.account_id)
    return "ok"


def _hash(backend: Backend, conversation_id: str, address: str, code: str) -> str:
    return backend.settings.keyed_hash("address-code", f"{conversation_id}:{address}:{code}")
