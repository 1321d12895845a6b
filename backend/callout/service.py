"""Callouts: starts, expedites and ends them, sends updates, lets people take or decline them, and informs the office.

Functions flush; the caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.callout import codes, delivery, messages
from backend.callout.models import Callout, CalloutCode, CalloutNotice
from backend.callout.roster import OnCallPerson, people_on_duty
from backend.language import ENGLISH, mark, tr, use_language
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue
from backend.tickets.kinds import CALLOUT_KINDS
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

CALLING, TAKEN, UNANSWERED, OVER = "calling", "taken", "unanswered", "over"
OPEN_STATUSES = (CALLING, UNANSWERED)  # nobody has it yet
OFFICE = "office"
REMINDER_INTERVAL = timedelta(minutes=5)
REMINDER_INTERVAL_DENIED = timedelta(minutes=30)
"""Where the reporter denies the danger: that proves nothing, so reminders go on."""
STUCK_AFTER = timedelta(minutes=1)  # a message not sent by then counts as not delivered
CHANNEL_NAMES = {"sms": mark("text"), "call": mark("call"), "email": mark("email")}
STATUS_NAMES = {
    "queued": mark("not gone out yet"),
    "sending": mark("on its way out"),
    "sent": mark("sent"),
    "delivered": mark("delivered"),
    "undelivered": mark("not delivered"),
    "failed": mark("failed"),
    "refused": mark("refused"),
}
MAX_NEWS, MAX_STATEMENTS, MAX_ADDITIONS = 10, 4, 6
"""Updates relayed per ticket: nobody can make the crew's phones ring endlessly. Each kind is counted apart, so that
chatter does not use up the messages that a new place needs."""


async def start_callout(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """Alert the people on duty to an urgent ticket, once; the reminders job goes on from there."""
    people = backend.coop.on_call
    if not ticket.urgent or ticket.kind not in CALLOUT_KINDS or not people:
        return
    await session.flush()
    if await find_callout(session, ticket.id) is not None:
        return
    now = backend.clock.now()
    callout = Callout(ticket_id=ticket.id, status=CALLING, rounds=1, next_at=now + REMINDER_INTERVAL, created_at=now)
    session.add(callout)
    await session.flush()
    for person in people_on_duty(people, now.astimezone(backend.coop.zone).time()):
        await delivery.alert_person(session, backend, person, [(callout, ticket)], delivery.INITIAL_NOTICE)


async def expedite(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """There is danger after all: bring the next reminder forward to the normal interval."""
    callout = await find_callout(session, ticket.id)
    soon = backend.clock.now() + REMINDER_INTERVAL
    if callout is not None and callout.next_at is not None and callout.next_at > soon:
        callout.next_at = soon
        await session.flush()


async def find_callout(session: AsyncSession, ticket_id: int) -> Callout | None:
    return await session.scalar(select(Callout).where(Callout.ticket_id == ticket_id))


async def list_callouts(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[delivery.CalledTicket]:
    """The callouts that meet these conditions, with their tickets, the oldest first."""
    query = select(Callout, Ticket).join(Ticket, Ticket.id == Callout.ticket_id).where(*conditions)
    return [(row[0], row[1]) for row in await session.execute(query.order_by(Callout.id))]


async def find_callouts(session: AsyncSession, ticket_ids: Sequence[int]) -> dict[int, Callout]:
    """The callouts of these tickets, by the ticket's id."""
    found = await session.scalars(select(Callout).where(Callout.ticket_id.in_(ticket_ids)))
    return {callout.ticket_id: callout for callout in found}


async def send_news(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """Place, phone or danger became known: update at once everybody alerted before, or the person who has it."""
    text = mark("{coop}, {number}, now known: {what}")
    await _broadcast(session, backend, ticket, delivery.NEWS_NOTICE, MAX_NEWS, text)


async def relay_addition(session: AsyncSession, backend: Backend, ticket: Ticket, words: str) -> None:
    """Relay further details for the crew: who is there, the way in, what happened since."""
    text = mark('{coop}, {number}, also told: "{said}".')
    await _broadcast(session, backend, ticket, delivery.ADDITION_NOTICE, MAX_ADDITIONS, text, words)


async def relay_statement(
    session: AsyncSession, backend: Backend, ticket: Ticket, words: str, *, own: bool = True
) -> None:
    """Relay the reporter's (`own`) or somebody else's statement that it was a mistake or is over. It proves nothing, so
    the callout goes on."""
    text = mark(
        '{coop}: who reported {number} now says: "{said}". Not proven. It stays open until you or the office close it.'
    )
    if not own:
        text = mark(
            '{coop}: somebody else says of {number}: "{said}". Not proven. It stays open until you or the office close '
            "it."
        )
    await _broadcast(session, backend, ticket, delivery.STATEMENT_NOTICE, MAX_STATEMENTS, text, words)


async def _broadcast(
    session: AsyncSession, backend: Backend, ticket: Ticket, notice_kind: str, limit: int, text: str, words: str = ""
) -> None:
    """Send `text` (marked) to the people to update, each in their language; at most `limit` times for this
    `notice_kind`, and not once the callout is over."""
    callout = await find_callout(session, ticket.id)
    if callout is None or callout.status == OVER:
        return
    notices = await delivery.list_notices(session, callout.id)
    if len({notice.at for notice, _ in notices if notice.what == notice_kind}) >= limit:
        return
    for person in people_to_update(backend, callout, notices):
        with use_language(person.language):
            body = tr(
                text,
                coop=backend.coop.short_name,
                number=ticket.number,
                said=messages.shorten(words),
                what=messages.format_summary(ticket),
            )
        await delivery.send_update(session, backend, person, (callout, ticket), notice_kind, body)


async def end_callout(session: AsyncSession, backend: Backend, ticket: Ticket, by: str = "") -> None:
    """The ticket ended: stop the callout and update everybody, except `by`, who ended it."""
    callout = await find_callout(session, ticket.id)
    if callout is None or callout.status == OVER:
        return
    people = people_to_update(backend, callout, await delivery.list_notices(session, callout.id))
    callout.status, callout.next_at = OVER, None
    await session.flush()
    await delivery.cancel_queued(session, backend, [callout])
    for person in people:
        if person.name == by:
            continue
        with use_language(person.language):
            reason = tr("withdrawn by the reporter") if ticket.status == "withdrawn" else tr("done")
            body = tr(
                "{coop}: {number} is closed ({why}). {what}",
                coop=backend.coop.short_name,
                number=ticket.number,
                why=reason,
                what=messages.format_summary(ticket),
            )
        await delivery.send_update(session, backend, person, (callout, ticket), delivery.ENDED_NOTICE, body)


async def take(
    session: AsyncSession, backend: Backend, callout: Callout, ticket: Ticket, name: str, by_channel: str
) -> str | None:
    """`name` takes it by text, link or office. Returns who has it (the first of several at once); None when it is
    over."""
    now = backend.clock.now()
    mine = update(Callout).where(Callout.id == callout.id, Callout.status.in_(OPEN_STATUSES))
    result = await session.execute(
        mine.values(status=TAKEN, taken_by=name, taken_how=by_channel, taken_at=now, next_at=None).returning(Callout.id)
    )
    is_taker = result.scalar_one_or_none() is not None
    await session.refresh(callout)
    if not is_taker:
        return callout.taken_by if callout.status == TAKEN else None
    await delivery.cancel_queued(session, backend, [callout])
    await _record(session, backend, callout, ticket, name, "callout_taken")
    alerted = {notice.name for notice, _ in await delivery.list_notices(session, callout.id)}
    for person in backend.coop.on_call:
        if person.name in alerted and person.name != name:
            with use_language(person.language):
                body = f"{backend.coop.short_name}: {messages.format_taken(ticket, name)}"
            await delivery.send_update(session, backend, person, (callout, ticket), delivery.ENDED_NOTICE, body)
    return name


async def decline(session: AsyncSession, backend: Backend, coded: codes.TicketCode, person: OnCallPerson) -> None:
    """`person` (proven by the code) declines: the others are alerted at once, and `person` gets no more reminders.

    If they had taken it, it is open again. When everybody has declined, the office gets an email and all get reminders.
    """
    callout, ticket, now = coded.callout, coded.ticket, backend.clock.now()
    if callout.status == OVER:
        return
    coded.row.declined_at = now
    mine = update(Callout).where(Callout.id == callout.id, Callout.status == TAKEN, Callout.taken_by == person.name)
    mine = mine.where(Callout.taken_how != OFFICE)
    await session.execute(
        mine.values(status=CALLING, taken_by=None, taken_how=None, taken_at=None, next_at=now + REMINDER_INTERVAL)
    )
    await session.flush()
    await session.refresh(callout)
    await _record(session, backend, callout, ticket, person.name, "callout_declined")
    if callout.status not in OPEN_STATUSES:
        return
    declined = await codes.names_declined(session, callout.id)
    left = [one for one in backend.coop.on_call if one.name not in declined]
    for one in left:
        await delivery.alert_person(
            session, backend, one, [(callout, ticket)], delivery.REMINDER_NOTICE, reason=f"no:{coded.row.id}"
        )
    if not left:
        text = mark("Everybody on call has declined. Reminders go on.")
        await notify_office(session, backend, ticket, "refused", text)


async def alert_remaining(session: AsyncSession, backend: Backend, callout: Callout, ticket: Ticket) -> int:
    """Alert at once everybody not alerted yet, on duty or not; returns how many."""
    notices = await delivery.list_notices(session, callout.id)
    alerted = {notice.name for notice, _ in notices if notice.what in delivery.ALERTS}
    more = [person for person in backend.coop.on_call if person.name not in alerted]
    for person in more:
        await delivery.alert_person(session, backend, person, [(callout, ticket)], delivery.INITIAL_NOTICE)
    return len(more)


async def find_unalerted_tickets(session: AsyncSession, person: OnCallPerson) -> list[delivery.CalledTicket]:
    """Open callouts to which `person` was not alerted: they have no code for it, and an answer needs one."""
    theirs = select(CalloutCode.callout_id).where(CalloutCode.name == person.name)
    return await list_callouts(session, Callout.status.in_(OPEN_STATUSES), Callout.id.not_in(theirs))


async def notify_office(
    session: AsyncSession, backend: Backend, ticket: Ticket, reason: str, text: str, **values: str
) -> None:
    """Email the office, once for each `reason`: `text` (marked), the ticket, and how each person was alerted."""
    callout = await find_callout(session, ticket.id)
    with use_language(ENGLISH):
        attempts = await _format_attempts(session, backend, callout.id) if callout else ""
        await enqueue(
            session,
            backend,
            kind="email",
            recipient=backend.coop.email,
            subject=messages.format_subject(backend, ticket),
            body=f"{tr(text, **values)} {messages.format_summary(ticket, later=True)}\n\n{attempts}\n",
            purpose=delivery.PURPOSE,
            dedupe_key=f"callout:{reason}:{ticket.id}",
        )


async def _format_attempts(session: AsyncSession, backend: Backend, callout_id: int) -> str:
    """One line per person: `Sam: text sent at 10:05 AM; email refused at 10:05 AM`, the newest of each channel."""
    query = (
        select(CalloutNotice, OutboxMessage.status, OutboxMessage.error_code)
        .join(OutboxMessage, OutboxMessage.id == CalloutNotice.outbox_id)
        .where(CalloutNotice.callout_id == callout_id, CalloutNotice.what.in_(delivery.ALERTS))
        .order_by(CalloutNotice.id)
    )
    newest: dict[str, dict[str, str]] = {}
    for notice, status, error in await session.execute(query):
        how = tr(STATUS_NAMES.get(status, status))
        if error == delivery.OUTDATED_ERROR:
            how = tr("was replaced before it went out")
        at = messages.format_time(backend, notice.at)
        attempt = tr("{way} {how}, {at}", way=tr(CHANNEL_NAMES[notice.way]), how=how, at=at)
        newest.setdefault(notice.name, {})[notice.way] = attempt
    lines = []
    for person in backend.coop.on_call:
        by_channel = newest.get(person.name)
        lines.append(f"{person.name}: {'; '.join(by_channel.values()) if by_channel else tr('not told so far')}")
    return "\n".join(lines)


def people_to_update(
    backend: Backend, callout: Callout, notices: list[tuple[CalloutNotice, str]]
) -> list[OnCallPerson]:
    """The person who has it, else everybody alerted."""
    names = {callout.taken_by} if callout.status == TAKEN and callout.taken_by else {one.name for one, _ in notices}
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
