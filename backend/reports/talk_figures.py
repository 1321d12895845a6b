"""How many talks there were, on which channels, in which language, and how many needed a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.db import Database
from backend.language import SPANISH
from backend.reports.days import DayRange
from backend.review.talks import floor, promised_call, select_talks, was_handed_over

HOUR = 3600


@dataclass
class TalkFigures:
    """Counts of talks that began in the range. `by_day` counts (local date, channel).

    `contained`: without a handover and without a promised call. `missed`: at least one message was not understood.
    """

    total: int = 0
    contained: int = 0
    handed_over: int = 0
    calls_promised: int = 0
    missed: int = 0
    spanish: int = 0
    messages: int = 0
    by_day: Counter[tuple[date, str]] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)


async def load_talk_figures(session: AsyncSession, db: Database, days: DayRange) -> TalkFigures:
    """One query: the database counts the talks by the hour in which they began; the co-op's days are made of hours."""
    talks = select_talks(db, days.since, days.until)
    flagged = (
        select(
            floor(db, talks.c.began / HOUR).label("hour"),
            Conversation.channel,
            case((Conversation.language == SPANISH, 1), else_=0).label("spanish"),
            case((was_handed_over(db, talks), 1), else_=0).label("handed"),
            case((promised_call(db, talks), 1), else_=0).label("called"),
            case((talks.c.missed > 0, 1), else_=0).label("missed"),
            talks.c.messages,
        )
        .join(Conversation, Conversation.id == talks.c.conversation_id)
        .subquery()
    )
    needs_person = or_(flagged.c.handed == 1, flagged.c.called == 1)
    query = select(
        flagged.c.hour,
        flagged.c.channel,
        func.count().label("total"),
        func.sum(case((needs_person, 0), else_=1)).label("contained"),
        func.sum(flagged.c.handed).label("handed"),
        func.sum(flagged.c.called).label("called"),
        func.sum(flagged.c.missed).label("missed"),
        func.sum(flagged.c.spanish).label("spanish"),
        func.sum(flagged.c.messages).label("messages"),
    ).group_by(flagged.c.hour, flagged.c.channel)
    figures = TalkFigures()
    for row in await session.execute(query):
        day = datetime.fromtimestamp(row.hour * HOUR, UTC).astimezone(days.zone).date()
        figures.total += row.total
        figures.contained += int(row.contained)
        figures.handed_over += int(row.handed)
        figures.calls_promised += int(row.called)
        figures.missed += int(row.missed)
        figures.spanish += int(row.spanish)
        figures.messages += int(row.messages)
        figures.by_day[day, row.channel] += row.total
        figures.by_channel[row.channel] += row.total
    return figures
