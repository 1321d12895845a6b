"""The job `unanswered-talks`: somebody is told by text when a member waits too long for a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import unseen
from backend.agent_handoff.models import AgentHandoff
from backend.callout.roster import people_on_duty
from backend.conversations.models import Conversation
from backend.language import ENGLISH, tr, tr_count, use_language
from backend.outbox.service import enqueue
from backend.staff.people import list_people

if TYPE_CHECKING:
    from backend.app import Backend

PURPOSE = "waiting-talk"


async def remind_of_unanswered(backend: Backend, _on: date) -> int:
    """Tell who has the talk, else the people on call, else the office's email; once each time that the member waits.

    Only while the office is open, and counted from its opening. Returns for how many talks.
    """
    minutes = backend.coop.unanswered_minutes
    now = backend.clock.now()
    long_ago = now - timedelta(minutes=minutes)
    if not minutes or not backend.coop.is_open(now) or not backend.coop.is_open(long_ago):
        return 0
    told = 0
    async with backend.db.transaction() as session:
        for handoff in await _list_waiting(session, now):
            since = handoff.waiting_since
            if since > long_ago or handoff.summary.get("reminded") == since.isoformat():
                continue
            await _tell(session, backend, handoff, int((now - since).total_seconds() // 60))
            unseen.change_summary(handoff, reminded=since.isoformat())
            told += 1
    return told


async def _list_waiting(session: AsyncSession, now: datetime) -> list[AgentHandoff]:
    awake = or_(AgentHandoff.snoozed_until.is_(None), AgentHandoff.snoozed_until <= now)
    query = select(AgentHandoff).where(AgentHandoff.status == "waiting", awake)
    return list(await session.scalars(query.order_by(AgentHandoff.id).with_for_update(skip_locked=True)))


async def _tell(session: AsyncSession, backend: Backend, handoff: AgentHandoff, minutes: int) -> None:
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    for kind, recipient, language in await _find_recipients(session, backend, handoff):
        with use_language(language):
            body = tr_count(
                "{coop} office: a member has waited 1 minute for an answer ({channel}). {url}",
                "{coop} office: a member has waited {count} minutes for an answer ({channel}). {url}",
                minutes,
                coop=backend.coop.short_name,
                channel={"sms": tr("text"), "web": tr("web chat")}.get(conversation.channel, tr("call")),
                url=f"{backend.settings.public_url}/staff/talks/{conversation.id}",
            )
            subject = tr("A member waits for an answer") if kind == "email" else ""
        await enqueue(
            session, backend, kind=kind, recipient=recipient, body=body, subject=subject, purpose=PURPOSE,
            dedupe_key=f"{PURPOSE}:{handoff.id}:{handoff.waiting_since.isoformat()}:{recipient}",
        )  # fmt: skip


async def _find_recipients(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff
) -> list[tuple[str, str, str]]:
    """(kind of message, phone or email, language)."""
    if handoff.owner:
        people = {person.name: person for person in await list_people(session, backend)}
        owner = people.get(handoff.owner)
        if owner is not None:
            return [("sms", owner.phone, ENGLISH) if owner.phone else ("email", owner.email, ENGLISH)]
    local = backend.clock.now().astimezone(backend.coop.zone).time()
    on_call = people_on_duty(backend.coop.on_call, local)
    found = [("sms", one.phone, one.language) for one in on_call if one.phone]
    return found or [("email", backend.coop.email, ENGLISH)]
