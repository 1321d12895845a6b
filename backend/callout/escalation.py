"""What is known later of a ticket that people are called out for: told at once to who has it, or is being called."""

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
    """Write what was `said` to whoever keeps an eye on it; the words for the member, true of what was done.

    Empty when nobody was called out for it so far.
    """
    callout = await service.find_callout(session, ticket.id)
    if callout is None or callout.status == service.OVER:
        return ""
    heard = service.people_informed(backend, callout, await delivery.list_notices(session, callout.id))
    ways = set()
    if not heard and callout.status == service.TAKEN:  # somebody of the office has it, who has no phone here
        await service.notify_office(
            session, backend, ticket, f"worse:{delivery.text_digest(said)}", tr("Now told:") + f' "{said}".'
        )
        ways.add("email")
    for person in heard:
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
    """By text, else by email, and by a call too where no text is taken. The nearest way; empty for none."""
    way = await delivery.send_update(session, backend, person, called, delivery.NEWS_NOTICE, body)
    if way == "sms":
        return way
    with use_language(person.language):
        return await delivery.call_with_update(session, backend, person, called, delivery.NEWS_NOTICE, body) or way


def _format_relay(backend: Backend, callout: Callout, ways: set[str]) -> str:
    """It is on its way, no more: whether it is read nobody knows here."""
    phone = backend.coop.outage_phone_display
    if not ways:
        return tr("I could not pass it on to anybody on call, so please call {phone} now.", phone=phone)
    way = next(way for way in ("sms", "call", "email") if way in ways)
    if callout.status == service.TAKEN and callout.taken_by:
        told = {
            "sms": tr("I am texting it now to {name}, who has it.", name=callout.taken_by),
            "call": tr("I am having {name} phoned now, who has it.", name=callout.taken_by),
            "email": tr("I am emailing it now to {name}, who has it.", name=callout.taken_by),
        }
        return told[way]
    told = {
        "sms": tr("I am texting it now to the crew on call. Nobody has answered yet."),
        "call": tr("I am having the crew on call phoned now. Nobody has answered yet."),
        "email": tr("I am emailing it now to the crew on call. Nobody has answered yet."),
    }
    return told[way]
