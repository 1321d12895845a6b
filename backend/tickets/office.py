"""What the office and the crew do with tickets: answer, close, open again. Functions flush; the caller commits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import service as callout
from backend.outage.still_out import lock_report
from backend.staff.people import keep_owner
from backend.tickets import reporter_notices
from backend.tickets.closing import WordsNeeded, load_closing
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.history import append_note, record_staff_act
from backend.tickets.kinds import CALLBACK, CALLOUT_KINDS
from backend.tickets.lookup import CREW_DONE_PREFIX
from backend.tickets.models import CLOSED_BY_LABEL, Ticket
from backend.tickets.service import ANSWERED, CLOSED, find, has_callout

if TYPE_CHECKING:
    from backend.app import Backend


REOPEN_WITHIN = timedelta(days=1)


async def close(
    session: AsyncSession, backend: Backend, number: str, by: str, *, crew: bool = False, done: str = ""
) -> Ticket | None:
    """Close as done by the office user `by`, or by somebody on call (`crew`), and notify the reporters. `done` says
    what was done, for the office. None when no ticket with this number is open. Raises WordsNeeded where the office
    closes without them a danger, what nobody on call has, or what has an unanswered message."""
    ticket = await find(session, number)
    if ticket is None or not await lock_report(session, ticket):
        return None
    if not crew and not done and (await load_closing(session, backend, ticket)).asks:
        raise WordsNeeded
    before = ticket.status
    ticket.status, ticket.closed_at = CLOSED, backend.clock.now()
    ticket.outcome = f"{CREW_DONE_PREFIX}{by}" if crew else done or None
    if not crew:
        ticket.details = {**ticket.details, CLOSED_BY_LABEL: by}
    await record_staff_act(
        session, backend, ticket, f"oncall:{by}" if crew else f"office:{by}", "ticket_closed", before
    )
    await callout.end_callout(session, backend, ticket, by)
    if before != ANSWERED or ticket.kind in CALLOUT_KINDS:  # after an answer, the office has told them itself
        await reporter_notices.notify_closed(session, backend, ticket, by if crew else "")
    return ticket


def needs_words(backend: Backend, ticket: Ticket) -> bool:
    """Whether who closes it must say what was done: a promised call whose time has not come."""
    return ticket.kind == CALLBACK and ticket.due_at is not None and ticket.due_at > backend.clock.now()


def can_reopen(backend: Backend, ticket: Ticket) -> bool:
    """Whether it was closed by the office, or as restored, within a day. Not one with a callout: nobody would be called
    again, so it is reported anew."""
    if ticket.status != CLOSED or ticket.closed_at is None or has_callout(ticket):
        return False
    return backend.clock.now() - ticket.closed_at < REOPEN_WITHIN


async def reopen(session: AsyncSession, backend: Backend, number: str, by: str) -> Ticket | None:
    """Open it again, and tell the reporters who were told that it is done. None where that cannot be done."""
    ticket = await find(session, number)
    if ticket is None:
        return None
    await lock_report(session, ticket)
    if not can_reopen(backend, ticket):
        return None
    closer = ticket.details.get(CLOSED_BY_LABEL)
    was = f"closed{f' by {closer}' if closer else ''}, then opened again"
    append_note(
        backend, ticket, ticket.conversation_id, f"{was}: {ticket.outcome}" if ticket.outcome else was, office=by
    )
    ticket.details = {label: value for label, value in ticket.details.items() if label != CLOSED_BY_LABEL}
    ticket.status, ticket.outcome, ticket.closed_at = "open", None, None
    ticket.owner = await keep_owner(session, ticket.owner)
    await record_staff_act(session, backend, ticket, f"office:{by}", "ticket_reopened", CLOSED)
    await reporter_notices.notify_reopened(session, backend, ticket)
    return ticket


async def mark_answered(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> None:
    """The office user `by` has written to the reporter."""
    before = ticket.status
    if before in OPEN_STATUSES:  # a withdrawn or closed ticket stays so
        ticket.status = ANSWERED
    await record_staff_act(session, backend, ticket, f"office:{by}", "ticket_answered", before)
