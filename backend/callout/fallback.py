"""Who was written to and not reached is tried another way, and the next ones are told, without waiting for a round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import delivery, service
from backend.callout.delivery import CalledTicket
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCallPerson
from backend.language import mark
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket

Notices = Sequence[tuple[CalloutNotice, str]]


async def try_other_channels(session: AsyncSession, backend: Backend) -> None:
    """Look at what was told within this round, of every ticket that nobody has."""
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
    """A text that is lost is followed by a call; who cannot be reached at all, by telling everybody else."""
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
    """What wakes somebody: of who has a phone the texts and calls, for an email waits until it is read."""
    return [one for one in notices if one[0].way != "email"] if person and person.phone else notices


def _is_channel_lost(notices: Notices, way: str, now: datetime) -> bool:
    """Whether this way was tried, and the newest try did not get through."""
    tried = _notices_by_channel(notices, way)
    return bool(tried) and _is_notice_lost(*tried[-1], now)


def _notices_by_channel(notices: Notices, way: str) -> Notices:
    return [one for one in notices if one[0].way == way]


def _is_notice_lost(notice: CalloutNotice, status: str, now: datetime) -> bool:
    """Refused or failed; or still waiting after a minute, as when the carrier is down."""
    waits = status not in delivery.SENT_STATUSES and notice.at <= now - service.STUCK_AFTER
    return status in delivery.FAILED_STATUSES or waits
