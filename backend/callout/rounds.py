"""The job that tells the people on call again, every five minutes, until somebody has it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import codes, reaching, service, telling
from backend.callout.models import Callout
from backend.callout.roster import OnCall, on_duty
from backend.callout.telling import Called
from backend.language import mark
from backend.tickets.models import Ticket
from backend.tickets.same_event import OPEN
from backend.tickets.signs import is_denied

OFFICE_AFTER = 12  # rounds, with five minutes between them: after an hour the office is told that nobody answers
ALL_AFTER = 3  # rounds: a quarter of an hour without an answer, and those off duty are told as well
SELDOM_AFTER = 288  # rounds, a day: then each hour, for nobody reads them any more, and each is paid for
SELDOM = timedelta(hours=1)


async def remind(backend: Backend, _on: date) -> int:
    """Tell again what nobody has taken; how many tickets that were. One transaction: a crash in it changes nothing."""
    async with backend.db.reading() as session:
        if not await _anything(session):
            return 0
    async with backend.db.transaction() as session:
        await reaching.other_ways(session, backend)
        due = await _due(session, backend)
        by_name: dict[str, list[Called]] = defaultdict(list)
        for callout, ticket in due:
            for person in await _people(session, backend, callout):
                by_name[person.name].append((callout, ticket))
        for person in backend.coop.on_call:
            if called := by_name.get(person.name):
                await telling.tell(session, backend, person, called, telling.AGAIN)
        return len(due)


async def _anything(session: AsyncSession) -> bool:
    calling = select(Callout.id).where(Callout.status.in_(service.OPEN), Callout.next_at.is_not(None)).limit(1)
    return await session.scalar(calling) is not None


async def _due(session: AsyncSession, backend: Backend) -> list[Called]:
    """The callouts whose next round it is, each taken by one process."""
    now = backend.clock.now()
    query = (
        select(Callout, Ticket)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(Callout.status.in_(service.OPEN), Callout.next_at <= now)
        .order_by(Callout.id)
    )
    found: list[Called] = []
    for callout, ticket in [(row[0], row[1]) for row in await session.execute(query)]:
        if ticket.status not in OPEN:
            await service.ended(session, backend, ticket)
            continue
        pause = _pause(callout, ticket)
        values: dict[str, Any] = {"rounds": callout.rounds + 1, "next_at": now + pause}
        nobody_answers = callout.rounds >= OFFICE_AFTER and callout.status == service.CALLING
        if nobody_answers:
            values["status"] = service.UNANSWERED
        turn = update(Callout).where(Callout.id == callout.id, Callout.rounds == callout.rounds)
        mine = await session.execute(
            turn.where(Callout.status.in_(service.OPEN)).values(**values).returning(Callout.id)
        )
        if mine.scalar_one_or_none() is None:
            continue
        await session.refresh(callout)
        if nobody_answers:
            said = mark("Nobody on call has answered for an hour. They are asked on every few minutes.")
            await service.tell_office(session, backend, ticket, "unanswered", said)
        found.append((callout, ticket))
    return found


def _pause(callout: Callout, ticket: Ticket) -> timedelta:
    if callout.rounds >= SELDOM_AFTER:
        return SELDOM
    return service.EVERY_DENIED if is_denied(ticket) else service.EVERY


async def _people(session: AsyncSession, backend: Backend, callout: Callout) -> list[OnCall]:
    """Whose turn it is: not who has refused, unless all have."""
    refused = await codes.declined(session, callout.id)
    willing = [one for one in backend.coop.on_call if one.name not in refused] or list(backend.coop.on_call)
    if callout.rounds > ALL_AFTER:
        return willing
    return on_duty(willing, backend.clock.now().astimezone(backend.coop.zone).time())
