"""Calling out for a ticket, and who has it. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.callout import telling, words
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCall, on_duty
from backend.language import mark, speaking, tr
from backend.tickets.kinds import CALLS_OUT
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

CALLING, TAKEN, UNANSWERED, OVER = "calling", "taken", "unanswered", "over"
EVERY = timedelta(minutes=5)
MOST_NEWS = 10
"""So often what is added to one ticket is passed on: nobody can make the crew's phones ring without end."""


async def begin(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """Tell the people on call of an urgent ticket, by text and email, once; the job goes on from there."""
    people = backend.coop.on_call
    if not ticket.urgent or ticket.kind not in CALLS_OUT or not people:
        return
    await session.flush()
    if await of_ticket(session, ticket.id) is not None:
        return
    now = backend.clock.now()
    callout = Callout(ticket_id=ticket.id, status=CALLING, rounds=1, next_at=now + EVERY, created_at=now)
    session.add(callout)
    await session.flush()
    for person in on_duty(people, now.astimezone(backend.coop.zone).time()):
        await telling.tell(session, backend, person, [(callout, ticket)], telling.CALL)


async def of_ticket(session: AsyncSession, ticket_id: int) -> Callout | None:
    return await session.scalar(select(Callout).where(Callout.ticket_id == ticket_id))


async def of_tickets(session: AsyncSession, ticket_ids: Sequence[int]) -> dict[int, Callout]:
    """The callouts of these tickets, by the ticket's id."""
    found = await session.scalars(select(Callout).where(Callout.ticket_id.in_(ticket_ids)))
    return {callout.ticket_id: callout for callout in found}


async def news(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """The place or the phone became known, or it turned dangerous: who was told before hears it at once."""
    callout = await of_ticket(session, ticket.id)
    if callout is None or callout.status == OVER:
        return
    told = await telling.told(session, callout.id)
    if len({notice.at for notice, _ in told if notice.what == telling.NEWS}) >= MOST_NEWS:
        return
    for person in _who_heard(backend, callout, told):
        with speaking(person.language):
            body = tr("{coop}, {number}, now known: {what}", coop=backend.coop.short_name, number=ticket.number,
                      what=words.summary(ticket))  # fmt: skip
        await telling.say(session, backend, person, (callout, ticket), telling.NEWS, body)


async def ended(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """The ticket is over: nobody is called any more, and who was told hears that they need not go."""
    callout = await of_ticket(session, ticket.id)
    if callout is None or callout.status == OVER:
        return
    heard = _who_heard(backend, callout, await telling.told(session, callout.id))
    callout.status, callout.next_at = OVER, None
    await session.flush()
    for person in heard:
        with speaking(person.language):
            body = tr("{coop}: {number} is closed ({why}). {what}", coop=backend.coop.short_name,
                      number=ticket.number, why=tr(_WHY.get(ticket.status, _DONE)),
                      what=words.summary(ticket))  # fmt: skip
        await telling.say(session, backend, person, (callout, ticket), telling.ENDED, body)


async def take(
    session: AsyncSession, backend: Backend, callout: Callout, ticket: Ticket, name: str, how: str
) -> str | None:
    """`name` has it. Of several who take it at once one is the first: the name of who has it; None when it is over."""
    now = backend.clock.now()
    mine = update(Callout).where(Callout.id == callout.id, Callout.status.in_((CALLING, UNANSWERED)))
    done = await session.execute(
        mine.values(status=TAKEN, taken_by=name, taken_how=how, taken_at=now, next_at=None).returning(Callout.id)
    )
    first = done.scalar_one_or_none() is not None
    await session.refresh(callout)
    if not first:
        return callout.taken_by if callout.status == TAKEN else None
    await _record(session, backend, callout, ticket)
    heard = {notice.name for notice, _ in await telling.told(session, callout.id)}
    for person in backend.coop.on_call:
        if person.name in heard and person.name != name:
            with speaking(person.language):
                body = f"{backend.coop.short_name}: {words.taken(ticket, name)}"
            await telling.say(session, backend, person, (callout, ticket), telling.ENDED, body)
    return name


async def told_to(session: AsyncSession, name: str, *statuses: str) -> list[tuple[Callout, Ticket]]:
    """The callouts of these statuses that this person was told of, the newest first."""
    heard = select(CalloutNotice.callout_id).where(CalloutNotice.name == name)
    query = (
        select(Callout, Ticket)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(Callout.id.in_(heard), Callout.status.in_(statuses))
        .order_by(Callout.id.desc())
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def member_words(session: AsyncSession, backend: Backend, ticket: Ticket, *, first: bool = False) -> str:
    """What the member is told of it; empty for a ticket that nobody is called out for."""
    if not ticket.urgent or ticket.kind not in CALLS_OUT:
        return ""
    callout = await of_ticket(session, ticket.id)
    told = await telling.told(session, callout.id) if callout else []
    ways = frozenset(notice.way for notice, status in told if status not in telling.LOST)
    return words.for_member(backend, callout, ways, first=first)


async def as_data(session: AsyncSession, ticket_id: int) -> dict[str, Any] | None:
    """Who was told when and how, and who has it, as plain data; None when nobody was called out."""
    callout = await of_ticket(session, ticket_id)
    if callout is None:
        return None
    told = await telling.told(session, callout.id)
    return {
        "status": callout.status,
        "taken_by": callout.taken_by,
        "taken_how": callout.taken_how,
        "taken_at": callout.taken_at,
        "next_at": callout.next_at,
        "told": [
            {"name": notice.name, "way": notice.way, "what": notice.what, "at": notice.at, "status": status}
            for notice, status in told
        ],
    }


_DONE = mark("done")
_WHY = {"withdrawn": mark("taken back by who told it")}


def _who_heard(backend: Backend, callout: Callout, told: list[tuple[CalloutNotice, str]]) -> list[OnCall]:
    """Whom to keep informed: who has it, else everybody who was told."""
    names = {callout.taken_by} if callout.status == TAKEN and callout.taken_by else {one.name for one, _ in told}
    return [person for person in backend.coop.on_call if person.name in names]


async def _record(session: AsyncSession, backend: Backend, callout: Callout, ticket: Ticket) -> None:
    await record(
        session,
        backend,
        actor=f"oncall:{callout.taken_by}"[:80],
        level=0,
        channel="office",
        act="callout_taken",
        account_id=ticket.account_id,
        after={"number": ticket.number, "by": callout.taken_by, "how": callout.taken_how},
    )
