"""A text from a phone on call: who has it now, cannot, is done, asks or tells how it goes there.

Its sender may be forged; its code is not. The answer goes to the phone itself, whoever wrote: it may name the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import codes, passing_on, service, telling, unproven, words
from backend.callout.codes import Coded
from backend.callout.models import CalloutNotice
from backend.callout.roster import OnCall
from backend.conversations.models import Conversation, InboundMessage
from backend.language import speaking, tr
from backend.reading.danger import danger_in
from backend.reading.on_call import Said, What, read, read_generously
from backend.reading.place import address_in
from backend.tickets import service as tickets
from backend.tickets.places import place_key

if TYPE_CHECKING:
    from backend.app import Backend

QUIET_AFTER = 10
"""Wrong codes in a row: from then on only each tenth is answered, or a forger makes the phone ring without end."""


def on_call(backend: Backend, phone: str | None) -> OnCall | None:
    """Whose phone (E.164) this is, if it is one of the phones on call."""
    return next((one for one in backend.coop.on_call if phone and one.phone == phone), None)


async def heard(
    session: AsyncSession,
    backend: Backend,
    person: OnCall,
    conversation_id: str,
    text: str,
    *,
    keep: Callable[[str], str] = str,
) -> str | None:
    """Do what the text says, and the words to answer it with, in their language; empty for what is not answered.
    `keep` takes out what must not be kept, before it is written down.

    None for a text that is about no callout: they are a member as well, perhaps, and pay a bill. While one is open
    that they were told of, or have, it is about that unless it plainly is about their own.
    """
    known = await codes.known(session, backend, person, to_check=True)
    untold = await service.untold(session, person)
    live = bool(untold) or any(_is_live(backend, person, one) for one in known)
    said = read_generously(text) if live else read(text)
    if said is None or (not said.codes and _is_of_another_place(said, text, known)):
        return None
    said = replace(said, words=keep(said.words))
    with speaking(person.language):
        if said.codes:
            return await _with_code(session, backend, person, conversation_id, said, known)
        weak = said.weak and not (live and said.what is What.DONE)  # no question of the assistant's is answered so
        if weak and (not known or not await _answers_us(session, person, conversation_id)):
            return None
        return await unproven.answer(session, backend, person, said, known, untold)


async def _with_code(
    session: AsyncSession, backend: Backend, person: OnCall, conversation_id: str, said: Said, known: Sequence[Coded]
) -> str | None:
    right = await _right(session, backend, person, said, known)
    if right:
        if said.every:
            wanted = [one for one in known if one.callout.status in service.OPEN and one.row.declined_at is None]
            right += [one for one in wanted if one not in right]
        return " ".join([await _do(session, backend, person, conversation_id, one, said) for one in right])
    if over := await _of_one_that_is_over(session, backend, person, said, known):
        return over
    if old := [one for one in known if codes.replaced(backend, one, said.codes)]:
        return unproven.name_codes(backend, old, unproven.REPLACED)
    # an amount or the digits of a member, perhaps; it was counted all the same
    bare = said.what is What.UNSURE or not said.words
    if not known or (bare and not await _answers_us(session, person, conversation_id)):
        return None
    misses = min(one.row.misses for one in known)
    if misses > QUIET_AFTER and misses % QUIET_AFTER:
        return ""
    return unproven.wrong(backend, known)


async def _right(
    session: AsyncSession, backend: Backend, person: OnCall, said: Said, known: Sequence[Coded]
) -> list[Coded]:
    return await codes.check(session, backend, person, known, said.codes) if known else []


async def _of_one_that_is_over(
    session: AsyncSession, backend: Backend, person: OnCall, said: Said, known: Sequence[Coded]
) -> str | None:
    """What became of the ticket of an old code: nobody is left to wonder why it does nothing."""
    ever = await codes.known(session, backend, person, over_for=codes.EVER_MEANT)
    recent = {one.row.id for one in known}
    old = [one for one in ever if one.row.id not in recent and codes.shown(backend, one.row) in said.codes]
    return _closed(backend, old[0]) if old else None


def _is_of_another_place(said: Said, text: str, known: Sequence[Coded]) -> bool:
    """Whether something new is told, as anybody may: where it is, is nowhere that they are called to."""
    place = address_in(text)
    if not place or not (said.weak or danger_in(text)):
        return False
    return all(place_key(place) != one.ticket.place_key for one in known)


def _is_live(backend: Backend, person: OnCall, coded: Coded) -> bool:
    """Whether what they write may be about it: nobody has it, or they do, or another does since a short while."""
    callout = coded.callout
    if callout.status != service.TAKEN or _has(person, coded):
        return callout.status != service.OVER
    return callout.taken_at is not None and callout.taken_at > backend.clock.now() - codes.STILL_MEANT


def _has(person: OnCall, coded: Coded) -> bool:
    return coded.callout.status == service.TAKEN and coded.callout.taken_by == person.name


async def _do(
    session: AsyncSession, backend: Backend, person: OnCall, conversation_id: str, coded: Coded, said: Said
) -> str:
    """What the text with the right code says."""
    number = coded.ticket.number
    if said.what is not What.DONE and coded.callout.status == service.OVER:
        return _closed(backend, coded)
    told = await passing_on.note(session, backend, person, conversation_id, coded, said)
    match said.what:
        case What.HAS:
            return await _take(session, backend, person, coded)
        case What.DONE:
            closed = await tickets.close(session, backend, number, person.name, crew=True)
            return tr("{number} is closed. Thank you.", number=number) if closed else _closed(backend, coded)
        case What.CANNOT:
            await service.decline(session, backend, coded, person)
            return _left_to_others(backend, coded)
        case What.ASKS:
            return _all_of_it(backend, person, coded)
        case What.NOTE | What.UNSURE:
            return f"{told} {_what_to_send(backend, person, coded)}".strip()


async def _take(session: AsyncSession, backend: Backend, person: OnCall, coded: Coded) -> str:
    has = await service.take(session, backend, coded.callout, coded.ticket, person.name, "text")
    if has is None:
        return _closed(backend, coded)
    if has != person.name:
        return tr("{name} has {number} already.", name=has, number=coded.ticket.number)
    coded.row.declined_at = None
    return unproven.yours(backend, coded)


def _closed(backend: Backend, coded: Coded) -> str:
    at = coded.ticket.closed_at
    if at is None:
        return tr("{number} is closed, nothing is to be done.", number=coded.ticket.number)
    return tr(
        "{number} was closed {at}, nothing is to be done.", number=coded.ticket.number, at=words.when(backend, at)
    )


def _all_of_it(backend: Backend, person: OnCall, coded: Coded) -> str:
    """Who has shown the code is told the place and all else again."""
    if _has(person, coded):
        return unproven.yours(backend, coded)
    return f"{coded.ticket.number}: {words.summary(coded.ticket)} {_what_to_send(backend, person, coded)}"


def _what_to_send(backend: Backend, person: OnCall, coded: Coded) -> str:
    code, number = codes.shown(backend, coded.row), coded.ticket.number
    if _has(person, coded):
        return tr("Reply DONE {code} when it is done.", code=code)
    if coded.callout.status == service.TAKEN:
        return tr("{name} has {number} already.", name=coded.callout.taken_by, number=number)
    return tr(
        "{number}: reply only {code} if you have it, DONE {code} when it is done, NO {code} if you can't.",
        number=number,
        code=code,
    )


def _left_to_others(backend: Backend, coded: Coded) -> str:
    number, name = coded.ticket.number, coded.callout.taken_by
    if coded.callout.status == service.TAKEN:
        return tr("{name} has {number} already.", name=name, number=number)
    return tr(
        "I ask the others about {number}, and you no more unless everybody says no. If you can, reply {code}.",
        number=number,
        code=codes.shown(backend, coded.row),
    )


async def _answers_us(session: AsyncSession, person: OnCall, conversation_id: str) -> bool:
    """Whether a bare `1`, `yes` or code answers the callout: nothing else was said in this talk since.

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
