"""A report for the office: how each person on call was contacted for a ticket, and with which result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import delivery, messages
from backend.callout.models import CalloutNotice
from backend.language import mark, tr
from backend.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from backend.app import Backend

_CHANNEL_NAMES = {"sms": mark("text"), "call": mark("call"), "email": mark("email")}
_STATUS_NAMES = {
    "queued": mark("not gone out yet"),
    "sending": mark("on its way out"),
    "sent": mark("sent"),
    "delivered": mark("delivered"),
    "undelivered": mark("not delivered"),
    "failed": mark("failed"),
    "refused": mark("refused"),
}
_DROPPED = mark("had not gone out and was written anew")


async def format_attempts(session: AsyncSession, backend: Backend, callout_id: int) -> str:
    """One line per person: `Sam: text sent at 10:05 AM; email refused at 10:05 AM`, the newest of each channel."""
    query = (
        select(CalloutNotice, OutboxMessage.status, OutboxMessage.error_code)
        .join(OutboxMessage, OutboxMessage.id == CalloutNotice.outbox_id)
        .where(
            CalloutNotice.callout_id == callout_id,
            CalloutNotice.what.in_((delivery.INITIAL_NOTICE, delivery.REMINDER_NOTICE)),
        )
        .order_by(CalloutNotice.id)
    )
    newest: dict[str, dict[str, str]] = {}
    for notice, status, error in await session.execute(query):
        how = tr(_DROPPED) if error == delivery.OUTDATED_ERROR else tr(_STATUS_NAMES.get(status, status))
        attempt = tr(
            "{way} {how}, {at}",
            way=tr(_CHANNEL_NAMES[notice.way]),
            how=how,
            at=messages.format_time(backend, notice.at),
        )
        newest.setdefault(notice.name, {})[notice.way] = attempt
    lines = []
    for person in backend.coop.on_call:
        ways = newest.get(person.name)
        lines.append(f"{person.name}: {'; '.join(ways.values()) if ways else tr('not told so far')}")
    return "\n".join(lines)
