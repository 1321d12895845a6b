"""What happened to a ticket, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.callout.models import Callout, CalloutNotice
from backend.language import tr
from backend.outage.models import ForwardedReport
from backend.tickets.models import CLOSED_BY_LABEL, TAKEN_DOWN_LABEL, Ticket
from backend.tickets.service import WITHDRAWN
from backend.tickets.work import CHANGE, NOTE
from bot.staff.tickets.words import describe_change, status_name, way_name


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One line. `at` is UTC; `kind` is told, note, change, call, done or opened."""

    at: datetime
    who: str
    words: str
    kind: str


def list_events(
    ticket: Ticket,
    callout: Callout | None,
    notices: Sequence[tuple[CalloutNotice, str]],
    forwarded: ForwardedReport | None,
) -> list[TicketEvent]:
    """Opened, told, notes, whom the on-call was told by, taken, closed: the oldest first."""
    events = [TicketEvent(ticket.created_at, _opener(ticket), tr("opened"), "opened")]
    events += [_describe_note(note) for note in ticket.notes]
    events += [
        TicketEvent(notice.at, notice.name, f"{way_name(notice.way)}, {status_name(status)}", "call")
        for notice, status in notices
    ]
    if callout and callout.taken_at:
        events.append(TicketEvent(callout.taken_at, callout.taken_by or "", tr("has it"), "call"))
    if forwarded and forwarded.sent_at:
        events.append(TicketEvent(forwarded.sent_at, tr("Outage system"), tr("took it"), "call"))
    if ticket.closed_at:
        ended = tr("took it back") if ticket.status == WITHDRAWN else tr("closed it")
        words = f"{ended}: {ticket.outcome}" if ticket.outcome else ended
        events.append(TicketEvent(ticket.closed_at, str(ticket.details.get(CLOSED_BY_LABEL) or ""), words, "done"))
    return sorted(events, key=lambda event: event.at)


def _opener(ticket: Ticket) -> str:
    return str(ticket.details.get(TAKEN_DOWN_LABEL) or tr("The member"))


def _describe_note(note: dict[str, Any]) -> TicketEvent:
    at, words = datetime.fromisoformat(note["at"]), str(note["words"])
    if note.get("crew"):
        return TicketEvent(at, tr("{name}, on call", name=note["crew"]), words, NOTE)
    if note.get("office"):
        changed = note.get("what") == CHANGE
        return TicketEvent(
            at, note["office"], describe_change(words) if changed else words, CHANGE if changed else NOTE
        )
    return TicketEvent(at, tr("not proven") if note.get("unproven") else tr("The member"), words, "told")
