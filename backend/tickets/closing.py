"""What closing a ticket at the office would leave open, and who would be told what: read before it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import transcript, unseen
from backend.agent_handoff.service import find_open_handoff
from backend.callout import service as callout
from backend.callout.delivery import list_notices
from backend.conversations.service import newest_inbound
from backend.tickets.kinds import CALLBACK, CALLOUT_KINDS, DANGER
from backend.tickets.models import Ticket
from backend.tickets.reporter_notices import ClosingWords, list_closing_words
from backend.tickets.service import ANSWERED, has_callout

if TYPE_CHECKING:
    from backend.app import Backend


class WordsNeeded(Exception):
    """It is closed only with words of what was done."""


@dataclass(frozen=True)
class Closing:
    """`unread` are the member's (time, words) that nobody has answered, with secrets masked; `newest` is the id of the
    newest inbound message. `crew` are the names on call who would get "closed", `reporters` what each would read."""

    is_danger: bool
    is_untaken: bool
    unread: list[tuple[datetime, str]]
    newest: int
    crew: list[str]
    reporters: list[ClosingWords]

    @property
    def asks(self) -> bool:
        """Whether it is read back first, and needs words of what was done."""
        return self.is_danger or self.is_untaken or bool(self.unread)


async def load_closing(session: AsyncSession, backend: Backend, ticket: Ticket) -> Closing:
    called = await callout.find_callout(session, ticket.id)
    is_over = called is None or called.status == callout.OVER
    crew = (
        []
        if called is None or is_over
        else callout.people_to_update(backend, called, await list_notices(session, called.id))
    )
    newest = await newest_inbound(session, ticket.conversation_id)
    is_told = ticket.kind != CALLBACK and (ticket.status != ANSWERED or ticket.kind in CALLOUT_KINDS)
    return Closing(
        is_danger=ticket.kind == DANGER,
        is_untaken=has_callout(ticket) and (called is None or called.status != callout.TAKEN),
        unread=await _list_unread(session, ticket),
        newest=newest.id if newest else 0,
        crew=[person.name for person in crew],
        reporters=await list_closing_words(session, backend, ticket) if is_told else [],
    )


async def _list_unread(session: AsyncSession, ticket: Ticket) -> list[tuple[datetime, str]]:
    """What the member wrote in the ticket's talk that waits for the office's answer."""
    handoff = await find_open_handoff(session, ticket.conversation_id)
    if handoff is None or handoff.status != "waiting":
        return []
    return [
        (message.received_at, transcript.member_words(message))
        for message in await unseen.list_unseen(session, handoff, 0)
    ]
