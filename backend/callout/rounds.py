"""The job that tells the people on call again, every five minutes, until somebody has it or an hour is over."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import service, telling, words
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCall, on_duty
from backend.callout.telling import Called
from backend.language import tr
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue
from backend.tickets.models import Ticket
from backend.tickets.same_event import OPEN

MOST_ROUNDS = 12  # with five minutes between, an hour
ALL_AFTER = 3  # rounds: a quarter of an hour without an answer, and those off duty are told as well


async def remind(backend: Backend, _on: date) -> int:
    """Tell again what nobody has taken; how many tickets that were. One transaction: a crash in it changes nothing."""
    async with backend.db.reading() as session:
        if not await _anything(session, backend.clock.now()):
            return 0
    async with backend.db.transaction() as session:
        await _other_ways(session, backend)
        due = await _due(session, backend)
        by_name: dict[str, list[Called]] = defaultdict(list)
        for callout, ticket in due:
            for person in _people(backend, callout):
                by_name[person.name].append((callout, ticket))
        for person in backend.coop.on_call:
            if called := by_name.get(person.name):
                await telling.tell(session, backend, person, called, telling.AGAIN)
        return len(due)


async def _anything(session: AsyncSession, now: datetime) -> bool:
    calling = select(Callout.id).where(Callout.status == service.CALLING).limit(1)
    return await session.scalar(calling) is not None


async def _due(session: AsyncSession, backend: Backend) -> list[Called]:
    """The callouts whose next round it is, each taken by one process; those that end are ended."""
    now = backend.clock.now()
    query = (
        select(Callout, Ticket)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(Callout.status == service.CALLING, Callout.next_at <= now)
        .order_by(Callout.id)
    )
    found: list[Called] = []
    for callout, ticket in [(row[0], row[1]) for row in await session.execute(query)]:
        if ticket.status not in OPEN:
            await service.ended(session, backend, ticket)
            continue
        goes_on = callout.rounds < MOST_ROUNDS
        turn = update(Callout).where(Callout.id == callout.id, Callout.rounds == callout.rounds)
        values = {"rounds": callout.rounds + 1, "next_at": now + service.EVERY} if goes_on else _UNANSWERED
        mine = await session.execute(
            turn.where(Callout.status == service.CALLING).values(**values).returning(Callout.id)
        )
        if mine.scalar_one_or_none() is None:
            continue
        await session.refresh(callout)
        if goes_on:
            found.append((callout, ticket))
        else:
            await _tell_office(session, backend, ticket)
    return found


_UNANSWERED = {"status": service.UNANSWERED, "next_at": None}


def _people(backend: Backend, callout: Callout) -> list[OnCall]:
    people = backend.coop.on_call
    if callout.rounds > ALL_AFTER:
        return list(people)
    return on_duty(people, backend.clock.now().astimezone(backend.coop.zone).time())


async def _tell_office(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """Nobody answered in all rounds: the office's own address hears it, and the list shows it."""
    await enqueue(
        session,
        backend,
        kind="email",
        recipient=backend.coop.email,
        subject=words.subject(backend, ticket),
        body=tr(
            "Nobody on call has answered for an hour, and nobody is told again. {what}", what=words.summary(ticket)
        ),
        purpose=telling.PURPOSE,
        dedupe_key=f"callout:unanswered:{ticket.id}",
    )


async def _other_ways(session: AsyncSession, backend: Backend) -> None:
    """Who could not be texted in this round is called, without waiting for the next one."""
    query = (
        select(CalloutNotice, Callout, Ticket)
        .join(Callout, Callout.id == CalloutNotice.callout_id)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .join(OutboxMessage, OutboxMessage.id == CalloutNotice.outbox_id)
        .where(Callout.status == service.CALLING, Ticket.status.in_(OPEN))
        .where(CalloutNotice.what.in_((telling.CALL, telling.AGAIN)), CalloutNotice.way == "sms")
        .where(OutboxMessage.status.in_(telling.LOST), CalloutNotice.at > backend.clock.now() - service.EVERY)
        .order_by(CalloutNotice.id)
    )
    people = {person.name: person for person in backend.coop.on_call}
    for notice, callout, ticket in [(row[0], row[1], row[2]) for row in await session.execute(query)]:
        called = select(CalloutNotice.id).where(
            CalloutNotice.callout_id == callout.id,
            CalloutNotice.name == notice.name,
            CalloutNotice.way == "call",
            CalloutNotice.at >= notice.at,
        )
        if notice.name in people and await session.scalar(called.limit(1)) is None:
            await telling.phone(session, backend, people[notice.name], (callout, ticket))
