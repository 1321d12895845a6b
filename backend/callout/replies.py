"""A text from a phone on call: who has it now, cannot, or is done. Its sender may be forged; its code is not.

The answer goes to the phone itself, whoever wrote: it may name the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import codes, service, telling, words
from backend.callout.codes import Coded
from backend.callout.models import CalloutNotice
from backend.callout.roster import OnCall
from backend.conversations.models import Conversation, InboundMessage
from backend.language import mark, speaking, tr
from backend.reading.on_call import Said, What, read
from backend.tickets import service as tickets

if TYPE_CHECKING:
    from backend.app import Backend


def on_call(backend: Backend, phone: str | None) -> OnCall | None:
    """Whose phone (E.164) this is, if it is one of the phones on call."""
    return next((one for one in backend.coop.on_call if phone and one.phone == phone), None)


async def heard(session: AsyncSession, backend: Backend, person: OnCall, conversation_id: str, text: str) -> str | None:
    """Do what the text says, and the words to answer it with, in their language.

    None for a text that is about no callout: they are a member as well, perhaps, and pay a bill.
    """
    said = read(text)
    if said is None:
        return None
    with speaking(person.language):
        if said.codes:
            return await _with_code(session, backend, person, conversation_id, said)
        if said.weak and not await _answers_us(session, person, conversation_id):
            return None
        return await _without_code(session, backend, person, said)


async def _with_code(
    session: AsyncSession, backend: Backend, person: OnCall, conversation_id: str, said: Said
) -> str | None:
    known = await codes.known(session, backend, person, to_check=True)
    if not known:
        return None
    right = await codes.check(session, backend, known, said.codes)
    if not right:
        # an amount or the digits of a member, perhaps; it was counted all the same
        about_it = said.what is not What.UNSURE and await _answers_us(session, person, conversation_id)
        return _wrong(backend, known) if about_it else None
    if said.every:
        wanted = [one for one in known if one.callout.status in service.OPEN and one.row.declined_at is None]
        right += [one for one in wanted if one not in right]
    return " ".join([await _do(session, backend, person, one, said.what) for one in right])


async def _do(session: AsyncSession, backend: Backend, person: OnCall, coded: Coded, what: What) -> str:
    code = codes.shown(backend, coded.row)
    match what:
        case What.HAS:
            return await _take(session, backend, person, coded)
        case What.DONE:
            closed = await tickets.close(session, backend, coded.ticket.number, person.name, crew=True)
            if closed is None:
                return tr("{number} is closed, nothing is to be done.", number=coded.ticket.number)
            return tr("{number} is closed. Thank you.", number=coded.ticket.number)
        case What.CANNOT:
            await service.decline(session, backend, coded, person)
            return _left_to_others(backend, coded)
        case What.UNSURE:
            return tr(
                "{number}: reply only {code} if you have it, DONE {code} when it is done, NO {code} if you can't.",
                number=coded.ticket.number,
                code=code,
            )


async def _take(session: AsyncSession, backend: Backend, person: OnCall, coded: Coded) -> str:
    has = await service.take(session, backend, coded.callout, coded.ticket, person.name, "text")
    number = coded.ticket.number
    if has is None:
        return tr("{number} is closed, nothing is to be done.", number=number)
    if has != person.name:
        return tr("{name} has {number} already.", name=has, number=number)
    coded.row.declined_at = None
    return _yours(backend, coded)


def _yours(backend: Backend, coded: Coded) -> str:
    return tr(
        "You have {number}: {what} Reply DONE {code} when it is done.",
        number=coded.ticket.number,
        what=words.summary(coded.ticket),
        code=codes.shown(backend, coded.row),
    )


def _left_to_others(backend: Backend, coded: Coded) -> str:
    number, name = coded.ticket.number, coded.callout.taken_by
    if coded.callout.status == service.TAKEN:
        return tr("{name} has {number} already.", name=name, number=number)
    if coded.callout.status == service.OVER:
        return tr("{number} is closed, nothing is to be done.", number=number)
    return tr(
        "I ask the others about {number}, and you no more unless everybody says no. If you can, reply {code}.",
        number=number,
        code=codes.shown(backend, coded.row),
    )


def _wrong(backend: Backend, known: Sequence[Coded]) -> str:
    """A code that fits nothing. What is open is still called out, and the right one stands in the answer."""
    calling = [one for one in known if one.callout.status in service.OPEN]
    phone = backend.coop.outage_phone_display
    if any(one.locked for one in calling or known):
        if calling:
            return tr(
                "Too many wrong codes came from this phone, so those sent so far count no more. Nobody has {numbers}, "
                "and I go on calling. Wait for my next text, it has a new code, or call {phone} or somebody else on "
                "call.",
                numbers=_numbers(calling),
                phone=phone,
            )
        return tr("Too many wrong codes came from this phone. Please call {phone}.", phone=phone)
    if calling:
        listed = words.listing([(one.ticket, codes.shown(backend, one.row)) for one in calling])
        return tr(
            "That code fits nothing. Nobody has it yet, I go on calling. Reply with the code: {listed}", listed=listed
        )
    listed = words.listing([(one.ticket, codes.shown(backend, one.row)) for one in known])
    return tr("That code fits nothing. The codes are: {listed}", listed=listed)


async def _without_code(session: AsyncSession, backend: Backend, person: OnCall, said: Said) -> str | None:
    """Words alone do nothing: what to send is named."""
    known = await _meant(session, backend, person, said)
    calling = [one for one in known if one.callout.status in service.OPEN]
    if said.what is What.DONE:
        mine = [one for one in known if one.callout.taken_by == person.name and one.callout.status == service.TAKEN]
        return _name_codes(backend, mine or calling, mark("To close it, reply DONE and the code: {listed}"))
    if not calling:
        return _stands(backend, person, known)
    if said.what is What.CANNOT:
        for one in calling:  # more people hear of it; nobody is left out on the word of a sender
            await service.ask_more(session, backend, one.callout, one.ticket)
        return _name_codes(
            backend,
            calling,
            mark("Nobody has it yet, I go on asking everybody. To be left out, reply NO and the code: {listed}"),
        )
    return _name_codes(backend, calling, mark("Nobody has it yet. To take it, reply with the code alone: {listed}"))


async def _meant(session: AsyncSession, backend: Backend, person: OnCall, said: Said) -> list[Coded]:
    """What the words are about: the tickets named by number, told to them before or not; else all told to them."""
    known = await codes.known(session, backend, person)
    if not said.numbers:
        return known
    for number in said.numbers:
        ticket = await tickets.find(session, number)
        callout = await service.of_ticket(session, ticket.id) if ticket else None
        if callout is not None and callout.status in service.OPEN:
            await codes.issue(session, backend, callout, person)
    return [one for one in await codes.known(session, backend, person) if one.ticket.number in said.numbers]


def _name_codes(backend: Backend, these: Sequence[Coded], said: str) -> str | None:
    if not these:
        return None
    if any(one.locked for one in these):
        return _wrong(backend, these)
    return tr(said, listed=words.listing([(one.ticket, codes.shown(backend, one.row)) for one in these]))


def _stands(backend: Backend, person: OnCall, known: Sequence[Coded]) -> str | None:
    """Nothing is open: it was taken or closed lately, perhaps by them."""
    since = backend.clock.now() - codes.STILL_MEANT
    for one in known:
        number = one.ticket.number
        if one.callout.status == service.TAKEN and one.callout.taken_at and one.callout.taken_at >= since:
            if one.callout.taken_by == person.name:
                return _yours(backend, one)
            return tr("{name} has {number} already.", name=one.callout.taken_by, number=number)
        if one.callout.status == service.OVER:
            return tr("{number} is closed, nothing is to be done.", number=number)
    return None


def _numbers(these: Sequence[Coded]) -> str:
    return ", ".join(one.ticket.number for one in these[: words.MOST_LISTED])


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
