"""A text from a phone on call: who has it now, or which one is meant."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import service, telling, words
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCall
from backend.conversations.models import Conversation, InboundMessage
from backend.language import speaking, tr
from backend.reading.on_call import cannot, has_it
from backend.tickets import service as tickets
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

OPEN = (service.CALLING, service.UNANSWERED)
STILL_MEANT = timedelta(hours=2)
"""So long after somebody took it a late "got it" is about that one."""
Called = tuple[Callout, Ticket]


def on_call(backend: Backend, phone: str | None) -> OnCall | None:
    """Whose phone (E.164) this is, if it is one of the phones on call."""
    return next((one for one in backend.coop.on_call if phone and one.phone == phone), None)


async def heard(session: AsyncSession, backend: Backend, person: OnCall, conversation_id: str, text: str) -> str | None:
    """Do what the text says, and the words to answer it with, in their language.

    None for a text that is about no callout: they are a member as well, perhaps, and pay a bill.
    """
    has = has_it(text)
    if has is None:
        return await _declined(session, person) if cannot(text) else None
    with speaking(person.language):
        if has.number:
            answers = [await _by_number(session, backend, person, number) for number in (has.number, *has.also)]
            return " ".join(answer for answer in answers if answer) or None
        calling = await service.told_to(session, person.name, *OPEN)
        if has.weak and not await _answers_us(session, person, conversation_id):
            return None
        if has.every and calling:
            told = [await _take(session, backend, person, called) for called in calling]
            return " ".join(told)
        if len(calling) > 1:
            return _which(calling)
        return await _take(session, backend, person, calling[0]) if calling else await _late(session, backend, person)


async def _declined(session: AsyncSession, person: OnCall) -> str | None:
    """Who cannot is told what that leaves; the rounds go on for everybody, them too. None when nothing is open."""
    calling = await service.told_to(session, person.name, *OPEN)
    if not calling:
        return None
    with speaking(person.language):
        return tr(
            "Nobody has {numbers} yet. I go on asking everybody on call. If you can take it after all, reply GOT IT.",
            numbers=", ".join(ticket.number for _, ticket in calling[: words.MOST_LISTED]),
        )


async def _by_number(session: AsyncSession, backend: Backend, person: OnCall, number: str) -> str | None:
    ticket = await tickets.find(session, number)
    callout = await service.of_ticket(session, ticket.id) if ticket else None
    if ticket is None or callout is None:
        return None  # it may be a payment's number: the assistant knows
    return await _take(session, backend, person, (callout, ticket))


async def _take(session: AsyncSession, backend: Backend, person: OnCall, called: Called) -> str:
    callout, ticket = called
    has = await service.take(session, backend, callout, ticket, person.name, "text")
    if has is None:
        return tr("{number} is closed, nothing is to be done.", number=ticket.number)
    if has != person.name:
        return tr("{name} has {number} already.", name=has, number=ticket.number)
    return tr("You have {number}: {what}", number=ticket.number, what=words.summary(ticket))


def _which(calling: list[Called]) -> str:
    """A bare "got it" with several open takes none: the wrong one would be left alone."""
    listed = "; ".join(words.line(ticket) for _, ticket in calling[: words.MOST_LISTED])
    return tr("{count} are open: {listed}. Reply with the number you have, or ALL.", count=len(calling), listed=listed)


async def _late(session: AsyncSession, backend: Backend, person: OnCall) -> str | None:
    """Nothing is open: it was taken already, perhaps by them."""
    since = backend.clock.now() - STILL_MEANT
    for callout, ticket in await service.told_to(session, person.name, service.TAKEN, service.OVER):
        if callout.status == service.TAKEN and callout.taken_at and callout.taken_at >= since:
            if callout.taken_by == person.name:
                return tr("You have {number}: {what}", number=ticket.number, what=words.summary(ticket))
            return tr("{name} has {number} already.", name=callout.taken_by, number=ticket.number)
        if callout.status == service.OVER and ticket.closed_at and ticket.closed_at >= since:
            return tr("{number} is closed, nothing is to be done.", number=ticket.number)
    return None


async def _answers_us(session: AsyncSession, person: OnCall, conversation_id: str) -> bool:
    """Whether a bare `1` or `yes` answers the callout: nothing else was said in this talk since.

    The assistant may have asked them something meanwhile, as it asks any member.
    """
    newest = await session.scalar(
        select(func.max(CalloutNotice.at)).where(
            CalloutNotice.name == person.name, CalloutNotice.what.in_((telling.CALL, telling.AGAIN))
        )
    )
    if newest is None:
        return False
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not (conversation.expects or conversation.offered):
        return True
    answered = select(func.max(InboundMessage.answered_at)).where(InboundMessage.conversation_id == conversation_id)
    last = await session.scalar(answered)
    return last is None or last <= newest
