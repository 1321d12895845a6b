"""Who was written to and not reached is tried another way, and the next ones are told, without waiting for a round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import service, telling
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCall
from backend.callout.telling import Called
from backend.language import mark
from backend.tickets.models import Ticket
from backend.tickets.same_event import OPEN

Notices = Sequence[tuple[CalloutNotice, str]]


async def other_ways(session: AsyncSession, backend: Backend) -> None:
    """Look at what was told within this round, of every ticket that nobody has."""
    query = (
        select(Callout, Ticket)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(Callout.status.in_(service.OPEN), Callout.next_at.is_not(None))
        .where(Ticket.status.in_(OPEN))
        .order_by(Callout.id)
    )
    for callout, ticket in [(row[0], row[1]) for row in await session.execute(query)]:
        await _look(session, backend, (callout, ticket))


async def _look(session: AsyncSession, backend: Backend, called: Called) -> None:
    """A text that is lost is followed by a call; who cannot be reached at all, by telling everybody else."""
    callout, ticket = called
    now = backend.clock.now()
    people = {person.name: person for person in backend.coop.on_call}
    by_name: dict[str, list[tuple[CalloutNotice, str]]] = defaultdict(list)
    for notice, status in await telling.told(session, callout.id):
        if notice.what in (telling.CALL, telling.AGAIN) and notice.at > now - service.EVERY:
            by_name[notice.name].append((notice, status))
    unreached = []
    for name, notices in by_name.items():
        if name in people and _is_lost(notices, "sms", now) and not _ways(notices, "call"):
            await telling.phone(session, backend, people[name], called)
        elif all(_lost(notice, status, now) for notice, status in _loud(people.get(name), notices)):
            unreached.append(name)
    if not unreached:
        return
    more = await service.ask_more(session, backend, callout, ticket)
    if not more and len(unreached) == len(by_name):
        said = mark("Nobody on call is known to be reached. It is tried again every few minutes.")
        await service.tell_office(session, backend, ticket, "unreached", said)


def _loud(person: OnCall | None, notices: Notices) -> Notices:
    """What wakes somebody: of who has a phone the texts and calls, for an email waits until it is read."""
    return [one for one in notices if one[0].way != "email"] if person and person.phone else notices


def _is_lost(notices: Notices, way: str, now: datetime) -> bool:
    """Whether this way was tried, and the newest try did not get through."""
    tried = _ways(notices, way)
    return bool(tried) and _lost(*tried[-1], now)


def _ways(notices: Notices, way: str) -> Notices:
    return [one for one in notices if one[0].way == way]


def _lost(notice: CalloutNotice, status: str, now: datetime) -> bool:
    """Refused or failed; or still waiting after a minute, as when the carrier is down."""
    waits = status not in telling.GONE and notice.at <= now - service.STUCK
    return status in telling.LOST or waits
