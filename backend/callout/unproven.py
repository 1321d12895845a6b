"""Texts from a phone on call without a code that counts: words alone do nothing, and what to send is named.

Nothing is told of a ticket but what the text that called for it has told that phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import codes, service, telling, words
from backend.callout.codes import Coded
from backend.callout.roster import OnCall
from backend.callout.telling import Called
from backend.language import mark, tr
from backend.reading.on_call import Said, What

if TYPE_CHECKING:
    from backend.app import Backend

REPLACED = mark("Made-up codes came in your name, so yours is longer now. Send this one: {listed}")
_CLOSE = mark("To close it, reply DONE and the code: {listed}")
_TAKE = mark("Nobody has it yet. To take it, reply with the code alone: {listed}")
_LEAVE = mark("Nobody has it yet, I go on asking everybody. To be left out, reply NO and the code: {listed}")
_ASK = mark("Send that once more with the code, and I tell you all that I know: {listed}")
_TELL = mark("Send that once more with the code, and it goes on the ticket and to the office: {listed}")


async def answer(
    session: AsyncSession,
    backend: Backend,
    person: OnCall,
    said: Said,
    known: Sequence[Coded],
    untold: Sequence[Called],
) -> str | None:
    """What to send. None where nothing that they were told of can be meant."""
    if said.numbers:
        known = [one for one in known if one.ticket.number in said.numbers]
        untold = [one for one in untold if one[1].number in said.numbers]
    calling = [one for one in known if one.callout.status in service.OPEN]
    mine = [one for one in known if one.callout.status == service.TAKEN and one.callout.taken_by == person.name]
    if untold and not (calling or mine):
        return await _tell_now(session, backend, person, untold)
    match said.what:
        case What.DONE:
            return name_codes(backend, mine or calling, _CLOSE) or _stands(backend, person, known)
        case What.ASKS:
            return name_codes(backend, mine + calling, _ASK) or _stands(backend, person, known)
        case What.NOTE | What.UNSURE:
            return name_codes(backend, mine + calling, _TELL) or _stands(backend, person, known)
        case What.CANNOT if calling:
            for one in calling:  # more people hear of it; nobody is left out on the word of a sender
                await service.ask_more(session, backend, one.callout, one.ticket)
            return name_codes(backend, calling, _LEAVE)
    return name_codes(backend, calling, _TAKE) or _stands(backend, person, known)


async def _tell_now(session: AsyncSession, backend: Backend, person: OnCall, untold: Sequence[Called]) -> str:
    """They heard of it from somebody else: their own text goes to their phone, with their own code."""
    for called in untold:
        await telling.tell(session, backend, person, [called], telling.CALL, why=f"asked:{called[0].id}")
    return tr("Nobody has it yet. I am texting you what it is about, with your code.")


def name_codes(backend: Backend, these: Sequence[Coded], said: str) -> str | None:
    """`said` with the codes of these in it; None when there are none."""
    return tr(said, listed=_listed(backend, these)) if these else None


def wrong(backend: Backend, known: Sequence[Coded]) -> str:
    """A code that fits nothing. What is open is still called out, and the right one stands in the answer."""
    calling = [one for one in known if one.callout.status in service.OPEN]
    if calling:
        return tr(
            "That code fits nothing. Nobody has it yet, I go on calling. Reply with the code: {listed}",
            listed=_listed(backend, calling),
        )
    return tr("That code fits nothing. The codes are: {listed}", listed=_listed(backend, known))


def yours(backend: Backend, coded: Coded) -> str:
    return tr(
        "You have {number}: {what} Reply DONE {code} when it is done.",
        number=coded.ticket.number,
        what=words.summary(coded.ticket),
        code=codes.shown(backend, coded.row),
    )


def _listed(backend: Backend, these: Sequence[Coded]) -> str:
    return words.listing([(one.ticket, codes.shown(backend, one.row)) for one in these])


def _stands(backend: Backend, person: OnCall, known: Sequence[Coded]) -> str | None:
    """Nothing is open: it was taken or closed lately, perhaps by them."""
    since = backend.clock.now() - codes.STILL_MEANT
    for one in known:
        number = one.ticket.number
        if one.callout.status == service.TAKEN and one.callout.taken_at and one.callout.taken_at >= since:
            if one.callout.taken_by == person.name:
                return name_codes(
                    backend, [one], mark("You have it. Reply DONE and the code when it is done: {listed}")
                )
            return tr("{name} has {number} already.", name=one.callout.taken_by, number=number)
        if one.callout.status == service.OVER:
            return tr("{number} is closed, nothing is to be done.", number=number)
    return None
