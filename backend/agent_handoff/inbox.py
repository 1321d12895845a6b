"""The talks that the office has in hand, as its inbox lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import AgentHandoff
from backend.agent_handoff.outage_told import load_reports
from backend.agent_handoff.unseen import UnseenMessages, load_last_words, load_unseen
from backend.conversations.models import Conversation
from backend.tickets.deduplication import OPEN_STATUSES as OPEN_TICKET_STATUSES
from backend.tickets.models import Ticket

Filter = Literal["all", "mine", "unassigned", "snoozed", "closed"]
FILTERS: tuple[Filter, ...] = get_args(Filter)
LISTED = 200
PLACES = {"waiting": 0, "answered": 1, "transferred": 2}


@dataclass(frozen=True)
class InboxRow:
    """One talk of the list. `new` is what nobody has answered yet; `last` the member's newest words, with secrets
    masked; `is_urgent`: an urgent ticket of it is open; `danger` are the words that were told of it. `outage` is None
    where no outage was told; else the number of its open report, empty without one."""

    handoff: AgentHandoff
    channel: str  # sms | web | voice
    language: str
    phone: str | None  # E.164, of the other end
    new: UnseenMessages | None
    is_urgent: bool
    last: str = ""
    danger: str = ""
    outage: str | None = None


async def list_talks(
    session: AsyncSession, now: datetime, show: Filter, name: str, limit: int = LISTED
) -> list[InboxRow]:
    """The talks of a filter for the staff member `name`: urgent and longest waiting first, then those that were
    answered; snoozed ones by when they come back, closed ones the newest first. `now` is UTC."""
    query = select(AgentHandoff, Conversation.channel, Conversation.language, Conversation.address)
    query = query.join(Conversation, Conversation.id == AgentHandoff.conversation_id).where(_condition(now, show, name))
    match show:
        case "closed":
            query = query.order_by(AgentHandoff.closed_at.desc(), AgentHandoff.id.desc())
        case "snoozed":
            query = query.order_by(AgentHandoff.snoozed_until, AgentHandoff.id)
        case _:
            query = query.order_by(case(PLACES, value=AgentHandoff.status, else_=3), AgentHandoff.id)
    found = [(row[0], row[1], row[2], row[3]) for row in await session.execute(query.limit(limit))]
    handoffs = [row[0] for row in found]
    new = await load_unseen(session, [each for each in handoffs if each.status == "waiting"])
    urgent = await _find_urgent(session, [each.conversation_id for each in handoffs]) if show != "closed" else {}
    last = await load_last_words(session, [each.conversation_id for each in handoffs if each.id not in new])
    outages = await load_reports(session, handoffs) if show != "closed" else {}
    rows = [
        InboxRow(
            handoff, channel, language, phone, new.get(handoff.id), handoff.conversation_id in urgent,
            last.get(handoff.conversation_id, ""), urgent.get(handoff.conversation_id, ""),
            outages.get(handoff.id),
        )
        for handoff, channel, language, phone in found
    ]  # fmt: skip
    return rows if show in ("closed", "snoozed") else sorted(rows, key=_place)


def _place(row: InboxRow) -> tuple[int, bool, datetime]:
    return PLACES.get(row.handoff.status, 3), not row.is_urgent, row.handoff.waiting_since


def _condition(now: datetime, show: Filter, name: str) -> ColumnElement[bool]:
    is_awake = or_(AgentHandoff.snoozed_until.is_(None), AgentHandoff.snoozed_until <= now)
    is_open = AgentHandoff.status != "closed"
    which: dict[Filter, ColumnElement[bool]] = {
        "all": and_(is_open, is_awake),
        "mine": and_(is_open, is_awake, AgentHandoff.owner == name),
        "unassigned": and_(is_open, is_awake, AgentHandoff.owner.is_(None)),
        "snoozed": and_(is_open, AgentHandoff.snoozed_until > now),
        "closed": AgentHandoff.status == "closed",
    }
    return which[show]


async def count_talks(session: AsyncSession, now: datetime, name: str) -> dict[Filter, int]:
    """How many talks each filter has, and those of `closed` not counted."""
    shown: tuple[Filter, ...] = ("all", "mine", "unassigned", "snoozed")
    sums = [func.coalesce(func.sum(case((_condition(now, show, name), 1), else_=0)), 0) for show in shown]
    row = (await session.execute(select(*sums).where(AgentHandoff.status != "closed"))).one()
    return dict(zip(shown, (int(value) for value in row), strict=True))


async def count_waiting(session: AsyncSession, now: datetime) -> int:
    """How many talks wait for the office's answer now."""
    query = select(func.count()).select_from(AgentHandoff).where(
        AgentHandoff.status == "waiting", _condition(now, "all", "")
    )  # fmt: skip
    return await session.scalar(query) or 0


async def _find_urgent(session: AsyncSession, talks: Sequence[str]) -> dict[str, str]:
    """By the talk that has an open urgent ticket, the words that were told of the first one; empty without any."""
    query = select(Ticket.conversation_id, Ticket.details).where(
        Ticket.conversation_id.in_(talks), Ticket.urgent.is_(true()), Ticket.status.in_(OPEN_TICKET_STATUSES)
    )
    found = (await session.execute(query.order_by(Ticket.id.desc()))).all()
    return {row[0]: str(row[1].get("words") or "") for row in found}
