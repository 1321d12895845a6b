"""The job that reminds the people on call every five minutes until somebody takes the ticket."""

from __future__ import annotations

from collections import defaultdict
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


async def send_reminders(backend: Backend, _on: date) -> int:
    """Send reminders for tickets that nobody has; returns how many. One transaction, so a crash changes nothing."""
    calling = (Callout.status.in_(service.OPEN_STATUSES), Callout.next_at.is_not(None))
    async with backend.db.read_session() as session:
        if await session.scalar(select(Callout.id).where(*calling).limit(1)) is None:
            return 0
    async with backend.db.transaction() as session:
        for called in await service.list_callouts(session, *calling, Ticket.status.in_(OPEN_STATUSES)):
            await _escalate_unreached(session, backend, called)
        due = await _claim_due(session, backend)
        by_name: dict[str, list[CalledTicket]] = defaultdict(list)
        for callout, ticket in due:
            for person in await _people_to_remind(session, backend, callout):
                by_name[person.name].append((callout, ticket))
        for person in backend.coop.on_call:
            if tickets := by_name.get(person.name):
                await delivery.alert_person(session, backend, person, tickets, delivery.REMINDER_NOTICE)
        return len(due)


async def _claim_due(session: AsyncSession, backend: Backend) -> list[CalledTicket]:
    """The callouts whose next round is due, each claimed by one process."""
    now = backend.clock.now()
    claimed: list[CalledTicket] = []
    is_due = (Callout.status.in_(service.OPEN_STATUSES), Callout.next_at <= now)
    for callout, ticket in await service.list_callouts(session, *is_due):
        if ticket.status not in OPEN_STATUSES:
            await service.end_callout(session, backend, ticket)
            continue
        interval = service.REMINDER_INTERVAL_DENIED if is_danger_denied(ticket) else service.REMINDER_INTERVAL
        if callout.rounds >= SLOW_DOWN_AFTER_ROUNDS:
            interval = SLOW_INTERVAL
        values: dict[str, Any] = {"rounds": callout.rounds + 1, "next_at": now + interval}
        nobody_answers = callout.rounds >= NOTIFY_OFFICE_AFTER_ROUNDS and callout.status == service.CALLING
        if nobody_answers:
            values["status"] = service.UNANSWERED
        claim = update(Callout).where(Callout.id == callout.id, Callout.rounds == callout.rounds)
        result = await session.execute(
            claim.where(Callout.status.in_(service.OPEN_STATUSES)).values(**values).returning(Callout.id)
        )
        if result.scalar_one_or_none() is None:
            continue  # another process has claimed this round
        await session.refresh(callout)
        if nobody_answers:
            text = mark("Nobody on call has answered for an hour. Reminders go on every few minutes.")
            await service.notify_office(session, backend, ticket, "unanswered", text)
        claimed.append((callout, ticket))
    return claimed


async def _people_to_remind(session: AsyncSession, backend: Backend, callout: Callout) -> list[OnCallPerson]:
    """Whom to remind: not those who declined, unless all have."""
    refused = await codes.names_declined(session, callout.id)
    willing = [one for one in backend.coop.on_call if one.name not in refused] or list(backend.coop.on_call)
    if callout.rounds > CALL_EVERYONE_AFTER_ROUNDS:
        return willing
    return people_on_duty(willing, backend.clock.now().astimezone(backend.coop.zone).time())


async def _escalate_unreached(session: AsyncSession, backend: Backend, called: CalledTicket) -> None:
    """Follow a lost text with a call; alert everybody else where a person cannot be reached at all."""
    callout, ticket = called
    now = backend.clock.now()
    people = {person.name: person for person in backend.coop.on_call}
    by_name: dict[str, list[tuple[CalloutNotice, str]]] = defaultdict(list)
    for notice, status in await delivery.list_notices(session, callout.id):
        if notice.what in delivery.ALERTS and notice.at > now - service.REMINDER_INTERVAL:
            by_name[notice.name].append((notice, status))
    unreached = []
    for name, notices in by_name.items():
        person = people.get(name)
        texts = [one for one in notices if one[0].way == "sms"]
        was_called = any(notice.way == "call" for notice, _ in notices)
        # an email wakes nobody, so it does not count for a person with a phone
        loud = [one for one in notices if one[0].way != "email"] if person and person.phone else notices
        if person and texts and _is_lost(*texts[-1], now) and not was_called:
            await delivery.call_person(session, backend, person, called)
        elif all(_is_lost(notice, status, now) for notice, status in loud):
            unreached.append(name)
    if not unreached:
        return
    more = await service.alert_remaining(session, backend, callout, ticket)
    if not more and len(unreached) == len(by_name):
        text = mark("Nobody on call is known to be reached. It is tried again every few minutes.")
        await service.notify_office(session, backend, ticket, "unreached", text)


def _is_lost(notice: CalloutNotice, status: str, now: datetime) -> bool:
    """Refused or failed, or not sent after a minute, such as when the carrier is down."""
    waits = status not in delivery.SENT_STATUSES and notice.at <= now - service.STUCK_AFTER
    return status in delivery.FAILED_STATUSES or waits
