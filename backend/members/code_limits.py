"""Limits on sending codes, counted per kind of asker, so that a stranger cannot use up the member's quota.

Whoever knows number and last four can request codes endlessly by chat, forged texts and calls. Three kinds of askers
are counted apart: the phone on file, a known browser, and all strangers together, over all channels and conversations.
`docs/security.md` has the calculation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.members import known_senders
from backend.members.models import IdentityChallenge, Member, OneTimeCode

if TYPE_CHECKING:
    from backend.app import Backend

PHONE, BROWSER, STRANGER = "phone", "browser", "stranger"
MAX_PER_WINDOW = 3  # in one conversation
SEND_WINDOW = timedelta(minutes=15)
MAX_PER_HOUR = 3  # per member and kind of asker; but for the phone on file
MAX_PER_DAY = 10  # per member and kind of asker
INTERVAL_AFTER_LIMIT = timedelta(hours=1)
"""The phone on file still gets one code per interval: texts in its name may be forged, and must not lock it out."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


async def classify_asker(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> str:
    sender = await known_senders.classify_sender(session, backend, conversation, member, target)
    if not sender.known:
        return STRANGER
    return BROWSER if sender.source.startswith("browser-") else PHONE


async def find_wait(
    session: AsyncSession, member: Member, asker: str, at: datetime, *, proof: int | None = None
) -> datetime | None:
    """When this kind of asker can have its next code for the member, if it has used them up at `at`; else None.
    `proof` is the id of the IdentityChallenge being judged, which does not count itself."""
    sent = await _list_sent(session, member, asker, at - _DAY, proof or 0)
    if asker == PHONE:
        waits = len(sent) >= MAX_PER_DAY and sent[0] > at - INTERVAL_AFTER_LIMIT
        return sent[0] + INTERVAL_AFTER_LIMIT if waits else None
    if len(sent) >= MAX_PER_DAY:
        return sent[MAX_PER_DAY - 1] + _DAY
    if len(sent) >= MAX_PER_HOUR and sent[MAX_PER_HOUR - 1] > at - _HOUR:
        return sent[MAX_PER_HOUR - 1] + _HOUR
    return None


async def _list_sent(session: AsyncSession, member: Member, asker: str, since: datetime, proof: int) -> list[datetime]:
    """When codes of both kinds were sent to the member since then, the newest first; second codes do not count."""
    codes = select(OneTimeCode.sent_at).where(
        OneTimeCode.member_id == member.id, OneTimeCode.sent_at > since, OneTimeCode.second.is_(False),
        OneTimeCode.asker == asker,
    )  # fmt: skip
    proofs = select(IdentityChallenge.asked_at).where(
        IdentityChallenge.account_id.in_(select(Account.id).where(Account.member_id == member.id)),
        IdentityChallenge.code_hash != "",
        IdentityChallenge.asked_at > since,
        IdentityChallenge.second.is_(False),
        IdentityChallenge.asker == asker,
        IdentityChallenge.id != proof,
    )
    return sorted([*await session.scalars(codes), *await session.scalars(proofs)], reverse=True)
