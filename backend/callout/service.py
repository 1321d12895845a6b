"""Calling out for a ticket, and who has it. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.callout import codes, telling, tried, words
from backend.callout.models import Callout, CalloutCode, CalloutNotice
from backend.callout.roster import OnCall, on_duty
from backend.language import ENGLISH, mark, speaking, tr
from backend.outbox.service import enqueue
from backend.tickets.kinds import CALLS_OUT
from backend.tickets.models import Ticket
from backend.tickets.signs import is_denied

if TYPE_CHECKING:
    from backend.app import Backend

CALLING, TAKEN, UNANSWERED, OVER = "calling", "taken", "unanswered", "over"
OPEN = (CALLING, UNANSWERED)
"""Nobody has it yet."""
OFFICE = "office"
EVERY = timedelta(minutes=5)
EVERY_DENIED = timedelta(minutes=30)
"""Where who reported it says that there is no danger; it proves nothing, so that the calling does not end."""
STUCK = timedelta(minutes=1)
"""What was written so long ago and has not gone out does not count as told."""
MOST_NEWS, MOST_SAID, MOST_ADDED = 10, 4, 6
"""So often what becomes known of one ticket, what its reporter takes back, and what else they tell is passed on: nobody
makes the crew's phones ring without end, and talk does not use up what a new place needs."""


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


async def hasten(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """There is danger after all: the next round comes as soon as for any other."""
    callout = await of_ticket(session, ticket.id)
    soon = backend.clock.now() + EVERY
    if callout is not None and callout.next_at is not None and callout.next_at > soon:
        callout.next_at = soon
        await session.flush()


async def of_ticket(session: AsyncSession, ticket_id: int) -> Callout | None:
    return await session.scalar(select(Callout).where(Callout.ticket_id == ticket_id))


async def of_tickets(session: AsyncSession, ticket_ids: Sequence[int]) -> dict[int, Callout]:
    """The callouts of these tickets, by the ticket's id."""
    found = await session.scalars(select(Callout).where(Callout.ticket_id.in_(ticket_ids)))
    return {callout.ticket_id: callout for callout in found}


async def news(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """The place or the phone became known, or it turned dangerous: who was told before hears it at once."""

    def body() -> str:
        return tr("{coop}, {number}, now known: {what}", coop=backend.coop.short_name, number=ticket.number,
                  what=words.summary(ticket))  # fmt: skip

    await _say_to_who_heard(session, backend, ticket, telling.NEWS, MOST_NEWS, body)


async def reporter_adds(session: AsyncSession, backend: Backend, ticket: Ticket, said: str) -> None:
    """What else is told of it: who is there, the way in, what happened since. Whoever drives there wants it."""

    def body() -> str:
        return tr('{coop}, {number}, also told: "{said}".', coop=backend.coop.short_name, number=ticket.number,
                  said=words.shortened(said))  # fmt: skip

    await _say_to_who_heard(session, backend, ticket, telling.ADDS, MOST_ADDED, body)


async def reporter_says(
    session: AsyncSession, backend: Backend, ticket: Ticket, said: str, *, own: bool = True
) -> None:
    """That it was a mistake, or is over, by the word of who reported it, which proves nothing: who has it, else all who
    were told, hear it and go on. Not `own`: somebody else said so."""

    def body() -> str:
        if not own:
            return tr('{coop}: somebody else says of {number}: "{said}". Not proven. It stays open until you or the '
                      "office close it.", coop=backend.coop.short_name, number=ticket.number,
                      said=words.shortened(said))  # fmt: skip
        return tr('{coop}: who reported {number} now says: "{said}". Not proven. It stays open until you or the '
                  "office close it.", coop=backend.coop.short_name, number=ticket.number,
                  said=words.shortened(said))  # fmt: skip

    await _say_to_who_heard(session, backend, ticket, telling.SAYS, MOST_SAID, body)


async def _say_to_who_heard(
    session: AsyncSession, backend: Backend, ticket: Ticket, what: str, most: int, body: Callable[[], str]
) -> None:
    """Send `body`, made in each person's language, to who was told of the ticket: at most so many times of each kind,
    and nothing once it is over."""
    callout = await of_ticket(session, ticket.id)
    if callout is None or callout.status == OVER:
        return
    told = await telling.told(session, callout.id)
    if len({notice.at for notice, _ in told if notice.what == what}) >= most:
        return
    for person in who_heard(backend, callout, told):
        with speaking(person.language):
            said = body()
        await telling.say(session, backend, person, (callout, ticket), what, said)


async def ended(session: AsyncSession, backend: Backend, ticket: Ticket, by: str = "") -> None:
    """The ticket is over: nobody is called any more, and who was told hears that they need not go; but for `by`, who
    said so."""
    callout = await of_ticket(session, ticket.id)
    if callout is None or callout.status == OVER:
        return
    heard = who_heard(backend, callout, await telling.told(session, callout.id))
    callout.status, callout.next_at = OVER, None
    await session.flush()
    await telling.drop_waiting(session, backend, [callout])
    for person in heard:
        if person.name == by:
            continue
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
    mine = update(Callout).where(Callout.id == callout.id, Callout.status.in_(OPEN))
    done = await session.execute(
        mine.values(status=TAKEN, taken_by=name, taken_how=how, taken_at=now, next_at=None).returning(Callout.id)
    )
    first = done.scalar_one_or_none() is not None
    await session.refresh(callout)
    if not first:
        return callout.taken_by if callout.status == TAKEN else None
    await telling.drop_waiting(session, backend, [callout])
    await _record(session, backend, callout, ticket, name, "callout_taken")
    heard = {notice.name for notice, _ in await telling.told(session, callout.id)}
    for person in backend.coop.on_call:
        if person.name in heard and person.name != name:
            with speaking(person.language):
                body = f"{backend.coop.short_name}: {words.taken(ticket, name)}"
            await telling.say(session, backend, person, (callout, ticket), telling.ENDED, body)
    return name


async def decline(session: AsyncSession, backend: Backend, coded: codes.Coded, person: OnCall) -> None:
    """`person` has shown that it is them, and cannot: the others are asked at once, and they are left in peace.

    What they had taken is open again. When nobody is left the office is told, and all are asked on.
    """
    callout, ticket, now = coded.callout, coded.ticket, backend.clock.now()
    if callout.status == OVER:
        return
    coded.row.declined_at = now
    mine = update(Callout).where(Callout.id == callout.id, Callout.status == TAKEN, Callout.taken_by == person.name)
    mine = mine.where(Callout.taken_how != OFFICE)
    await session.execute(
        mine.values(status=CALLING, taken_by=None, taken_how=None, taken_at=None, next_at=now + EVERY)
    )
    await session.flush()
    await session.refresh(callout)
    await _record(session, backend, callout, ticket, person.name, "callout_declined")
    if callout.status not in OPEN:
        return
    refused = await codes.declined(session, callout.id)
    left = [one for one in backend.coop.on_call if one.name not in refused]
    for one in left:
        await telling.tell(session, backend, one, [(callout, ticket)], telling.AGAIN, why=f"no:{coded.row.id}")
    if not left:
        said = mark("Everybody on call says that it has to be another. They are asked on.")
        await tell_office(session, backend, ticket, "refused", said)


async def ask_more(session: AsyncSession, backend: Backend, callout: Callout, ticket: Ticket) -> int:
    """Those not told yet are told at once, on duty or not; how many that are."""
    asked = (telling.CALL, telling.AGAIN)
    heard = {notice.name for notice, _ in await telling.told(session, callout.id) if notice.what in asked}
    more = [person for person in backend.coop.on_call if person.name not in heard]
    for person in more:
        await telling.tell(session, backend, person, [(callout, ticket)], telling.CALL)
    return len(more)


async def untold(session: AsyncSession, person: OnCall) -> list[telling.Called]:
    """The tickets that nobody has and `person` was not asked to take."""
    theirs = select(CalloutCode.callout_id).where(CalloutCode.name == person.name)
    query = (
        select(Callout, Ticket)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(Callout.status.in_(OPEN), Callout.id.not_in(theirs))
        .order_by(Callout.id)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def tell_office(
    session: AsyncSession, backend: Backend, ticket: Ticket, why: str, what: str, **values: str
) -> None:
    """An email to the office's own address, once for each `why`: the people on call do not do it alone.

    `what` is marked for translation; below it stands what was tried with each of them, and how it went.
    """
    callout = await of_ticket(session, ticket.id)
    with speaking(ENGLISH):
        how = await tried.by_person(session, backend, callout.id) if callout else ""
        await enqueue(
            session,
            backend,
            kind="email",
            recipient=backend.coop.email,
            subject=words.subject(backend, ticket),
            body=f"{tr(what, **values)} {words.summary(ticket, later=True)}\n\n{how}\n",
            purpose=telling.PURPOSE,
            dedupe_key=f"callout:{why}:{ticket.id}",
        )


async def member_words(session: AsyncSession, backend: Backend, ticket: Ticket, *, first: bool = False) -> str:
    """What the member is told of it; empty for a ticket that nobody is called out for."""
    if not ticket.urgent or ticket.kind not in CALLS_OUT:
        return ""
    callout = await of_ticket(session, ticket.id)
    told = await telling.told(session, callout.id) if callout else []
    just_now = backend.clock.now() - STUCK
    asked = [one for one in told if one[0].what in (telling.CALL, telling.AGAIN) and one[1] not in telling.LOST]
    out = [notice for notice, status in asked if status in telling.GONE]
    going = [notice for notice, status in asked if status not in telling.GONE and notice.at > just_now]
    refused = await codes.declined(session, callout.id) if callout else frozenset()
    known = words.Known(
        ways=frozenset(notice.way for notice in out),
        going=frozenset(notice.way for notice in going),
        since=min((notice.at for notice in out), default=None),
        waiting=len(out) + len(going) < len(asked),
        denied=is_denied(ticket),
        all_refused=bool(refused) and all(person.name in refused for person in backend.coop.on_call),
    )
    return words.for_member(backend, callout, known, first=first)


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


def who_heard(backend: Backend, callout: Callout, told: list[tuple[CalloutNotice, str]]) -> list[OnCall]:
    """Whom to keep informed: who has it, else everybody who was told."""
    names = {callout.taken_by} if callout.status == TAKEN and callout.taken_by else {one.name for one, _ in told}
    return [person for person in backend.coop.on_call if person.name in names]


async def _record(
    session: AsyncSession, backend: Backend, callout: Callout, ticket: Ticket, name: str, act: str
) -> None:
    await record(
        session,
        backend,
        actor=f"oncall:{name}"[:80],
        level=0,
        channel="office",
        act=act,
        account_id=ticket.account_id,
        after={"number": ticket.number, "by": callout.taken_by, "how": callout.taken_how},
    )
