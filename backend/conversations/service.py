"""Inbound messages, their answers, and events for web pages. Functions flush; the caller commits."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.audit import service as audit
from backend.conversations import idempotency, inbox, statements
from backend.conversations.models import Conversation, InboundMessage, PushEvent

IDLE = timedelta(minutes=15)  # after this long without a message a conversation is anonymous again


@dataclass(frozen=True)
class ConversationState:
    """The buttons offered last, what was asked for last, and the language."""

    offered: list[dict[str, Any]]
    expects: str
    language: str = "en"


@dataclass(frozen=True)
class RecordedMessage:
    """A stored inbound message. `is_new` is False for a repeated delivery.

    `is_behind`: another message of the conversation is still unanswered. `owner` answers it, if any process does now.
    """

    id: int
    is_new: bool
    status: str
    reply: dict[str, Any] | None
    state: ConversationState
    is_behind: bool = False
    owner: str | None = None


async def record_inbound(
    session: AsyncSession,
    backend: Backend,
    *,
    channel: str,
    provider_id: str,
    conversation_id: str,
    text: str,
    payload: str | None = None,
    address: str | None = None,
    source: str = "",
    attested: bool = False,
    browser: str = "",
    owner: str | None = None,
    since: float | None = None,
) -> RecordedMessage:
    """Store a message before it is processed; a repeated delivery finds the stored one.

    `text` must be redacted. `browser` are the page's known-browser tokens. `owner` is the process that answers it and
    renews its lease (inbox.py); without one any process may take it, unless it is answered in this transaction. `since`
    is the monotonic time at which the message reached this process.
    """
    now = backend.clock.now()
    seen = await statements.upsert_conversation(
        session, conversation_id, now, IDLE, channel=channel, address=address, source=source, attested=attested
    )
    if browser:
        await statements.update_conversation(session, statements.UPDATE_BROWSER, conversation_id, new_browser=browser)
    state = ConversationState(list(seen.offered), str(seen.expects), str(seen.language))
    # the upsert has locked the conversation's row
    behind, newest = await inbox.unanswered_state(session, conversation_id, owner)
    new_id = await statements.insert_inbound(
        session,
        {
            "channel": channel,
            "provider_id": provider_id,
            "conversation_id": conversation_id,
            "text": text,
            "payload": payload,
            "status": "received",
            "received_at": now,
            "owner": owner,
            "lease": inbox.LEASE_SECONDS if owner else 0.0,
            "waited": time.monotonic() - since if since is not None else 0.0,
            "not_before": newest,
            "begun": owner is not None and not behind,
        },
    )
    if new_id is not None:
        return RecordedMessage(new_id, True, "received", None, state, behind, owner)
    row = await find_inbound(session, channel, provider_id)
    if row is None:
        raise LookupError("an inbound message conflicts with one that is not there")
    return RecordedMessage(row.id, False, row.status, row.reply, state, owner=row.owner)


async def find_inbound(session: AsyncSession, channel: str, provider_id: str) -> InboundMessage | None:
    """The message with this provider id."""
    query = select(InboundMessage).where(InboundMessage.channel == channel, InboundMessage.provider_id == provider_id)
    return (await session.execute(query)).scalar_one_or_none()


async def recent_messages(
    session: AsyncSession, conversation_id: str, since: datetime, *, but: str, limit: int
) -> list[tuple[int, str, str]]:
    """(id, provider_id, text) of the newest messages since then, the oldest first, without the one called `but`."""
    query = (
        select(InboundMessage.id, InboundMessage.provider_id, InboundMessage.text)
        .where(
            InboundMessage.conversation_id == conversation_id,
            InboundMessage.received_at >= since,
            InboundMessage.provider_id != but,
            InboundMessage.payload.is_(None),
        )
        .order_by(InboundMessage.id.desc())
        .limit(limit)
    )
    return [(row.id, row.provider_id, row.text) for row in reversed((await session.execute(query)).all())]


async def newest_inbound(session: AsyncSession, conversation_id: str) -> InboundMessage | None:
    query = select(InboundMessage).where(InboundMessage.conversation_id == conversation_id)
    return (await session.execute(query.order_by(InboundMessage.id.desc()).limit(1))).scalar_one_or_none()


async def answered_since(
    session: AsyncSession, conversation_id: str, since: datetime, limit: int = 20
) -> list[InboundMessage]:
    """The answered messages of a conversation that came in after `since` (UTC), the newest first."""
    query = select(InboundMessage).where(
        InboundMessage.conversation_id == conversation_id,
        InboundMessage.received_at > since,
        InboundMessage.status == "answered",
    )
    return list(await session.scalars(query.order_by(InboundMessage.id.desc()).limit(limit)))


async def open_now(session: AsyncSession, conversation_id: str) -> ConversationState:
    """The conversation's state; empty for an unknown one."""
    query = select(Conversation.offered, Conversation.expects, Conversation.language)
    row = (await session.execute(query.where(Conversation.id == conversation_id))).one_or_none()
    return (
        ConversationState(list(row.offered), str(row.expects), str(row.language)) if row else ConversationState([], "")
    )


async def lock_inbound(session: AsyncSession, inbound_id: int) -> InboundMessage:
    """Lock a message until the transaction ends, so that no action runs for it meanwhile."""
    query = select(InboundMessage).where(InboundMessage.id == inbound_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def save_reply(
    session: AsyncSession,
    backend: Backend,
    inbound_id: int,
    conversation_id: str,
    reply: dict[str, Any],
    *,
    status: str = "answered",
    offered: list[dict[str, Any]] | None = None,
    expects: str = "",
    language: str | None = None,
    owner: str | None = None,
) -> bool:
    """Store the answer, also for repeated deliveries. False, without a change, when the message is already answered or
    no longer `owner`'s. `offered` None keeps `offered` and `expects`, `language` None the language."""
    if not await statements.save_answer(session, inbound_id, status, reply, backend.clock.now(), owner):
        return False
    await idempotency.delete_steps(session, inbound_id)
    if offered is not None:
        await statements.update_conversation(
            session, statements.UPDATE_OFFERED, conversation_id, new_offered=offered, new_expects=expects[:24]
        )
    if language is not None:
        await statements.update_conversation(
            session, statements.UPDATE_LANGUAGE, conversation_id, new_language=language
        )
    return True


async def push(session: AsyncSession, backend: Backend, conversation_id: str, data: dict[str, Any]) -> int:
    """Add an event to a conversation's stream; returns its id. The caller notifies listeners after the commit."""
    event = PushEvent(conversation_id=conversation_id, data=data, at=backend.clock.now())
    session.add(event)
    await session.flush()
    return event.id


async def events_after(session: AsyncSession, conversation_id: str, after_id: int, limit: int = 100) -> list[PushEvent]:
    """The events of a conversation after `after_id`, in order."""
    query = (
        select(PushEvent)
        .where(PushEvent.conversation_id == conversation_id, PushEvent.id > after_id)
        .order_by(PushEvent.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def newest_event(session: AsyncSession) -> int:
    """The id of the newest event of any conversation; 0 when there is none."""
    query = select(PushEvent.id).order_by(PushEvent.id.desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none() or 0


async def conversations_with_events(session: AsyncSession, after_id: int) -> list[tuple[int, str]]:
    """(id, conversation) of all events after `after_id`, in order."""
    query = select(PushEvent.id, PushEvent.conversation_id).where(PushEvent.id > after_id)
    return [(row.id, row.conversation_id) for row in await session.execute(query.order_by(PushEvent.id))]


async def record_act(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    act: str,
    account_id: int | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """The audit row of what was done in a conversation, at its level."""
    level, channel = int(conversation.level), conversation.channel
    await audit.record(
        session, backend, actor=conversation.id, level=level, channel=channel, act=act, account_id=account_id,
        before=before, after=after,
    )  # fmt: skip
