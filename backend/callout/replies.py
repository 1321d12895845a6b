"""Handles texts from people on call: taking, declining or closing a ticket, questions and notes.

The sender can be forged, the code cannot. Answers go to the real phone, so they may contain the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.service import find_open_handoff
from backend.callout import codes, delivery, messages, service, unverified_replies
from backend.callout.codes import TicketCode
from backend.callout.models import CalloutNotice
from backend.callout.roster import OnCallPerson
from backend.conversations.models import Conversation, InboundMessage
from backend.language import mark, tr, use_language
from backend.reading.contact.location import extract_address_or_road
from backend.reading.hazards.danger_words import detect_danger
from backend.reading.texts import on_call_free_text
from backend.reading.texts.on_call_replies import OnCallAction, OnCallReply, parse_reply, parse_reply_leniently
from backend.tickets import office
from backend.tickets.history import add_crew_note
from backend.tickets.place_matching import make_place_key

if TYPE_CHECKING:
    from backend.app import Backend

MIN_NOTE_WORDS = 3
"""From so many words on, what stands beside `I have it` or `done` is kept as a note."""
MAX_NOTE_LENGTH = 400
MAX_ANSWERED_MISSES = 10
"""Wrong codes answered in a row; then only each tenth, or a forger could make the phone ring endlessly."""


def find_on_call(backend: Backend, phone: str | None) -> OnCallPerson | None:
    """The person on call with this phone (E.164)."""
    return next((one for one in backend.coop.on_call if phone and one.phone == phone), None)


async def handle_reply(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    conversation_id: str,
    text: str,
    *,
    keep: Callable[[str], str] = str,
) -> str | None:
    """Do what the text says; returns the answer in the person's language, empty for none.

    `keep` redacts what must not be stored. Returns None for a text that is not about a callout, since the person may be
    a member too. While they have an open callout, any text is about it unless it is clearly about something else; while
    they talk with the office, only a code or plain words about the callout are.
    """
    known = await codes.find_codes(session, backend, person, to_check=True)
    not_offered = await service.find_unalerted_tickets(session, person)
    has_open = bool(not_offered) or any(_is_relevant(backend, person, one) for one in known)
    with_office = await find_open_handoff(session, conversation_id) is not None
    reply = parse_reply_leniently(text) if has_open and not with_office else parse_reply(text)
    if reply is not None and with_office and not reply.codes and (reply.is_weak or not has_open):
        return None  # what they write to the person who answers them as a member
    if reply is None or (not reply.codes and _is_new_report(reply, text, known)):
        return None
    reply = replace(reply, other_words=keep(reply.other_words))
    with use_language(person.language):
        if reply.codes:
            return await _handle_coded_reply(session, backend, person, conversation_id, reply, known)
        # "done" answers no question of the assistant
        is_weak = reply.is_weak and not (has_open and reply.action is OnCallAction.DONE)
        if is_weak and (not known or not await _is_answer_to_callout(session, person, conversation_id, has_open)):
            return None
        return await unverified_replies.answer(session, backend, person, reply, known, not_offered)


async def _handle_coded_reply(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    conversation_id: str,
    reply: OnCallReply,
    known: Sequence[TicketCode],
) -> str | None:
    right = await codes.check(session, backend, person, known, reply.codes) if known else []
    if right:
        if reply.all_open:
            is_open = [
                one for one in known if one.callout.status in service.OPEN_STATUSES and one.row.declined_at is None
            ]
            right += [one for one in is_open if one not in right]
        return " ".join([await _apply_reply(session, backend, person, conversation_id, one, reply) for one in right])
    if closed := await _answer_for_ended(session, backend, person, reply, known):
        return closed
    if old := [one for one in known if codes.is_replaced_code(backend, one, reply.codes)]:
        return unverified_replies.add_codes(backend, old, unverified_replies.REPLACED_TEXT)
    # perhaps an amount or account digits of a member; counted as a miss all the same
    bare = reply.action is OnCallAction.UNSURE or not reply.other_words
    if not known or (bare and not await _is_answer_to_callout(session, person, conversation_id, has_open=True)):
        return None
    misses = min(one.row.misses for one in known)
    if misses > MAX_ANSWERED_MISSES and misses % MAX_ANSWERED_MISSES:
        return ""
    return unverified_replies.format_wrong_code(backend, known)


async def _answer_for_ended(
    session: AsyncSession, backend: Backend, person: OnCallPerson, reply: OnCallReply, known: Sequence[TicketCode]
) -> str | None:
    """Answer that the ticket of an old code is closed; None when no old code was sent."""
    ever = await codes.find_codes(session, backend, person, over_for=codes.CLOSED_NOTICE_WINDOW)
    recent = {one.row.id for one in known}
    old = [one for one in ever if one.row.id not in recent and codes.format_code(backend, one.row) in reply.codes]
    return _closed(backend, old[0]) if old else None


def _is_new_report(reply: OnCallReply, text: str, known: Sequence[TicketCode]) -> bool:
    """Whether the text is a report of its own, at a place of none of their callouts."""
    place = extract_address_or_road(text)
    if not place or not (reply.is_weak or detect_danger(text)):
        return False
    return all(make_place_key(place) != one.ticket.place_key for one in known)


def _is_relevant(backend: Backend, person: OnCallPerson, coded: TicketCode) -> bool:
    """Whether their text may be about it: nobody has it, they have it, or somebody took it recently."""
    callout = coded.callout
    if callout.status != service.TAKEN or _has_taken(person, coded):
        return callout.status != service.OVER
    return callout.taken_at is not None and callout.taken_at > backend.clock.now() - codes.LATE_REPLY_WINDOW


def _has_taken(person: OnCallPerson, coded: TicketCode) -> bool:
    return coded.callout.status == service.TAKEN and coded.callout.taken_by == person.name


async def _apply_reply(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    conversation_id: str,
    coded: TicketCode,
    reply: OnCallReply,
) -> str:
    number = coded.ticket.number
    if reply.action is not OnCallAction.DONE and coded.callout.status == service.OVER:
        return _closed(backend, coded)
    note_reply = await _relay_crew_note(session, backend, person, conversation_id, coded, reply)
    match reply.action:
        case OnCallAction.ACCEPTS:
            return await _take_ticket(session, backend, person, coded)
        case OnCallAction.DONE:
            closed = await office.close(session, backend, number, person.name, crew=True)
            return tr("{number} is closed. Thank you.", number=number) if closed else _closed(backend, coded)
        case OnCallAction.DECLINES:
            await service.decline(session, backend, coded, person)
            if coded.callout.status == service.TAKEN:
                return unverified_replies.format_taken_by_other(coded)
            return tr(
                "I ask the others about {number}, and you no more unless everybody says no. If you can, reply {code}.",
                number=number,
                code=codes.format_code(backend, coded.row),
            )
        case OnCallAction.ASKS_DETAILS if _has_taken(person, coded):
            return unverified_replies.format_taken_by_you(backend, coded)
        case OnCallAction.ASKS_DETAILS:
            how_to_reply = _format_how_to_reply(backend, person, coded)
            return f"{number}: {messages.format_summary(coded.ticket)} {how_to_reply}"
        case OnCallAction.NOTE | OnCallAction.UNSURE:
            return f"{note_reply} {_format_how_to_reply(backend, person, coded)}".strip()


async def _relay_crew_note(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    conversation_id: str,
    coded: TicketCode,
    reply: OnCallReply,
) -> str:
    """Put further words on the ticket; returns a confirmation, empty when there is none."""
    note = reply.other_words[:MAX_NOTE_LENGTH].strip()
    if reply.action is OnCallAction.ASKS_DETAILS:
        is_note = on_call_free_text.gives_note(on_call_free_text.normalize_words(note))
    else:
        is_note = reply.action in (OnCallAction.NOTE, OnCallAction.UNSURE) or len(note.split()) >= MIN_NOTE_WORDS
    if not note or not is_note:
        return ""
    await add_crew_note(session, backend, coded.ticket, conversation_id, person.name, note)
    if reply.action not in (OnCallAction.NOTE, OnCallAction.UNSURE):
        return ""
    key = "note:" + delivery.text_digest(note)
    text = mark('{name}, on call, writes: "{told}".')
    await service.notify_office(session, backend, coded.ticket, key, text, name=person.name, told=note)
    return tr(
        "I wrote that on {number} and email it to the office. If it cannot wait, call {phone}.",
        number=coded.ticket.number,
        phone=backend.coop.outage_phone_display,
    )


async def _take_ticket(session: AsyncSession, backend: Backend, person: OnCallPerson, coded: TicketCode) -> str:
    has = await service.take(session, backend, coded.callout, coded.ticket, person.name, "text")
    if has is None:
        return _closed(backend, coded)
    if has != person.name:
        return unverified_replies.format_taken_by_other(coded)
    coded.row.declined_at = None
    return unverified_replies.format_taken_by_you(backend, coded)


def _closed(backend: Backend, coded: TicketCode) -> str:
    at = coded.ticket.closed_at
    if at is None:
        return tr("{number} is closed, nothing is to be done.", number=coded.ticket.number)
    return tr(
        "{number} was closed {at}, nothing is to be done.",
        number=coded.ticket.number,
        at=messages.format_time(backend, at),
    )


def _format_how_to_reply(backend: Backend, person: OnCallPerson, coded: TicketCode) -> str:
    code = codes.format_code(backend, coded.row)
    if _has_taken(person, coded):
        return tr("Reply DONE {code} when it is done.", code=code)
    if coded.callout.status == service.TAKEN:
        return unverified_replies.format_taken_by_other(coded)
    return tr(
        "{number}: reply only {code} if you have it, DONE {code} when it is done, NO {code} if you can't.",
        number=coded.ticket.number,
        code=code,
    )


async def _is_answer_to_callout(
    session: AsyncSession, person: OnCallPerson, conversation_id: str, has_open: bool
) -> bool:
    """Whether a bare `1`, `yes` or code answers the callout, and not a question of the assistant: one that was asked
    since, or any where no callout waits for them (`has_open`)."""
    newest = await session.scalar(
        select(func.max(CalloutNotice.at)).where(
            CalloutNotice.name == person.name,
            CalloutNotice.what.in_(delivery.ALERTS),
        )
    )
    if newest is None:
        return False
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not (conversation.expects or conversation.offered):
        return True
    if not has_open:
        return False
    answered = select(func.max(InboundMessage.answered_at)).where(InboundMessage.conversation_id == conversation_id)
    last = await session.scalar(answered)
    return last is None or last <= newest
