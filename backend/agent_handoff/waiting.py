"""What a member who waits for a person is told without having asked: how long it has taken, and what else there is.

Only who still waits in the web chat or by text is told, each thing once in a request. Functions flush; the caller
commits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import service as handover
from backend.agent_handoff import unseen
from backend.agent_handoff.models import AgentHandoff
from backend.conversations.models import Conversation
from backend.coop import format_at_clock
from backend.language import format_day, tr, use_language

if TYPE_CHECKING:
    from backend.app import Backend

TOLD = "told_waiting"
"""Key of a handoff's summary: the notices that its member got."""
WAITING, CLOSED = "waiting", "closed"
STALE_AFTER = timedelta(hours=2)
"""A request that is older when it is found has been waiting for other reasons, such as an app that was down."""


def was_offered_call(handoff: AgentHandoff) -> bool:
    """Whether a notice has offered a call back: it is then arranged whoever has the talk."""
    return bool(handoff.summary.get(TOLD))


async def tell_still_waiting(session: AsyncSession, backend: Backend, handoff: AgentHandoff) -> None:
    """Nobody has come so far, and the office was reminded of it."""
    conversation = await _find_who_waits(session, backend, handoff, WAITING)
    if conversation is None:
        return
    minutes = int((backend.clock.now() - handoff.created_at).total_seconds() // 60)
    with use_language(conversation.language):
        words = tr(
            "You have waited {minutes} minutes for a person. I have reminded our office, and you keep your place: "
            "somebody will write to you here. You can also call {phone}, or send: call me back, and I arrange a call.",
            minutes=minutes,
            phone=backend.coop.office_phone_display,
        )
    await _tell(session, backend, handoff, conversation, WAITING, words)


async def tell_if_closed(session: AsyncSession, backend: Backend, handoff: AgentHandoff) -> None:
    """The office has closed before anybody came. Nothing before it opens, to who has written at night."""
    now, coop = backend.clock.now(), backend.coop
    if coop.is_open(now) or not coop.is_open(handoff.created_at):
        return
    conversation = await _find_who_waits(session, backend, handoff, CLOSED)
    if conversation is None:
        return
    opens = coop.next_open(now)
    with use_language(conversation.language):
        when = f"{format_day(opens.date(), backend.today())} {format_at_clock(opens.time())}" if opens else ""
        words = tr(
            "I am sorry, our office has closed before anybody could answer you. What you wrote is kept for them. They "
            "open {opens}, and their phone is {phone}. Send: call me back, and I arrange a call. I answer again here.",
            opens=when or coop.hours_text,
            phone=coop.office_phone_display,
        )
    await _tell(session, backend, handoff, conversation, CLOSED, words)
    await handover.return_to_assistant(session, backend, conversation.id, keep_place=True)


async def _find_who_waits(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff, notice: str
) -> Conversation | None:
    """The conversation, if its member waits for the first answer and was not told this yet."""
    if handoff.waits_again or notice in handoff.summary.get(TOLD, []):
        return None
    if backend.clock.now() - handoff.created_at > STALE_AFTER + timedelta(minutes=backend.coop.unanswered_minutes):
        return None
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    waits = conversation.channel in ("web", "sms") and conversation.expects == handover.LIVE_AGENT
    return conversation if waits and await handover.can_be_answered(session, conversation) else None


async def _tell(
    session: AsyncSession,
    backend: Backend,
    handoff: AgentHandoff,
    conversation: Conversation,
    notice: str,
    words: str,
) -> None:
    key = f"office-{notice}:{handoff.id}"
    await handover.send_to_member(session, backend, conversation, words, key, waits=notice == WAITING)
    unseen.change_summary(handoff, **{TOLD: [*handoff.summary.get(TOLD, []), notice]})
