"""How many talks there were, on which channels, in which language, and how many needed a person."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import AgentHandoff
from backend.conversations.models import Conversation
from backend.db import Database
from backend.feedback.service import count_ratings
from backend.language import SPANISH
from backend.reports.days import DayRange
from backend.review.models import TurnReading
from backend.review.talks import CALLBACK, floor, seconds, select_talks
from backend.tickets.models import Ticket

DAY_SECONDS = 86_400
FIRST_DAY = date(1970, 1, 1)
HANDOVER = "handover"
ASKED = "asked"
PERSON_INTENT, PERSON_TASK = "speak_to_human", "action_person"


@dataclass
class TalkFigures:
    """Counts of talks that began in the range. `by_day` counts (local date, channel).

    `contained`: nobody asked for a person, none came in, and no call was promised. Of the talks in which somebody asked
    (`asked`), `asked_reached` were handed over and `asked_called` have a promised call instead; the rest had neither,
    such as when the office was closed and the member let it be. `helped` of the `rated` said that it helped; those are
    counted by when they were said.
    """

    total: int = 0
    contained: int = 0
    handed_over: int = 0
    calls_promised: int = 0
    asked: int = 0
    asked_reached: int = 0
    asked_called: int = 0
    spanish: int = 0
    helped: int = 0
    rated: int = 0
    by_day: Counter[tuple[date, str]] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)


async def load_talk_figures(session: AsyncSession, db: Database, days: DayRange) -> TalkFigures:
    """The database counts the talks by the local day on which they began: a year is a thousand rows."""
    talks = select_talks(db, days.since, days.until, next_matters=False)
    whens = [(talks.c.began >= since, offset) for since, offset in reversed(days.offsets())]
    day = floor(db, (talks.c.began + case(*whens, else_=0)) / DAY_SECONDS).label("day")
    query = (
        select(
            day,
            Conversation.channel,
            func.count().label("total"),
            func.sum(case((Conversation.language == SPANISH, 1), else_=0)).label("spanish"),
        )
        .join(Conversation, Conversation.id == talks.c.conversation_id)
        .group_by(day, Conversation.channel)
    )
    figures = TalkFigures()
    for row in await session.execute(query):
        figures.total += row.total
        figures.spanish += int(row.spanish)
        figures.by_day[FIRST_DAY + timedelta(days=row.day), row.channel] += row.total
        figures.by_channel[row.channel] += row.total
    needing = await _find_needing_person(session, db, days)
    figures.handed_over = sum(HANDOVER in kinds for kinds in needing)
    figures.calls_promised = sum(CALLBACK in kinds for kinds in needing)
    asked = [kinds for kinds in needing if kinds & {ASKED, HANDOVER}]
    figures.asked = len(asked)
    figures.asked_reached = figures.handed_over
    figures.asked_called = sum(CALLBACK in kinds and HANDOVER not in kinds for kinds in asked)
    figures.contained = figures.total - len(needing)
    figures.helped, figures.rated = await count_ratings(session, days.since, days.until)
    return figures


async def _find_needing_person(session: AsyncSession, db: Database, days: DayRange) -> list[set[str]]:
    """Of each talk that needed a person, why: one or more of ASKED, HANDOVER and CALLBACK.

    Only conversations with such an event are looked at, which are few; its talk is the last one that began before it.
    """
    handed = _select_events(db, AgentHandoff, days, HANDOVER)
    called = _select_events(db, Ticket, days, CALLBACK).where(Ticket.kind == CALLBACK)
    asked = _select_events(db, TurnReading, days, ASKED, at=TurnReading.at).where(
        or_(TurnReading.intent == PERSON_INTENT, TurnReading.task == PERSON_TASK), TurnReading.at < days.until
    )
    events = union_all(handed, called, asked).subquery("events")
    talks = select_talks(db, days.since, days.until, conversations=select(events.c.conversation_id))
    query = select(talks.c.conversation_id, talks.c.began, talks.c.next_began)
    begun: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
    for row in await session.execute(query.order_by(talks.c.id)):
        begun[row.conversation_id].append((float(row.began), row.next_began))
    found: dict[tuple[str, float], set[str]] = defaultdict(set)
    for conversation, at, kind in await session.execute(select(events)):
        starts = begun.get(conversation, [])
        place = bisect_right(starts, float(at), key=lambda start: start[0])
        if place and (starts[place - 1][1] is None or at < starts[place - 1][1]):
            found[conversation, starts[place - 1][0]].add(kind)
    return list(found.values())


def _select_events(db: Database, table: Any, days: DayRange, kind: str, at: Any = None) -> Select[Any]:
    moment = table.created_at if at is None else at
    columns = (table.conversation_id, seconds(db, moment).label("at"), literal(kind).label("kind"))
    return select(*columns).where(moment >= days.since)
