"""Notes on a ticket, and audit rows of what members, the office and people on call do with it. Functions flush."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.conversations.models import Conversation
from backend.conversations.service import record_act
from backend.tickets.models import WAITING, Ticket
from backend.tickets.place_matching import make_place_key

if TYPE_CHECKING:
    from backend.app import Backend


async def record_staff_act(
    session: AsyncSession, backend: Backend, ticket: Ticket, actor: str, act: str, before: str, *, changed: str = ""
) -> None:
    """The audit row of what the office or somebody on call did; `before` is the status until then, `changed` what the
    office set, as `owner: ann; due: Mon Nov 30, 04:00 PM`."""
    await session.flush()
    await record(
        session,
        backend,
        actor=actor[:80],
        level=0,
        channel="office",
        act=act,
        account_id=ticket.account_id,
        before={"number": ticket.number, "status": before},
        after={"number": ticket.number, "status": ticket.status, **({"changed": changed} if changed else {})},
    )


async def add_crew_note(
    session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, by: str, words: str
) -> None:
    """A note by `by`, who is on call and has proven it by the code; it carries their name."""
    append_note(backend, ticket, conversation_id, words, crew=by)
    await record_staff_act(session, backend, ticket, f"oncall:{by}", "ticket_noted", ticket.status)


def append_note(backend: Backend, ticket: Ticket, conversation_id: str, words: str, **marks: object) -> None:
    """Add a note unless `words` is empty. `marks` are `unproven=True`, `crew=name` or `office=name`, see `Ticket`.

    What a reporter says ends the office's waiting for it.
    """
    if words:
        if ticket.progress == WAITING and not marks.keys() & {"crew", "office"}:
            ticket.progress = ""
        at = backend.clock.now().isoformat(timespec="seconds")
        ticket.notes = [*ticket.notes, {"at": at, "conversation": conversation_id, "words": words, **marks}]


async def record_member_act(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    ticket: Ticket,
    act: str,
    before: dict[str, Any] | None = None,
) -> None:
    """The audit row of what a member did."""
    await session.flush()
    after: dict[str, Any] = {"number": ticket.number, "urgent": ticket.urgent}
    if before is not None:
        after |= {"kind": ticket.kind, "status": ticket.status}
    await record_act(session, backend, conversation, act, ticket.account_id, before=before, after=after)


def format_news(
    ticket: Ticket, later: Mapping[str, str], phone: str | None, place: str | None, *, own: bool = True
) -> str:
    """What the `later` details of a report add to the ticket and its notes: the member's words, then what changed.

    A phone missing from one's `own` ticket becomes its phone, so it is not noted.
    """
    known = {str(value) for value in ticket.details.values()}
    noted = "; ".join(str(note["words"]) for note in ticket.notes)
    changed = {label: str(value) for label, value in later.items() if str(value) not in known}
    if phone and phone != ticket.phone and (ticket.phone or not own):
        changed["phone"] = phone
    if place and ticket.place and make_place_key(place) != ticket.place_key:
        changed["place"] = place
    words = changed.pop("words", "")
    parts = [words, *(f"{label}: {value}" for label, value in changed.items())]
    return "; ".join(part for part in parts if part and part not in noted)
