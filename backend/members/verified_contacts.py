"""What a code that came back has proven: the phone or email on file that it had gone to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.members.models import Member, OneTimeCode
from backend.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from backend.app import Backend


async def record_verified_contact(
    session: AsyncSession, backend: Backend, conversation_id: str, member: Member
) -> None:
    """Write down on the member which way on file the newest code of this conversation has proven."""
    newest = (
        select(OneTimeCode.id)
        .where(OneTimeCode.conversation_id == conversation_id, OneTimeCode.member_id == member.id)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    )
    code_id = await session.scalar(newest)
    query = select(OutboxMessage.recipient).where(OutboxMessage.dedupe_key == f"code-{code_id}")
    recipient = await session.scalar(query)
    if recipient == member.phone:
        member.phone_proven_at = backend.clock.now()
    elif recipient == member.email:
        member.email_proven_at = backend.clock.now()
