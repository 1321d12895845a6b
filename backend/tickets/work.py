"""How the office works on a ticket: who has it, how far it is, by when, and notes among the office.

Functions flush; the caller commits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import service as callout
from backend.outage.still_out import lock_report
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.history import append_note, record_staff_act
from backend.tickets.models import HIGH, LOW, NORMAL, WAITING, WORKING, Ticket
from backend.tickets.place_matching import make_place_key

if TYPE_CHECKING:
    from backend.app import Backend

PRIORITIES = (HIGH, NORMAL, LOW)
PROGRESS = ("", WORKING, WAITING)
NOTE, CHANGE = "note", "change"
"""What a note of the office is: its own words, or what was changed on the ticket."""


@dataclass(frozen=True, slots=True)
class WorkChange:
    """The ticket's work as it is to be. `owner` empty: nobody has it. `due_at` is UTC, None for no time."""

    owner: str
    priority: str
    progress: str
    due_at: datetime | None


async def change_work(session: AsyncSession, backend: Backend, ticket: Ticket, by: str, change: WorkChange) -> bool:
    """Set owner, priority, progress and due time of an open ticket. False when it is closed, or nothing differs.

    Raises ValueError for a priority or progress that does not exist.
    """
    if change.priority not in PRIORITIES or change.progress not in PROGRESS:
        raise ValueError(f"not a state of work: {change.priority}, {change.progress}")
    if not await lock_report(session, ticket):
        return False
    parts = _describe(backend, ticket, change)
    if not parts:
        return False
    ticket.owner, ticket.priority = change.owner or None, change.priority
    ticket.progress, ticket.due_at = change.progress, change.due_at
    await _note(session, backend, ticket, by, "; ".join(parts), CHANGE, "ticket_worked")
    return True


async def take_ticket(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> bool:
    """`by` has it from now on. False when it is closed, or theirs already."""
    due_at = ticket.due_at
    return await change_work(session, backend, ticket, by, WorkChange(by, ticket.priority, WORKING, due_at))


async def list_of_owner(session: AsyncSession, names: Collection[str]) -> list[Ticket]:
    """The open tickets that these people have, promised calls among them; the oldest first."""
    query = select(Ticket).where(Ticket.owner.in_(names), Ticket.status.in_(OPEN_STATUSES))
    return list(await session.scalars(query.order_by(Ticket.id)))


async def give_back(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> bool:
    """Nobody has it, and nobody works on it; what waits for the member goes on waiting. False when it is closed."""
    progress = "" if ticket.progress == WORKING else ticket.progress
    return await change_work(session, backend, ticket, by, WorkChange("", ticket.priority, progress, ticket.due_at))


async def add_office_note(
    session: AsyncSession, backend: Backend, ticket: Ticket, by: str, words: str, *, to_crew: bool = False
) -> None:
    """A note by the office user `by`, which reporters never read. `to_crew`: who is on call for it gets the words."""
    await session.refresh(ticket, with_for_update=True)
    await _note(session, backend, ticket, by, words, NOTE, "ticket_noted", **({"to_crew": True} if to_crew else {}))
    if to_crew:
        await callout.relay_addition(session, backend, ticket, words)


async def put_place(session: AsyncSession, backend: Backend, ticket: Ticket, by: str, place: str) -> bool:
    """The office writes where it is; who is on call for it gets the place. False when it is closed, or was so."""
    if not await lock_report(session, ticket) or make_place_key(place) == ticket.place_key:
        return False
    before = ticket.place
    ticket.place, ticket.place_key = place, make_place_key(place)
    words = f"place: {place}" + (f", not {before}" if before else "")
    await _note(session, backend, ticket, by, words, CHANGE, "ticket_worked")
    await callout.send_news(session, backend, ticket)
    return True


async def _note(
    session: AsyncSession, backend: Backend, ticket: Ticket, by: str, words: str, what: str, act: str, **marks: object
) -> None:
    append_note(backend, ticket, ticket.conversation_id, words, office=by, what=what, **marks)
    changed = words if what == CHANGE else ""
    await record_staff_act(session, backend, ticket, f"office:{by}", act, ticket.status, changed=changed)


def _describe(backend: Backend, ticket: Ticket, change: WorkChange) -> list[str]:
    """What differs, as `label: value`, in the words of the notes."""
    before: dict[str, Any] = {
        "owner": ticket.owner or "", "priority": ticket.priority, "progress": ticket.progress, "due": ticket.due_at,
    }  # fmt: skip
    after = {"owner": change.owner, "priority": change.priority, "progress": change.progress, "due": change.due_at}
    changed = [label for label in before if before[label] != after[label]]
    return [f"{label}: {_format_value(backend, after[label])}" for label in changed]


def _format_value(backend: Backend, value: str | datetime | None) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(backend.coop.zone)
        return f"{local:%a %b} {local.day}, {local:%I:%M %p}"
    return value or "none"
