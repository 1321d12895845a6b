"""Finds the open ticket that a report belongs to: one ticket per event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.tickets.kinds import CALLBACK, DISTINGUISHING_DETAIL, matching_kinds
from backend.tickets.models import Ticket
from backend.tickets.place_matching import is_specific_place

OPEN_STATUSES = ("open", "answered")
SAME_EVENT_WINDOW = timedelta(hours=12)


async def find_duplicate(
    session: AsyncSession,
    now: datetime,
    conversation_id: str,
    kind: str,
    *,
    account_id: int | None,
    key: str | None,
    details: Mapping[str, str],
) -> Ticket | None:
    """The newest open ticket of the last 12 hours for the same event, or None.

    The same event: a matching kind, and the same conversation, account or specific place, without a conflict between
    these.
    """
    near = [Ticket.conversation_id == conversation_id]
    if kind != CALLBACK:  # two people of one household may each want a call
        near += [Ticket.account_id == account_id] if account_id is not None else []
        near += [Ticket.place_key == key] if key and is_specific_place(key) else []
    query = (
        select(Ticket)
        .where(Ticket.status.in_(OPEN_STATUSES), Ticket.created_at >= now - SAME_EVENT_WINDOW, or_(*near))
        .where(Ticket.kind.in_(matching_kinds(kind, same_talk=True)))
        .order_by(Ticket.id.desc())
    )
    for ticket in await session.scalars(query):
        same_talk = ticket.conversation_id == conversation_id
        if ticket.kind not in matching_kinds(kind, same_talk=same_talk) or _conflicts(ticket, account_id, key):
            continue
        if (label := DISTINGUISHING_DETAIL.get(kind)) and ticket.details.get(label) != details.get(label):
            continue
        return ticket
    return None


def _conflicts(ticket: Ticket, account_id: int | None, key: str | None) -> bool:
    """Two accounts or two places are two events, even in one conversation. Unknown values do not conflict."""
    if account_id is not None and ticket.account_id is not None and ticket.account_id != account_id:
        return True
    if not key or not ticket.place_key or key == ticket.place_key:
        return False
    same_account = account_id is not None and ticket.account_id == account_id
    # "behind the barn" may well be the address on file, another house number is not
    return not same_account or (is_specific_place(key) and is_specific_place(ticket.place_key))
