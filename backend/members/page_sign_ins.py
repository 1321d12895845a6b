"""Whether the sign-in on the page around a talk still holds. `identity.load_identity` asks it wherever a level is used,
so that no way of ending a session can forget the talks beside it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.logins.models import PortalSession
from backend.logins.open_sessions import find_open_member

if TYPE_CHECKING:
    from backend.app import Backend

COOP_PORTAL = "coop"
"""`Conversation.signed_in_by` of a talk on the co-op's own portal, of whose sessions nothing is known here."""
COOP_HOLDS = timedelta(hours=1)
"""From the last page of the co-op's portal that said who is signed in: it cannot tell when that one signs out."""


async def holds(session: AsyncSession, backend: Backend, conversation: Conversation) -> bool:
    """Also of a talk that no page vouches for. A talk of a page whose session is not known has ended."""
    by = conversation.signed_in_by
    if not (by or conversation.signed_in):
        return True
    if by == COOP_PORTAL:
        shown = conversation.verified_at
        return shown is not None and backend.clock.now() - shown < COOP_HOLDS
    return conversation.member_id is not None and conversation.member_id == await find_open_member(session, backend, by)


async def is_signed_out(session: AsyncSession, conversation_id: str) -> bool:
    """Whether the talk was of a page of ours whose member has signed out, here or from elsewhere: then nobody may read
    it again. One whose page was only left unused goes on, since somebody at the office may be answering."""
    conversation = await session.get(Conversation, conversation_id)
    by = conversation.signed_in_by if conversation is not None else ""
    if not by or by == COOP_PORTAL:
        return False
    row = select(PortalSession.id).where(PortalSession.token_hash == by)
    return await session.scalar(row) is None
