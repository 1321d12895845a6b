"""Relays worse news of a ticket at once to the person who has it, or to everybody being called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import delivery, messages, service
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson
from backend.language import tr, use_language
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend


async def relay_update(session: AsyncSession, backend: Backend, ticket: Ticket, said: str) -> str:
    """Send what was `said` to the people informed of the ticket. Returns what the member is told about that; empty when
    there is no callout."""
    callout = await service.find_callout(session, ticket.id)
    if callout is None or callout.status == service.OVER:
        return ""
    informed = service.people_informed(backend, callout, await delivery.list_notices(session, callout.id))
    ways = set()
    if not informed and callout.status == service.TAKEN:  # somebody at the office has it, and no phone is listed
        await service.notify_office(
            session, backend, ticket, f"worse:{delivery.text_digest(said)}", tr("Now told:") + f' "{said}".'
        )
        ways.add("email")
    for person in informed:
        with use_language(person.language):
            body = tr(
                '{coop} WORSE, {number}: "{said}". {what}',
                coop=backend.coop.short_name,
                number=ticket.number,
                said=messages.shorten(said),
                what=messages.format_summary(ticket),
            )
        ways.add(await _send_any_channel(session, backend, person, (callout, ticket), body))
    return _format_relay(backend, callout, ways - {""})


async def _send_any_channel(
    session: AsyncSession, backend: Backend, person: OnCallPerson, called: delivery.CalledTicket, body: str
) -> str:
    """By text, else by email and by a call. Returns the most direct channel; empty for none."""
    way = await delivery.send_update(session, backend, person, called, delivery.NEWS_NOTICE, body)
    if way == "sms":
        return way
    with use_language(person.language):
        return await delivery.call_with_update(session, backend, person, called, delivery.NEWS_NOTICE, body) or way


def _format_relay(backend: Backend, callout: Callout, ways: set[str]) -> str:
    """Says only that it is being sent: whether it is read is not known."""
    phone = backend.coop.outage_phone_display
    if not ways:
        return tr("I could not pass it on to anybody on call, so please call {phone} now.", phone=phone)
    way = next(way for way in ("sms", "call", "email") if way in ways)
    if callout.status == service.TAKEN and callout.taken_by:
        texts = {
            "sms": tr("I am texting it now to {name}, who has it.", name=callout.taken_by),
            "call": tr("I am having {name} phoned now, who has it.", name=callout.taken_by),
            "email": tr("I am emailing it now to {name}, who has it.", name=callout.taken_by),
        }
        return texts[way]
    texts = {
        "sms": tr("I am texting it now to the crew on call. Nobody has answered yet."),
        "call": tr("I am having the crew on call phoned now. Nobody has answered yet."),
        "email": tr("I am emailing it now to the crew on call. Nobody has answered yet."),
    }
    return texts[way]
