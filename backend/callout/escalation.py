"""Relays worse news of a ticket at once to the person who has it, or to everybody being called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import delivery, messages, service
from backend.callout.models import Callout
from backend.language import mark, tr, use_language
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend


async def relay_update(session: AsyncSession, backend: Backend, ticket: Ticket, words: str) -> str:
    """Send the reporter's `words` to the person who has it, else to everybody alerted.

    Returns what the member is told about that; empty when there is no callout.
    """
    callout = await service.find_callout(session, ticket.id)
    if callout is None or callout.status == service.OVER:
        return ""
    people = service.people_to_update(backend, callout, await delivery.list_notices(session, callout.id))
    channels = set()
    if not people and callout.status == service.TAKEN:  # somebody at the office has it, and no phone is listed
        key = f"worse:{delivery.text_digest(words)}"
        await service.notify_office(session, backend, ticket, key, tr("Now told:") + f' "{words}".')
        channels.add("email")
    for person in people:
        with use_language(person.language):
            body = tr(
                '{coop} WORSE, {number}: "{said}". {what}',
                coop=backend.coop.short_name,
                number=ticket.number,
                said=messages.shorten(words),
                what=messages.format_summary(ticket),
            )
        sent = (session, backend, person, (callout, ticket), delivery.NEWS_NOTICE, body)
        channel = await delivery.send_update(*sent)
        if channel != "sms":  # an email wakes nobody
            with use_language(person.language):
                channel = await delivery.call_with_update(*sent) or channel
        channels.add(channel)
    return _format_relay(backend, callout, channels - {""})


def _format_relay(backend: Backend, callout: Callout, channels: set[str]) -> str:
    """What the member is told: only that it is being sent, since nobody knows whether it was read."""
    phone = backend.coop.outage_phone_display
    if not channels:
        return tr("I could not pass it on to anybody on call, so please call {phone} now.", phone=phone)
    channel = messages.most_direct_channel(channels)
    if callout.status == service.TAKEN and callout.taken_by:
        texts = {
            "sms": mark("I am texting it now to {name}, who has it."),
            "call": mark("I am having {name} phoned now, who has it."),
            "email": mark("I am emailing it now to {name}, who has it."),
        }
        return tr(texts[channel], name=callout.taken_by)
    texts = {
        "sms": mark("I am texting it now to the crew on call. Nobody has answered yet."),
        "call": mark("I am having the crew on call phoned now. Nobody has answered yet."),
        "email": mark("I am emailing it now to the crew on call. Nobody has answered yet."),
    }
    return tr(texts[channel])
