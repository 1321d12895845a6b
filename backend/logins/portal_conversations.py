"""The conversation of a signed-in browser: what quotes, consents and the audit trail name as the one who acted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations import statements
from backend.conversations.models import Conversation
from backend.conversations.service import IDLE
from backend.language import current_language
from backend.logins.service import hash_token
from backend.members.levels import Level

if TYPE_CHECKING:
    from backend.app import Backend

PORTAL = "portal"
"""The channel of acts on the account page. Such a conversation has no messages."""
ID_LENGTH = 32


def name_conversation(token: str) -> str:
    """The conversation of the session with this cookie. The cookie cannot be found from it."""
    return f"{PORTAL}-{hash_token(token)[:ID_LENGTH]}"


async def open_conversation(
    session: AsyncSession, backend: Backend, token: str, account: Account, *, source: str
) -> str:
    """The session's conversation about this account, made where it is not there yet; returns its id.

    A password counts as possession, so its level is the highest.
    """
    name, now = name_conversation(token), backend.clock.now()
    await statements.upsert_conversation(
        session, name, now, IDLE, channel=PORTAL, address=None, source=source, attested=False
    )
    values = {
        "level": int(Level.STEPPED_UP),
        "account_id": account.id,
        "member_id": account.member_id,
        "verified_at": now,
        "language": current_language(),
    }
    await session.execute(update(Conversation).where(Conversation.id == name).values(values))
    return name
