"""Whether the sign-in on the page around a talk still holds. `identity.load_identity` asks it wherever a level is used,
so that no way of ending a session can forget the talks beside it.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.logins.models import PortalSession
from backend.logins.open_sessions import find_open_member
from backend.logins.service import hash_token

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


async def may_go_on(session: AsyncSession, conversation_id: str, portal_session: str) -> bool:
    """Whether a browser with this cookie (empty for none) may write in the talk and read it. One of a page of ours is
    for that page's session alone, and ends when the member signs out, here or from elsewhere. One whose page was only
    left unused goes on, since somebody at the office may be answering.
    """
    query = select(Conversation.signed_in_by).where(Conversation.id == conversation_id)
    by = await session.scalar(query) or ""
    if not by or by == COOP_PORTAL:
        return True
    if not hmac.compare_digest(by, hash_token(portal_session)):
        return False
    return await session.scalar(select(PortalSession.id).where(PortalSession.token_hash == by)) is not None
