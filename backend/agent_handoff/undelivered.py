"""Answers of the office that did not arrive: the talk waits again, with a mark. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import String, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import unseen
from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.agent_handoff.service import ANSWER_KEY
from backend.audit.service import record
from backend.conversations.models import Conversation
from backend.outbox.models import OutboxMessage
from backend.staff.people import keep_owner
from backend.tickets.history import record_staff_act
from backend.tickets.models import Ticket
from backend.tickets.service import ANSWERED

if TYPE_CHECKING:
    from backend.app import Backend

FAILED_STATUSES = ("undelivered", "failed", "refused", "expired")


async def take_back_answers(session: AsyncSession, backend: Backend, phones: Collection[str]) -> int:
    """Note the office's answers to these phones (E.164) whose texts did not arrive, each once; returns how many.

    The talk of each waits again for who wrote it, also one that was closed since; a ticket that counted as answered is
    open again. Called after a carrier, or the outbox, gave up a message.
    """
    key = literal(ANSWER_KEY) + cast(OfficeMessage.id, String)
    query = (
        select(OfficeMessage, OutboxMessage)
        .join(Conversation, Conversation.id == OfficeMessage.conversation_id)
        .join(OutboxMessage, OutboxMessage.dedupe_key == key)
        .where(
            Conversation.address.in_(phones),
            OfficeMessage.failure.is_(None),
            OutboxMessage.status.in_(FAILED_STATUSES),
        )
        .order_by(OfficeMessage.id)
    )
    found = (await session.execute(query.execution_options(populate_existing=True))).all()
    for answer, message in found:
        answer.failure = message.error_code or message.status
        await _wait_again(session, backend, answer)
    return len(found)


async def _wait_again(session: AsyncSession, backend: Backend, answer: OfficeMessage) -> None:
    newest = select(AgentHandoff).where(AgentHandoff.conversation_id == answer.conversation_id)
    handoff = await session.scalar(newest.order_by(AgentHandoff.id.desc()).limit(1).with_for_update())
    if handoff is None:
        return
    if handoff.status != "waiting":
        unseen.change_summary(handoff, waiting_since=backend.clock.now().isoformat())
    unseen.change_summary(handoff, undelivered=answer.id)
    handoff.status, handoff.closed_at, handoff.snoozed_until = "waiting", None, None
    handoff.owner = await keep_owner(session, handoff.owner or answer.author)
    await session.flush()
    await record(
        session, backend, actor=answer.conversation_id, level=0, channel="job", act="handover_undelivered",
        account_id=handoff.account_id, after={"handover": handoff.id, "conversation": answer.conversation_id},
    )  # fmt: skip
    answered = select(Ticket).where(Ticket.conversation_id == answer.conversation_id, Ticket.status == ANSWERED)
    for ticket in await session.scalars(answered):
        ticket.status = "open"
        await record_staff_act(session, backend, ticket, f"office:{answer.author}", "ticket_not_answered", ANSWERED)
