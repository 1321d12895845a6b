"""What somebody on call, who has shown it by the code, tells of a ticket: onto the ticket, and to the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import service, telling
from backend.callout.codes import Coded
from backend.callout.roster import OnCall
from backend.language import mark, tr
from backend.reading import on_call_loose as loose
from backend.reading.on_call import Said, What
from backend.tickets.by_us import crew_note

if TYPE_CHECKING:
    from backend.app import Backend

FEW = 3
"""Beside `I have it` or `done` so many words tell more than that."""
LONGEST = 400


async def note(
    session: AsyncSession, backend: Backend, person: OnCall, conversation_id: str, coded: Coded, said: Said
) -> str:
    """Write down what is told, and say so; empty when nothing more is."""
    told = said.words[:LONGEST].strip()
    if said.what is What.ASKS:
        tells = loose.notes(loose.words_of(told))
    else:
        tells = said.what in (What.NOTE, What.UNSURE) or len(told.split()) >= FEW
    if not told or not tells:
        return ""
    await crew_note(session, backend, coded.ticket, conversation_id, person.name, told)
    if said.what not in (What.NOTE, What.UNSURE):
        return ""
    why = "note:" + telling.mark_of(told)
    said_by = mark('{name}, on call, writes: "{told}".')
    await service.tell_office(session, backend, coded.ticket, why, said_by, name=person.name, told=told)
    return tr(
        "I wrote that on {number} and email it to the office. If it cannot wait, call {phone}.",
        number=coded.ticket.number,
        phone=backend.coop.outage_phone_display,
    )
