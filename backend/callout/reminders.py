"""The job that reminds the people on call every five minutes until somebody takes the ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import codes, delivery, service
from backend.callout.delivery import CalledTicket
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCallPerson, people_on_duty
from backend.language import mark
from backend.tickets.danger_signs import is_danger_denied
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket

# rounds are five minutes apart
CALL_EVERYONE_AFTER_ROUNDS = 3  # a quarter of an hour: then also those off duty
NOTIFY_OFFICE_AFTER_ROUNDS = 12  # an hour
SLOW_DOWN_AFTER_ROUNDS = 288  # a day: then hourly, since nobody reads them any more and each text costs money
SLOW_INTERVAL = timedelta(hours=1)

Notices = Sequence[tuple[CalloutNotice, str]]
"""Notices with their status in the outbox."""


async def send_reminders(backend: Backend, _on: date) -> int:
    """Send reminders for tickets that nobody has; returns how many. One transaction, so a crash changes nothing."""
    async with backend.db.read_session() as session:
        if not await _has_open_callouts(session):
            return 0
    async with backend.db.transaction() as session:
        await _try_other_channels(session, backend)
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
    """The callouts whose next round is due, each claimed by one process."""
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
        claim = update(Callout).where(Callout.id == callout.id, Callout.rounds == callout.rounds)
        claimed = await session.execute(
            claim.where(Callout.status.in_(service.OPEN_STATUSES)).values(**values).returning(Callout.id)
        )
        if claimed.scalar_one_or_none() is None:
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
    """Whom to remind: not those who declined, unless all have."""
    refused = await codes.names_declined(session, callout.id)
    willing = [one for one in backend.coop.on_call if one.name not in refused] or list(backend.coop.on_call)
    if callout.rounds > CALL_EVERYONE_AFTER_ROUNDS:
        return willing
    return people_on_duty(willing, backend.clock.now().astimezone(backend.coop.zone).time())


async def _try_other_channels(session: AsyncSession, backend: Backend) -> None:
    """Check the messages of this round for every ticket that nobody has."""
    query = (
        select(Callout, Ticket)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(Callout.status.in_(service.OPEN_STATUSES), Callout.next_at.is_not(None))
        .where(Ticket.status.in_(OPEN_STATUSES))
        .order_by(Callout.id)
    )
    for callout, ticket in [(row[0], row[1]) for row in await session.execute(query)]:
        await _escalate_unreached(session, backend, (callout, ticket))


async def _escalate_unreached(session: AsyncSession, backend: Backend, called: CalledTicket) -> None:
    """Follow a lost text with a call; alert everybody else where a person cannot be reached at all."""
    callout, ticket = called
    now = backend.clock.now()
    people = {person.name: person for person in backend.coop.on_call}
    by_name: dict[str, list[tuple[CalloutNotice, str]]] = defaultdict(list)
    for notice, status in await delivery.list_notices(session, callout.id):
        if (
            notice.what in (delivery.INITIAL_NOTICE, delivery.REMINDER_NOTICE)
            and notice.at > now - service.REMINDER_INTERVAL
        ):
            by_name[notice.name].append((notice, status))
    unreached = []
    for name, notices in by_name.items():
        if name in people and _is_channel_lost(notices, "sms", now) and not _notices_by_channel(notices, "call"):
            await delivery.call_person(session, backend, people[name], called)
        elif all(_is_notice_lost(notice, status, now) for notice, status in _loud_notices(people.get(name), notices)):
            unreached.append(name)
    if not unreached:
        return
    more = await service.notify_remaining(session, backend, callout, ticket)
    if not more and len(unreached) == len(by_name):
        said = mark("Nobody on call is known to be reached. It is tried again every few minutes.")
        await service.notify_office(session, backend, ticket, "unreached", said)


def _loud_notices(person: OnCallPerson | None, notices: Notices) -> Notices:
    """Texts and calls where the person has a phone: an email wakes nobody."""
    return [one for one in notices if one[0].way != "email"] if person and person.phone else notices


def _is_channel_lost(notices: Notices, way: str, now: datetime) -> bool:
    """Whether the newest message by this channel did not get through."""
    tried = _notices_by_channel(notices, way)
    return bool(tried) and _is_notice_lost(*tried[-1], now)


def _notices_by_channel(notices: Notices, way: str) -> Notices:
    return [one for one in notices if one[0].way == way]


def _is_notice_lost(notice: CalloutNotice, status: str, now: datetime) -> bool:
    """Refused or failed, or not sent after a minute, such as when the carrier is down."""
    waits = status not in delivery.SENT_STATUSES and notice.at <= now - service.STUCK_AFTER
    return status in delivery.FAILED_STATUSES or waits
