"""A code to an email that was just put on file: who gives it back has shown that the address is theirs.

Only then, or after a day in which the old address could object, may a link to a password or a user ID go to it. A code
of this kind opens nothing. Functions flush; the caller commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.conversations.models import Conversation
from backend.language import tr
from backend.members.code_limits import MAX_PER_WINDOW, SEND_WINDOW
from backend.members.codes import DIGITS, LIFETIME, MAX_TRIES, hashes_match, random_code
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.models import AddressCode, Member
from backend.members.service import strip_to_digits
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend


async def send(session: AsyncSession, backend: Backend, conversation_id: str, standing: Identity) -> bool:
    """Mail a code to the email on file of a member who has just changed it. False when too many went out lately."""
    member = standing.member
    if (
        member is None
        or not member.email
        or await _count_recent(session, backend, conversation_id, member) >= MAX_PER_WINDOW
    ):
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
    coop = backend.coop.short_name
    await enqueue(
        session,
        backend,
        kind="email",
        recipient=member.email,
        subject=tr("Is this your email? Your {coop} code", coop=coop),
        body=tr(
            "{code} is the code that shows {coop} that this email is yours. Use it within 10 minutes, and only where "
            "you asked for it. If you did not, you need do nothing.",
            code=code,
            coop=coop,
        ),
        purpose="code",
        dedupe_key=f"address-code-{row.id}",
    )
    return True


async def check(session: AsyncSession, backend: Backend, conversation_id: str, code: str) -> str:
    """ok, wrong, expired (or replaced, or the address is no longer on file) or locked. The right one works once."""
    row = await _newest(session, conversation_id)
    if row is None or row.used_at is not None or backend.clock.now() >= row.expires_at:
        return "expired"
    member = await session.get_one(Member, row.member_id, populate_existing=True)
    if member.email != row.address:
        return "expired"
    if row.misses >= MAX_TRIES:
        return "locked"
    digits = strip_to_digits(code)
    if len(digits) != DIGITS:
        return "wrong"  # a slip of the thumb, not a guess
    if not hashes_match(row.code_hash, _hash(backend, conversation_id, row.address, digits)):
        row.misses += 1
        await session.flush()
        return "locked" if row.misses >= MAX_TRIES else "wrong"
    row.used_at = member.email_proven_at = backend.clock.now()
    await session.flush()
    await _record(session, backend, conversation_id)
    return "ok"


async def _record(session: AsyncSession, backend: Backend, conversation_id: str) -> None:
    conversation = await session.get_one(Conversation, conversation_id)
    await record(
        session,
        backend,
        actor=conversation_id,
        level=Level(conversation.level),
        channel=conversation.channel,
        act="email_proven",
        account_id=conversation.account_id,
    )


async def _newest(session: AsyncSession, conversation_id: str) -> AddressCode | None:
    query = (
        select(AddressCode)
        .where(AddressCode.conversation_id == conversation_id)
        .order_by(AddressCode.id.desc())
        .limit(1)
        .with_for_update()  # two tries at once must not share one of the five
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _count_recent(session: AsyncSession, backend: Backend, conversation_id: str, member: Member) -> int:
    mine = or_(AddressCode.conversation_id == conversation_id, AddressCode.member_id == member.id)
    lately = AddressCode.sent_at > backend.clock.now() - SEND_WINDOW
    return await session.scalar(select(func.count()).select_from(AddressCode).where(mine, lately)) or 0


def _hash(backend: Backend, conversation_id: str, address: str, code: str) -> str:
    return backend.settings.keyed_hash("address-code", f"{conversation_id}:{address}:{code}")
