"""Talks: the messages of a conversation up to a pause of twelve hours, found by queries over any range of days.

A conversation on a phone number never ends, so it is cut into talks; the engine starts afresh after the same pause. A
talk goes by the id of its first message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import AgentHandoff
from backend.agent_handoff.transcript import format_words
from backend.audit.models import AuditRow
from backend.conversations.models import Conversation, InboundMessage
from backend.db import Database
from backend.outcomes.formatting import ACT_TEXTS
from backend.payments.models import Payment, ScheduledPayment
from backend.review.models import ReviewMark, TurnReading
from backend.tickets.models import Ticket

PAUSE = timedelta(hours=12)
PAUSE_SECONDS = PAUSE.total_seconds()
CALLBACK = "callback"
_TOLD_ELSEWHERE = ("payment_", "scheduled_payment_confirmed", "ticket_", "handover")
CHANGE_ACTS = sorted(act for act in ACT_TEXTS if not act.startswith(_TOLD_ELSEWHERE))
"""Acts of the audit trail that change an account, other than payments and tickets."""


@dataclass(frozen=True)
class TalkFilter:
    """Which talks: those that began in [since, until) (UTC). An empty field does not filter.

    `outcome` is one of OUTCOMES, `task` a form or action, `words` a part of what the member wrote.
    """

    since: datetime
    until: datetime
    channel: str = ""
    language: str = ""
    outcome: str = ""
    task: str = ""
    words: str = ""
    missed: bool = False
    marked: bool = False


@dataclass(frozen=True)
class Talk:
    """One talk of the list; `first_words` are masked. `outcomes` are keys of OUTCOMES, the weightiest first."""

    id: int
    last_id: int
    conversation_id: str
    channel: str
    language: str
    account_id: int | None
    started_at: datetime
    last_at: datetime
    messages: int
    missed: int
    marks: int
    first_words: str = ""
    outcomes: tuple[str, ...] = field(default=())


def seconds(db: Database, column: Any) -> Any:
    """A time as seconds since 1970, by the database."""
    if db.sqlite:
        return (func.julianday(column) - 2440587.5) * 86400.0
    return func.extract("epoch", column)


def floor(db: Database, number: Any) -> Any:
    """A number of zero or more without its fraction, by the database."""
    return cast(number, Integer) if db.sqlite else cast(func.floor(number), Integer)


def select_talks(
    db: Database, since: datetime, until: datetime, *, task: str = "", words: str = "", conversation: str = ""
) -> Subquery:
    """The talks that began in [since, until), as a subquery with the columns of Talk up to `missed`, and
    `began` and `ended`: seconds since 1970, the latter with the pause after the last message.

    `has_task` and `has_words`, 1 or 0, tell of the task and words that are asked for. `conversation` leaves out all
    others.
    """
    lines = _select_lines(db, since, until, task, words, conversation)
    place = func.sum(lines.c.begins).over(partition_by=lines.c.conversation_id, order_by=lines.c.id)
    placed = select(lines, place.label("place")).subquery("placed")
    began = func.min(placed.c.at_seconds)
    grouped = (
        select(
            func.min(placed.c.id).label("id"),
            func.max(placed.c.id).label("last_id"),
            placed.c.conversation_id,
            func.min(placed.c.received_at).label("started_at"),
            func.max(placed.c.received_at).label("last_at"),
            began.label("began"),
            (func.max(placed.c.at_seconds) + PAUSE_SECONDS).label("ended"),
            func.count().label("messages"),
            func.sum(placed.c.missed).label("missed"),
            func.max(placed.c.has_task).label("has_task"),
            func.max(placed.c.has_words).label("has_words"),
        )
        .group_by(placed.c.conversation_id, placed.c.place)
        .having(began >= since.timestamp(), began < until.timestamp())
    )
    return grouped.subquery("talks")


def _select_lines(db: Database, since: datetime, until: datetime, task: str, words: str, conversation: str) -> Subquery:
    """The messages around the range; `begins` is 1 where a pause or nothing is before."""
    near = [InboundMessage.received_at >= since - PAUSE, InboundMessage.received_at < until + PAUSE]
    if conversation:
        near.append(InboundMessage.conversation_id == conversation)
    at_seconds = seconds(db, InboundMessage.received_at)
    before = func.lag(at_seconds).over(partition_by=InboundMessage.conversation_id, order_by=InboundMessage.id)
    said = func.lower(InboundMessage.text).contains(words.lower(), autoescape=True) if words else literal(False)
    base = (
        select(
            InboundMessage.id,
            InboundMessage.conversation_id,
            InboundMessage.received_at,
            at_seconds.label("at_seconds"),
            before.label("before"),
            case((TurnReading.missed, 1), else_=0).label("missed"),
            case((TurnReading.task == task, 1), else_=0).label("has_task") if task else literal(0).label("has_task"),
            case((said, 1), else_=0).label("has_words") if words else literal(0).label("has_words"),
        )
        .outerjoin(TurnReading, TurnReading.inbound_id == InboundMessage.id)
        .where(*near)
        .subquery("lines")
    )
    first = or_(base.c.before.is_(None), base.c.at_seconds - base.c.before > PAUSE_SECONDS)
    return select(base, case((first, 1), else_=0).label("begins")).subquery("marked_lines")


def within(db: Database, talks: Subquery, conversation: Any, at: Any) -> ColumnElement[bool]:
    """Whether something of `conversation` at the time `at` belongs to the talk."""
    moment = seconds(db, at)
    return and_(conversation == talks.c.conversation_id, moment >= talks.c.began, moment < talks.c.ended)


def was_handed_over(db: Database, talks: Subquery) -> ColumnElement[bool]:
    """A person was asked for in it, and the office got the request or the call."""
    return exists().where(within(db, talks, AgentHandoff.conversation_id, AgentHandoff.created_at))


def promised_call(db: Database, talks: Subquery) -> ColumnElement[bool]:
    """A call back was promised in it."""
    return exists().where(within(db, talks, Ticket.conversation_id, Ticket.created_at), Ticket.kind == CALLBACK)


def outcome_conditions(db: Database, talks: Subquery) -> dict[str, ColumnElement[bool]]:
    """By outcome, whether a talk has it; `answered` is the one without any."""
    paid = exists().where(within(db, talks, Payment.conversation_id, Payment.created_at))
    planned = exists().where(within(db, talks, ScheduledPayment.conversation_id, ScheduledPayment.created_at))
    changed = exists().where(within(db, talks, AuditRow.actor, AuditRow.at), AuditRow.act.in_(CHANGE_ACTS))
    filed = exists().where(within(db, talks, Ticket.conversation_id, Ticket.created_at), Ticket.kind != CALLBACK)
    found = {
        "person": was_handed_over(db, talks),
        "call_back": promised_call(db, talks),
        "payment": or_(paid, planned),
        "change": changed,
        "ticket": filed,
    }
    return {**found, "answered": ~or_(*found.values())}


async def list_talks(
    session: AsyncSession,
    db: Database,
    wanted: TalkFilter,
    *,
    limit: int,
    offset: int = 0,
    before_id: int | None = None,
) -> list[Talk]:
    """The talks of a filter, the newest first; only those before a talk, with `before_id`."""
    talks = select_talks(db, wanted.since, wanted.until, task=wanted.task, words=wanted.words)
    page = (
        _select_rows(talks)
        .where(*_conditions(db, talks, wanted), *([talks.c.id < before_id] if before_id is not None else []))
        .order_by(talks.c.id.desc())
        .limit(limit)
        .offset(offset)
        .subquery("talks")
    )
    flags = [cast(each, Boolean).label(f"is_{name}") for name, each in outcome_conditions(db, page).items()]
    marks = (
        select(func.count(ReviewMark.id))
        .where(
            ReviewMark.conversation_id == page.c.conversation_id,
            ReviewMark.inbound_id.between(page.c.id, page.c.last_id),
        )
        .scalar_subquery()
    )
    query = (
        select(page, marks.label("marks"), InboundMessage.text, InboundMessage.payload, *flags)
        .join(InboundMessage, InboundMessage.id == page.c.id)
        .order_by(page.c.id.desc())
    )
    return [_build_talk(row) for row in await session.execute(query)]


async def find_talk(session: AsyncSession, db: Database, first_id: int) -> Talk | None:
    """The talk that a message belongs to, by any message of it; None where there is no such message."""
    message = await session.get(InboundMessage, first_id)
    if message is None:
        return None
    times = await _times_around(session, message)
    until = times[-1] + timedelta(microseconds=1)
    talks = select_talks(db, times[0], until, conversation=message.conversation_id)
    page = _select_rows(talks).subquery("talks")
    flags = [cast(each, Boolean).label(f"is_{name}") for name, each in outcome_conditions(db, page).items()]
    query = select(page, literal(0).label("marks"), InboundMessage.text, InboundMessage.payload, *flags)
    query = query.join(InboundMessage, InboundMessage.id == page.c.id).where(
        page.c.id <= first_id, page.c.last_id >= first_id
    )
    row = (await session.execute(query)).one_or_none()
    return _build_talk(row) if row else None


async def _times_around(session: AsyncSession, message: InboundMessage) -> list[datetime]:
    """When the messages of the same talk came, in order."""
    mine = select(InboundMessage.received_at).where(InboundMessage.conversation_id == message.conversation_id)
    earlier = mine.where(InboundMessage.id < message.id).order_by(InboundMessage.id.desc())
    later = mine.where(InboundMessage.id > message.id).order_by(InboundMessage.id)
    found = [message.received_at]
    for at in await session.scalars(earlier):
        if found[0] - at > PAUSE:
            break
        found.insert(0, at)
    for at in await session.scalars(later):
        if at - found[-1] > PAUSE:
            break
        found.append(at)
    return found


def _select_rows(talks: Subquery) -> Select[Any]:
    columns = (Conversation.channel, Conversation.language, Conversation.account_id)
    return select(talks, *columns).join(Conversation, Conversation.id == talks.c.conversation_id)


def _conditions(db: Database, talks: Subquery, wanted: TalkFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.channel:
        found.append(Conversation.channel == wanted.channel)
    if wanted.language:
        found.append(Conversation.language == wanted.language)
    if wanted.outcome:
        found.append(outcome_conditions(db, talks)[wanted.outcome])
    if wanted.task:
        found.append(talks.c.has_task == 1)
    if wanted.words:
        found.append(talks.c.has_words == 1)
    if wanted.missed:
        found.append(talks.c.missed > 0)
    if wanted.marked:
        marked = exists().where(
            ReviewMark.conversation_id == talks.c.conversation_id,
            ReviewMark.inbound_id.between(talks.c.id, talks.c.last_id),
        )
        found.append(marked)
    return found


def _build_talk(row: Any) -> Talk:
    outcomes = ("person", "call_back", "payment", "change", "ticket", "answered")
    return Talk(
        id=row.id,
        last_id=row.last_id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        language=row.language,
        account_id=row.account_id,
        started_at=row.started_at,
        last_at=row.last_at,
        messages=row.messages,
        missed=int(row.missed or 0),
        marks=row.marks,
        first_words=format_words(row.text, row.payload),
        outcomes=tuple(name for name in outcomes if getattr(row, f"is_{name}")),
    )


async def list_tasks(session: AsyncSession, since: datetime) -> list[str]:
    """The tasks that were at work since a time (UTC), by name."""
    query = select(TurnReading.task).where(TurnReading.at >= since, TurnReading.task != "").distinct()
    return sorted(await session.scalars(query))
