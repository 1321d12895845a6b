"""How far a callout has come, for the member and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import codes, delivery, messages, service
from backend.tickets.danger_signs import is_danger_denied
from backend.tickets.kinds import CALLOUT_KINDS
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend


async def format_for_member(
    session: AsyncSession, backend: Backend, ticket: Ticket, *, just_filed: bool = False
) -> str:
    """What the member is told about the callout; empty for a ticket without one.

    `just_filed`: nobody can have answered yet.
    """
    if not ticket.urgent or ticket.kind not in CALLOUT_KINDS:
        return ""
    callout = await service.find_callout(session, ticket.id)
    notices = await delivery.list_notices(session, callout.id) if callout else []
    stuck_before = backend.clock.now() - service.STUCK_AFTER
    alerts = [one for one in notices if one[0].what in delivery.ALERTS and one[1] not in delivery.FAILED_STATUSES]
    sent = [notice for notice, status in alerts if status in delivery.SENT_STATUSES]
    going = [notice for notice, status in alerts if status not in delivery.SENT_STATUSES and notice.at > stuck_before]
    declined = await codes.names_declined(session, callout.id) if callout else frozenset()
    progress = messages.CalloutProgress(
        channels_reached=frozenset(notice.way for notice in sent),
        channels_in_progress=frozenset(notice.way for notice in going),
        since=min((notice.at for notice in sent), default=None),
        waiting=len(sent) + len(going) < len(alerts),
        denied=is_danger_denied(ticket),
        all_declined=bool(declined) and all(person.name in declined for person in backend.coop.on_call),
    )
    return messages.format_progress(backend, callout, progress, just_filed=just_filed)


async def callout_to_dict(session: AsyncSession, ticket_id: int) -> dict[str, Any] | None:
    """Who was alerted when and how, and who has it, as JSON data; None without a callout."""
    callout = await service.find_callout(session, ticket_id)
    if callout is None:
        return None
    notices = await delivery.list_notices(session, callout.id)
    return {
        "status": callout.status,
        "taken_by": callout.taken_by,
        "taken_how": callout.taken_how,
        "taken_at": callout.taken_at,
        "next_at": callout.next_at,
        "told": [
            {"name": notice.name, "way": notice.way, "what": notice.what, "at": notice.at, "status": status}
            for notice, status in notices
        ],
    }
