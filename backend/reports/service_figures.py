"""Handovers and how long members waited, what was asked and not known, texts, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, case, cast, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.audit.models import AuditRow
from backend.autopay.models import AutomaticDraft
from backend.conversations.masking import mask_line
from backend.conversations.models import InboundMessage
from backend.db import Database
from backend.outbox.models import OutboxMessage
from backend.payments.models import Payment, PaymentRefund
from backend.reports.days import DayRange
from backend.reports.talk_figures import PERSON_INTENT
from backend.review.models import TurnReading
from backend.review.talks import floor, seconds

LOCK_ACTS = ("identity_locked", "code_locked")
NOT_DELIVERED = ("undelivered", "failed", "refused", "expired")
NOT_PAID = ("declined", "returned")
CHARGED = ("sent", "delivered", "undelivered")
NOT_WISHES = (
    "affirm", "deny", "choose", "inform", "cancel", "repeat", "greet", "goodbye", "thank", "out_of_scope",
    "speak_english", "speak_spanish",
)  # fmt: skip
"""Intents that answer us, or ask for nothing."""
WISHING_ACTS = ("start", "ask", "person")
LEAST_SURE = 0.5
"""Of an intent: what is guessed below it, and what an answer to our own question looks like, is nobody's wish."""
MOST_SUBJECTS, MOST_UNKNOWN = 15, 10
PART, LATER_PART = 160, 153
"""Characters of a text in one part, and in each of several."""
TENTHS = 10


@dataclass
class HandoverFigures:
    """Handovers that were asked for in the range. Times are seconds; `unanswered` had no answer by text or chat.

    `first_answers` are from the request to the first word of a person, `closings` to the end; calls that were put
    through are in `total` alone.
    """

    total: int = 0
    transferred: int = 0
    unanswered: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_answers: list[float] = field(default_factory=list)
    closings: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class UnknownMessage:
    """Something that was not understood. `words` are masked."""

    inbound_id: int
    at: datetime
    words: str


@dataclass
class SubjectFigures:
    """`subjects` of knowledge/: (name, asked, of those not answered). `intents`: what members began to ask for, by how
    often. `missed` messages out of `read`."""

    subjects: list[tuple[str, int, int]] = field(default_factory=list)
    intents: list[tuple[str, int]] = field(default_factory=list)
    read: int = 0
    missed: int = 0
    newest_missed: list[UnknownMessage] = field(default_factory=list)


@dataclass
class TextFigures:
    """Parts of texts: `sent` by the outbox, `answered` in talks, `received`. A carrier charges for each."""

    sent: int = 0
    answered: int = 0
    received: int = 0

    @property
    def parts(self) -> int:
        return self.sent + self.answered + self.received


@dataclass
class FailureFigures:
    """What failed in the range, also what was begun before it. `payments` that were declined or returned, by state;
    `refunds`; `drafts`: bills that Auto Pay or a bank draft gave up; `not_delivered` by kind of message; `locks` by
    act; `given_up` are messages that no process could answer."""

    payments: dict[str, int] = field(default_factory=dict)
    refunds: int = 0
    drafts: int = 0
    not_delivered: dict[str, int] = field(default_factory=dict)
    locks: dict[str, int] = field(default_factory=dict)
    given_up: int = 0


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The value that `percent` of all are at or below; None without any."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


async def load_handovers(session: AsyncSession, days: DayRange) -> HandoverFigures:
    first = (
        select(func.min(OfficeMessage.at))
        .where(
            OfficeMessage.conversation_id == AgentHandoff.conversation_id, OfficeMessage.at >= AgentHandoff.created_at
        )
        .scalar_subquery()
    )
    query = select(
        AgentHandoff.status, AgentHandoff.created_at, AgentHandoff.closed_at, AgentHandoff.summary, first.label("first")
    ).where(AgentHandoff.created_at >= days.since, AgentHandoff.created_at < days.until)
    found = HandoverFigures()
    for row in await session.execute(query):
        found.total += 1
        found.reasons[str(row.summary.get("tried") or "").split(", asked for")[0]] += 1
        answered = row.first is not None and (row.closed_at is None or row.first <= row.closed_at)
        if row.status == "transferred":
            found.transferred += 1
        elif answered:
            found.first_answers.append((row.first - row.created_at).total_seconds())
        else:
            found.unanswered += 1
        if row.closed_at is not None and row.status != "transferred":
            found.closings.append((row.closed_at - row.created_at).total_seconds())
    return found


async def load_subjects(session: AsyncSession, days: DayRange) -> SubjectFigures:
    here = (TurnReading.at >= days.since, TurnReading.at < days.until, TurnReading.intent != "")
    count = func.count().label("count")
    totals = select(count, func.sum(case((TurnReading.missed, 1), else_=0))).where(*here)
    read, missed = (await session.execute(totals)).one()

    missed_ones = func.sum(case((TurnReading.missed, 1), else_=0)).label("missed")
    subjects = select(TurnReading.subject, count, missed_ones).where(*here, TurnReading.subject != "")
    subjects = subjects.group_by(TurnReading.subject).order_by(count.desc(), TurnReading.subject)
    act = TurnReading.acts[(0, 0)].as_string()
    wishes = select(TurnReading.intent, count).where(
        *here, TurnReading.intent.not_in((*NOT_WISHES, PERSON_INTENT)), TurnReading.confidence >= LEAST_SURE,
        or_(act.is_(None), act.in_(WISHING_ACTS)), not_(TurnReading.missed),
    )  # fmt: skip
    wishes = wishes.group_by(TurnReading.intent).order_by(count.desc(), TurnReading.intent)
    asked_about = await session.execute(subjects.limit(MOST_SUBJECTS))
    words = (
        select(InboundMessage.id, InboundMessage.received_at, InboundMessage.text)
        .join(TurnReading, TurnReading.inbound_id == InboundMessage.id)
        .where(*here, TurnReading.missed, InboundMessage.text != "")
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(MOST_UNKNOWN)
    )
    return SubjectFigures(
        subjects=[(name, asked, int(lost)) for name, asked, lost in asked_about],
        intents=[(name, number) for name, number in await session.execute(wishes.limit(MOST_SUBJECTS))],
        read=read,
        missed=int(missed or 0),
        newest_missed=[UnknownMessage(key, at, mask_line(text)) for key, at, text in await session.execute(words)],
    )


async def load_texts(session: AsyncSession, days: DayRange) -> TextFigures:
    """Parts are counted by length: nearly all texts are in the carriers' plain alphabet."""
    sent = select(func.sum(_count_parts(OutboxMessage.body))).where(
        OutboxMessage.kind == "sms",
        OutboxMessage.status.in_(CHARGED),
        OutboxMessage.created_at >= days.since,
        OutboxMessage.created_at < days.until,
    )
    answered = select(func.sum(TurnReading.parts)).where(TurnReading.at >= days.since, TurnReading.at < days.until)
    received = select(func.sum(_count_parts(InboundMessage.text))).where(
        InboundMessage.channel == "sms",
        InboundMessage.received_at >= days.since,
        InboundMessage.received_at < days.until,
    )
    return TextFigures(*[int(await session.scalar(query) or 0) for query in (sent, answered, received)])


def _count_parts(column: Any) -> Any:
    length = func.length(column)
    return case((length <= PART, 1), else_=cast((length + LATER_PART - 1) / LATER_PART, Integer))


async def load_failures(session: AsyncSession, days: DayRange) -> FailureFigures:
    out = (
        select(OutboxMessage.kind, func.count())
        .where(
            OutboxMessage.status.in_(NOT_DELIVERED),
            OutboxMessage.updated_at >= days.since,
            OutboxMessage.updated_at < days.until,
        )
        .group_by(OutboxMessage.kind)
    )
    locks = (
        select(AuditRow.act, func.count())
        .where(AuditRow.act.in_(LOCK_ACTS), AuditRow.at >= days.since, AuditRow.at < days.until)
        .group_by(AuditRow.act)
    )
    given_up = select(func.count()).where(
        InboundMessage.status == "failed",
        InboundMessage.received_at >= days.since,
        InboundMessage.received_at < days.until,
    )
    payments = (
        select(Payment.status, func.count())
        .where(Payment.status.in_(NOT_PAID), Payment.updated_at >= days.since, Payment.updated_at < days.until)
        .group_by(Payment.status)
    )
    refunded = func.coalesce(PaymentRefund.ended_at, PaymentRefund.asked_at)
    refunds = select(func.count()).where(
        PaymentRefund.status == "failed", refunded >= days.since, refunded < days.until
    )
    # without a payment, nothing could be tried: its method had expired
    drafted = func.coalesce(Payment.updated_at, AutomaticDraft.created_at)
    drafts = (
        select(func.count(AutomaticDraft.id))
        .outerjoin(Payment, Payment.id == AutomaticDraft.payment_id)
        .where(AutomaticDraft.status == "failed", drafted >= days.since, drafted < days.until)
    )
    return FailureFigures(
        payments={status: count for status, count in await session.execute(payments)},
        refunds=int(await session.scalar(refunds) or 0),
        drafts=int(await session.scalar(drafts) or 0),
        not_delivered={kind: count for kind, count in await session.execute(out)},
        locks={act: count for act, count in await session.execute(locks)},
        given_up=int(await session.scalar(given_up) or 0),
    )


async def load_answer_times(session: AsyncSession, db: Database, days: DayRange) -> list[tuple[float, int]]:
    """How long the assistant took to answer: (seconds, how many messages), by tenths of a second."""
    took = seconds(db, InboundMessage.answered_at) - seconds(db, InboundMessage.received_at)
    tenths = floor(db, took * TENTHS).label("tenths")
    query = (
        select(tenths, func.count())
        .where(
            InboundMessage.status == "answered",
            InboundMessage.received_at >= days.since,
            InboundMessage.received_at < days.until,
        )
        .group_by(tenths)
        .order_by(tenths)
    )
    return [((place + 1) / TENTHS, count) for place, count in await session.execute(query) if place is not None]


def grouped_percentile(groups: Sequence[tuple[float, int]], percent: int) -> float | None:
    """As `percentile`, of (value, how often), in order."""
    needed = -(-sum(count for _, count in groups) * percent // 100)
    reached = 0
    for value, count in groups:
        reached += count
        if reached >= needed:
            return value
    return None
