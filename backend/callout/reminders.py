"""The job that tells the people on call again, every five minutes, until somebody has it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import codes, delivery, fallback, service
from backend.callout.delivery import CalledTicket
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson, people_on_duty
from backend.language import mark
from backend.tickets.danger_signs import is_danger_denied
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket

NOTIFY_OFFICE_AFTER_ROUNDS = (
    12  # rounds, with five minutes between them: after an hour the office is told that nobody answers
)
CALL_EVERYONE_AFTER_ROUNDS = 3  # rounds: a quarter of an hour without an answer, and those off duty are told as well
SLOW_DOWN_AFTER_ROUNDS = 288  # rounds, a day: then each hour, for nobody reads them any more, and each is paid for
SLOW_INTERVAL = timedelta(hours=1)


async def send_reminders(backend: Backend, _on: date) -> int:
    """Tell again what nobody has taken; how many tickets that were. One transaction: a crash in it changes nothing."""
    async with backend.db.read_session() as session:
        if not await _has_open_callouts(session):
            return 0
    async with backend.db.transaction() as session:
        await fallback.try_other_channels(session, backend)
        due = await _due(session, backend)
        by_name: dict[str, list[CalledTicket]] = defaultdict(list)
        for callout, ticket in due:
            for person in await _people(session, backend, callout):
                by_name[person.name].append((callout, ticket))
        for person in backend.coop.on_call:
            if called := by_name.get(person.name):
                await delivery.notify_person(session, backend, person, called, delivery.REMINDER_NOTICE)
        return len(due)


async def _has_open_callouts(session: AsyncSession) -> bool:
    calling = select(Callout.id).where(Callout.status.in_(service.OPEN_STATUSES), Callout.next_at.is_not(None)).limit(1)
    return await session.scalar(calling) is not None


async def _due(session: AsyncSession, backend: Backend) -> list[CalledTicket]:
    """The callouts whose next round it is, each taken by one process."""
    now = backend.clock.now()
    query = (
        select(Callout, Ticket)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(Callout.status.in_(service.OPEN_STATUSES), Callout.next_at <= now)
        .order_by(Callout.id)
    )
    found: list[CalledTicket] = []
    for callout, ticket in [(row[0], row[1]) for row in await session.execute(query)]:
        if ticket.status not in OPEN_STATUSES:
            await service.end_callout(session, backend, ticket)
            continue
        pause = _next_interval(callout, ticket)
        values: dict[str, Any] = {"rounds": callout.rounds + 1, "next_at": now + pause}
        nobody_answers = callout.rounds >= NOTIFY_OFFICE_AFTER_ROUNDS and callout.status == service.CALLING
        if nobody_answers:
            values["status"] = service.UNANSWERED
        turn = update(Callout).where(Callout.id == callout.id, Callout.rounds == callout.rounds)
        mine = await session.execute(
            turn.where(Callout.status.in_(service.OPEN_STATUSES)).values(**values).returning(Callout.id)
        )
        if mine.scalar_one_or_none() is None:
            continue
        await session.refresh(callout)
        if nobody_answers:
            said = mark("Nobody on call has answered for an hour. They are asked on every few minutes.")
            await service.notify_office(session, backend, ticket, "unanswered", said)
        found.append((callout, ticket))
    return found


def _next_interval(callout: Callout, ticket: Ticket) -> timedelta:
    if callout.rounds >= SLOW_DOWN_AFTER_ROUNDS:
        return SLOW_INTERVAL
    return service.REMINDER_INTERVAL_DENIED if is_danger_denied(ticket) else service.REMINDER_INTERVAL


async def _people(session: AsyncSession, backend: Backend, callout: Callout) -> list[OnCallPerson]:
    """Whose turn it is: not who has refused, unless all have."""
    refused = await codes.names_declined(session, callout.id)
    willing = [one for one in backend.coop.on_call if one.name not in refused] or list(backend.coop.on_call)
    if callout.rounds > CALL_EVERYONE_AFTER_ROUNDS:
        return willing
    return people_on_duty(willing, backend.clock.now().astimezone(backend.coop.zone).time())
