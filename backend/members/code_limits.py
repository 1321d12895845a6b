"""Limits on sending codes, counted per kind of asker, so that a stranger cannot use up the member's quota.

Whoever knows number and last four can request codes endlessly by chat, forged texts and calls. Three kinds of askers
are counted apart: the phone on file, a known browser, and all strangers together. Within the daily limit each new
conversation of a stranger still gets its first code. `docs/security.md` has the calculation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.members import known_senders
from backend.members.models import IdentityChallenge, Member, OneTimeCode

if TYPE_CHECKING:
    from backend.app import Backend

PHONE, BROWSER, STRANGER = "phone", "browser", "stranger"
MAX_PER_WINDOW = 3
SEND_WINDOW = timedelta(minutes=15)
MAX_PER_DAY = 10  # per member and kind of asker
INTERVAL_AFTER_LIMIT = timedelta(hours=1)
"""The phone on file still gets one code per interval: texts in its name may be forged, and must not lock it out."""
_DAY = timedelta(days=1)


async def classify_asker(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> str:
    sender = await known_senders.classify_sender(session, backend, conversation, member, target)
    if not sender.known:
        return STRANGER
    return BROWSER if sender.source.startswith("browser-") else PHONE


async def is_limit_reached(
    session: AsyncSession, member: Member, asker: str, conversation_id: str, at: datetime, *, proof: int | None = None
) -> bool:
    """Whether this kind of asker has used up its codes for the member at `at`. `proof` is the id of the
    IdentityChallenge being judged, which does not count itself."""
    mine = (OneTimeCode.asker == asker, and_(IdentityChallenge.asker == asker, IdentityChallenge.id != (proof or 0)))
    if await _sent(session, member, at - _DAY, *mine) >= MAX_PER_DAY:
        return asker != PHONE or await _sent(session, member, at - INTERVAL_AFTER_LIMIT, *mine) > 0
    if asker == PHONE or await _sent(session, member, at - SEND_WINDOW, *mine) < MAX_PER_WINDOW:
        return False
    here = (
        and_(mine[0], OneTimeCode.conversation_id == conversation_id),
        and_(mine[1], IdentityChallenge.conversation_id == conversation_id),
    )
    return await _sent(session, member, at - SEND_WINDOW, *here) > 0


async def _sent(
    session: AsyncSession,
    member: Member,
    since: datetime,
    of_codes: ColumnElement[bool],
    of_proofs: ColumnElement[bool],
) -> int:
    """Codes sent to the member since then, of both kinds; second codes do not count."""
    codes = select(func.count(OneTimeCode.id)).where(
        OneTimeCode.member_id == member.id, OneTimeCode.sent_at > since, OneTimeCode.second.is_(False), of_codes
    )
    proofs = select(func.count(IdentityChallenge.id)).where(
        IdentityChallenge.account_id.in_(select(Account.id).where(Account.member_id == member.id)),
        IdentityChallenge.code_hash != "",
        IdentityChallenge.asked_at > since,
        IdentityChallenge.second.is_(False),
        of_proofs,
    )
    return (await session.scalar(codes) or 0) + (await session.scalar(proofs) or 0)
