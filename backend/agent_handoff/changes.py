"""What changed for the office's pages since the last look: few rows by their primary keys, so that a look each second
costs little, however many pages are open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import inbox, presence
from backend.agent_handoff.models import AgentHandoff
from backend.agent_handoff.presence import SeenViewer
from backend.audit.models import AuditRow
from backend.conversations.models import InboundMessage
from backend.tickets.models import Ticket

RECENT_MESSAGES = 100
"""Of these it is noticed when they are answered."""
MAX_ROWS = 500
TALK_ACTS = ("handover", "office_answered", "talk_note")
TICKET_ACTS = ("ticket", "callout")


@dataclass(frozen=True)
class NewForOffice:
    """What somebody at the office should know of: a member wrote, or a talk was given to somebody."""

    conversation_id: str
    owner: str | None
    who: str
    """The member's name, or `not identified`."""


@dataclass
class Changes:
    """`topics` are names of events: inbox, tickets, calls, outages. `talks` are the conversations that changed,
    `viewed` those where somebody came, went, began to write or stopped. `waiting` is how many talks wait, where that
    changed."""

    topics: set[str] = field(default_factory=set)
    talks: set[str] = field(default_factory=set)
    viewed: set[str] = field(default_factory=set)
    news: list[NewForOffice] = field(default_factory=list)
    waiting: int | None = None


class ChangeWatch:
    """Remembers what was there at the last look. The first one only notes what is there."""

    def __init__(self) -> None:
        self._audit: int | None = None
        self._ticket = 0
        self._messages: dict[int, str] = {}  # status by id, of the recent ones
        self._viewers: set[SeenViewer] = set()
        self._waiting = -1
        self._looked_at: datetime | None = None

    async def look(self, session: AsyncSession, now: datetime) -> Changes:
        changes = Changes()
        is_first = self._audit is None
        await self._look_at_acts(session, changes)
        await self._look_at_messages(session, changes, is_first=is_first)
        await self._look_at_viewers(session, now, changes)
        await self._look_at_snoozed(session, now, changes)
        waiting = await inbox.count_waiting(session, now)
        if waiting != self._waiting:
            self._waiting = changes.waiting = waiting
        self._looked_at = now
        return Changes(waiting=waiting) if is_first else changes

    async def _look_at_acts(self, session: AsyncSession, changes: Changes) -> None:
        newest = await session.scalar(select(func.max(AuditRow.id))) or 0
        ticket = await session.scalar(select(func.max(Ticket.id))) or 0
        if ticket > self._ticket:
            self._ticket = ticket
            changes.topics |= {"tickets", "calls"}
        if self._audit is None or newest == self._audit:
            self._audit = newest
            return
        query = select(AuditRow.act, AuditRow.after).where(AuditRow.id > self._audit, AuditRow.id <= newest)
        self._audit = newest
        for act, after in await session.execute(query.order_by(AuditRow.id.desc()).limit(MAX_ROWS)):
            if act.startswith(TALK_ACTS):
                changes.topics.add("inbox")
                talk = (after or {}).get("conversation")
                if talk:
                    changes.talks.add(talk)
                if talk and act in ("handover", "handover_assigned", "handover_undelivered"):
                    await self._tell(session, changes, [talk])
            elif act.startswith(TICKET_ACTS):
                changes.topics |= {"tickets", "calls", "outages"}
            elif act.startswith("outage"):
                changes.topics.add("outages")

    async def _look_at_messages(self, session: AsyncSession, changes: Changes, *, is_first: bool) -> None:
        """New messages, and those that were answered since."""
        newest = await session.scalar(select(func.max(InboundMessage.id))) or 0
        query = select(InboundMessage.id, InboundMessage.status, InboundMessage.conversation_id)
        query = query.where(InboundMessage.id > newest - RECENT_MESSAGES)
        seen, self._messages = self._messages, {}
        written = []
        for message_id, status, talk in await session.execute(query):
            self._messages[message_id] = status
            if seen.get(message_id) != status:
                changes.talks.add(talk)
            if message_id not in seen:
                written.append(talk)
        if written and not is_first:
            await self._tell(session, changes, written)

    async def _tell(self, session: AsyncSession, changes: Changes, talks: list[str]) -> None:
        """Of those talks that the office has in hand."""
        query = select(AgentHandoff).where(
            AgentHandoff.conversation_id.in_(set(talks)), AgentHandoff.status.in_(("waiting", "answered"))
        )
        for handoff in await session.scalars(query):
            changes.topics.add("inbox")
            changes.news.append(NewForOffice(handoff.conversation_id, handoff.owner, handoff.summary.get("who", "")))

    async def _look_at_viewers(self, session: AsyncSession, now: datetime, changes: Changes) -> None:
        viewers = set(await presence.list_viewers(session, now))
        changes.viewed = {one.conversation_id for one in viewers ^ self._viewers}
        self._viewers = viewers

    async def _look_at_snoozed(self, session: AsyncSession, now: datetime, changes: Changes) -> None:
        """Talks whose time has come since the last look."""
        if self._looked_at is None:
            return
        query = select(AgentHandoff.conversation_id).where(
            and_(AgentHandoff.snoozed_until > self._looked_at, AgentHandoff.snoozed_until <= now),
            AgentHandoff.status != "closed",
        )
        back = list(await session.scalars(query))
        if back:
            changes.talks |= set(back)
            await self._tell(session, changes, back)
