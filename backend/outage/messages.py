"""The messages about an outage: by which ways they go, from when to when, and each once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import mark, tr, use_language
from backend.members.models import Member
from backend.outage.models import KnownOutage, OutageAnnouncement
from backend.outage.texts import NEWS, OUT, RESTORED, format_notice
from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import Priority
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

NOT_TOLD = ("expired", "refused", "failed", "undelivered")
"""A message with one of these statuses reached nobody."""
OUT_LIFETIME = timedelta(hours=6)
"""A text that the power is out which waited longer for its turn is not sent."""
PURPOSES = {OUT: "outage-notice", RESTORED: "outage-restored"} | dict.fromkeys(NEWS, "outage-notice")
SUBJECTS = {
    OUT: mark("Power outage"),
    RESTORED: mark("The power is back"),
} | dict.fromkeys(NEWS, mark("News of the power outage"))
AT_NIGHT = "outage_night"
"""The alert of who wishes to be told in the quiet hours too."""
KINDS = {"text": "sms", "email": "email", "call": "call"}


def night_ends(backend: Backend, outage: KnownOutage) -> datetime | None:
    """The end of the quiet hours that it is now; None by day, and for a danger, which is told at any time."""
    now = backend.clock.now()
    morning = backend.coop.after_quiet_hours(now)
    return morning if morning > now and not outage.is_dangerous else None


async def send(
    session: AsyncSession,
    backend: Backend,
    outage: KnownOutage,
    announcement: OutageAnnouncement,
    member: Member,
    way: str,
) -> OutboxMessage | None:
    """Queue the message; several accounts of one phone or email share it. None for a member without an email."""
    recipient = member.email if way == "email" else member.phone
    if not recipient:
        return None
    with use_language(member.language):
        words = format_notice(backend, outage, announcement.stage, announcement.area, way)
        if way == "email":
            words = tr("Hello,\n\n{words}\n\n{coop}\n", words=words, coop=backend.coop.name)
        return await enqueue(
            session,
            backend,
            kind=KINDS[way],
            recipient=recipient,
            subject=f"{tr(SUBJECTS[announcement.stage])} - {backend.coop.name}" if way == "email" else "",
            body=words,
            purpose=PURPOSES[announcement.stage],
            dedupe_key=message_key(announcement, way, recipient),
            not_after=None if announcement.stage == RESTORED else backend.clock.now() + OUT_LIFETIME,
            priority=Priority.RECEIPT if outage.is_dangerous else None,
        )


def message_key(announcement: OutageAnnouncement, way: str, recipient: str) -> str:
    who = hashlib.sha256(recipient.lower().encode()).hexdigest()[:24]
    return f"outage:{announcement.id}:{way}:{who}"
