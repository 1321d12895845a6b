"""How many codes may be sent: counted by who asks for them, so that a stranger's use up nobody else's.

Who has the number and the last four can have codes sent without end, by chat, by forged texts and calls. Three kinds of
askers have counts of their own: the phone on file, a browser that was let in before, and all strangers together. Of
these each new talk still gets its first code, while the day's are not used up. `docs/security.md` has the sums.
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
MAX_PER_DAY = 10
"""By one kind of asker at one member in 24 hours."""
INTERVAL_AFTER_LIMIT = timedelta(hours=1)
"""The phone on file gets one more in each such time: texts in its name may be forged, and must not shut it out."""
_DAY = timedelta(days=1)


async def classify_asker(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> str:
    """Which kind of asker this talk is at a member."""
    sender = await known_senders.classify_sender(session, backend, conversation, member, target)
    if not sender.known:
        return STRANGER
    return BROWSER if sender.source.startswith("browser-") else PHONE


async def is_limit_reached(
    session: AsyncSession, member: Member, asker: str, conversation_id: str, at: datetime, *, proof: int | None = None
) -> bool:
    """Whether this kind of asker has had its codes at the member, up to `at`; `proof` is the asking that is judged
    now, and does not count itself."""
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
    """How many codes went to the member since then, of both kinds. One that follows a right one counts against none."""
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
