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
    cast,
    exists,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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
    return func.date_part("epoch", column)  # a double; `extract` gives decimals, which are slow to reckon with


def floor(db: Database, number: Any) -> Any:
    """A number of zero or more without its fraction, by the database."""
    return cast(number, Integer) if db.sqlite else cast(func.floor(number), Integer)


def select_talks(
    db: Database, since: datetime, until: datetime, *, conversations: Any = None, next_matters: bool = True
) -> Subquery:
    """The talks that began in [since, until), as a subquery: `id`, `conversation_id`, `started_at`, and `began`, which
    is seconds since 1970. `next_id` and `next_began` are those of the conversation's next talk, or NULL.

    `conversations`, a list or a query of ids, leaves out all others. Where `next_matters` not, messages after `until`
    are not read, and those two are NULL.
    """
    in_order: dict[str, Any] = {"partition_by": InboundMessage.conversation_id, "order_by": InboundMessage.id}
    at = seconds(db, InboundMessage.received_at)
    lines = select(
        InboundMessage.id,
        InboundMessage.conversation_id,
        InboundMessage.received_at,
        at.label("at"),
        func.lag(at).over(**in_order).label("before"),
    ).where(InboundMessage.received_at >= since - PAUSE)
    if conversations is not None:
        lines = lines.where(InboundMessage.conversation_id.in_(conversations))
    if not next_matters:
        lines = lines.where(InboundMessage.received_at < until)
    line = lines.subquery("lines").c
    in_order = {"partition_by": line.conversation_id, "order_by": line.id}
    starts = (
        select(
            line.id,
            line.conversation_id,
            line.received_at.label("started_at"),
            line.at.label("began"),
            (func.lead(line.id).over(**in_order) if next_matters else null()).label("next_id"),
            (func.lead(line.at).over(**in_order) if next_matters else null()).label("next_began"),
        )
        .where(or_(line.before.is_(None), line.at - line.before > PAUSE_SECONDS))
        .subquery("starts")
    )
    return select(starts).where(starts.c.started_at >= since, starts.c.started_at < until).subquery("talks")


def has_message(talks: Subquery, conversation: Any, message_id: Any) -> ColumnElement[bool]:
    """Whether a message of `conversation` belongs to the talk."""
    before_next = or_(talks.c.next_id.is_(None), message_id < talks.c.next_id)
    return and_(conversation == talks.c.conversation_id, message_id >= talks.c.id, before_next)


def within(db: Database, talks: Subquery, conversation: Any, at: Any) -> ColumnElement[bool]:
    """Whether something of `conversation` at the time `at` belongs to the talk."""
    moment = seconds(db, at)
    before_next = or_(talks.c.next_began.is_(None), moment < talks.c.next_began)
    return and_(conversation == talks.c.conversation_id, moment >= talks.c.began, before_next)


def outcome_conditions(db: Database, talks: Subquery) -> dict[str, ColumnElement[bool]]:
    """By outcome, whether a talk has it; `answered` is the one without any."""
    # payments of a schedule are made by a job, days later
    paid = exists().where(
        within(db, talks, Payment.conversation_id, Payment.created_at), Payment.key.not_like("sched:%")
    )
    planned = exists().where(within(db, talks, ScheduledPayment.conversation_id, ScheduledPayment.created_at))
    changed = exists().where(within(db, talks, AuditRow.actor, AuditRow.at), AuditRow.act.in_(CHANGE_ACTS))
    called = exists().where(within(db, talks, Ticket.conversation_id, Ticket.created_at), Ticket.kind == CALLBACK)
    filed = exists().where(within(db, talks, Ticket.conversation_id, Ticket.created_at), Ticket.kind != CALLBACK)
    found = {
        "person": exists().where(within(db, talks, AgentHandoff.conversation_id, AgentHandoff.created_at)),
        "call_back": called,
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
) -> list[Talk]:
    """The talks of a filter, the newest first."""
    talks = select_talks(db, wanted.since, wanted.until)
    page = (
        _select_rows(talks)
        .where(*_conditions(db, talks, wanted))
        .order_by(talks.c.started_at.desc(), talks.c.id.desc())
        .limit(limit)
        .offset(offset)
        .subquery("talks")
    )
    return await _load(session, db, page)


async def find_talk(session: AsyncSession, db: Database, first_id: int) -> Talk | None:
    """The talk that a message belongs to, by any message of it; None where there is no such message."""
    message = await session.get(InboundMessage, first_id)
    if message is None:
        return None
    times = await _times_around(session, message)
    until = times[-1] + timedelta(microseconds=1)
    talks = select_talks(db, times[0], until, conversations=[message.conversation_id])
    held = has_message(talks, message.conversation_id, first_id)
    found = await _load(session, db, _select_rows(talks).where(held).subquery("talks"))
    return found[0] if found else None


async def _load(session: AsyncSession, db: Database, page: Subquery) -> list[Talk]:
    """The talks of a page, with what needs a look at each of them."""
    first = aliased(InboundMessage)

    def look(value: Any, table: Any, *conditions: Any) -> Any:
        key = InboundMessage.id if table is InboundMessage else table.inbound_id
        return select(value).where(has_message(page, table.conversation_id, key), *conditions).scalar_subquery()

    flags = [cast(each, Boolean).label(f"is_{name}") for name, each in outcome_conditions(db, page).items()]
    query = (
        select(
            page,
            look(func.max(InboundMessage.id), InboundMessage).label("last_id"),
            look(func.max(InboundMessage.received_at), InboundMessage).label("last_at"),
            look(func.count(InboundMessage.id), InboundMessage).label("messages"),
            look(func.count(TurnReading.inbound_id), TurnReading, TurnReading.missed).label("missed"),
            look(func.count(ReviewMark.id), ReviewMark).label("marks"),
            first.text,
            first.payload,
            *flags,
        )
        .join(first, first.id == page.c.id)
        .order_by(page.c.started_at.desc(), page.c.id.desc())
    )
    return [_build_talk(row) for row in await session.execute(query)]


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
    reads = has_message(talks, TurnReading.conversation_id, TurnReading.inbound_id)
    if wanted.task:
        found.append(exists().where(reads, TurnReading.task == wanted.task))
    if wanted.missed:
        found.append(exists().where(reads, TurnReading.missed))
    if wanted.words:
        said = func.lower(InboundMessage.text).contains(wanted.words.lower(), autoescape=True)
        found.append(exists().where(has_message(talks, InboundMessage.conversation_id, InboundMessage.id), said))
    if wanted.marked:
        found.append(exists().where(has_message(talks, ReviewMark.conversation_id, ReviewMark.inbound_id)))
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
        missed=row.missed,
        marks=row.marks,
        first_words=format_words(row.text, row.payload),
        outcomes=tuple(name for name in outcomes if getattr(row, f"is_{name}")),
    )


async def list_tasks(session: AsyncSession, since: datetime) -> list[str]:
    """The tasks that were at work since a time (UTC), by name."""
    query = select(TurnReading.task).where(TurnReading.at >= since, TurnReading.task != "").distinct()
    return sorted(await session.scalars(query))
