"""What somebody on call, who has shown it by the code, tells of a ticket: onto the ticket, and to the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import delivery, service
from backend.callout.codes import TicketCode
from backend.callout.roster import OnCallPerson
from backend.language import mark, tr
from backend.reading.texts import on_call_free_text as loose
from backend.reading.texts.on_call_replies import OnCallAction, OnCallReply
from backend.tickets.staff_actions import add_crew_note

if TYPE_CHECKING:
    from backend.app import Backend

MIN_NOTE_WORDS = 3
"""Beside `I have it` or `done` so many words tell more than that."""
MAX_LENGTH = 400


async def relay_crew_note(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    conversation_id: str,
    coded: TicketCode,
    said: OnCallReply,
) -> str:
    """Write down what is told, and say so; empty when nothing more is."""
    told = said.other_words[:MAX_LENGTH].strip()
    if said.action is OnCallAction.ASKS_DETAILS:
        tells = loose.gives_note(loose.normalize_words(told))
    else:
        tells = said.action in (OnCallAction.NOTE, OnCallAction.UNSURE) or len(told.split()) >= MIN_NOTE_WORDS
    if not told or not tells:
        return ""
    await add_crew_note(session, backend, coded.ticket, conversation_id, person.name, told)
    if said.action not in (OnCallAction.NOTE, OnCallAction.UNSURE):
        return ""
    why = "note:" + delivery.text_digest(told)
    said_by = mark('{name}, on call, writes: "{told}".')
    await service.notify_office(session, backend, coded.ticket, why, said_by, name=person.name, told=told)
    return tr(
        "I wrote that on {number} and email it to the office. If it cannot wait, call {phone}.",
        number=coded.ticket.number,
        phone=backend.coop.outage_phone_display,
    )
