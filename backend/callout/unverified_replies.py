"""Answers texts from a phone on call without a valid code: they change nothing, and the answer names what to send.

Answers reveal no more of a ticket than the alert to that phone did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import codes, delivery, messages, service
from backend.callout.codes import TicketCode
from backend.callout.delivery import CalledTicket
from backend.callout.roster import OnCallPerson
from backend.language import mark, tr
from backend.reading.texts.on_call_replies import OnCallAction, OnCallReply

if TYPE_CHECKING:
    from backend.app import Backend

REPLACED_TEXT = mark("Made-up codes came in your name, so yours is longer now. Send this one: {listed}")
_CLOSE = mark("To close it, reply DONE and the code: {listed}")
_TAKE_TEXT = mark("Nobody has it yet. To take it, reply with the code alone: {listed}")
_DECLINE_TEXT = mark("Nobody has it yet, I go on asking everybody. To be left out, reply NO and the code: {listed}")
_DETAILS_TEXT = mark("Send that once more with the code, and I tell you all that I know: {listed}")
_NOTE_TEXT = mark("Send that once more with the code, and it goes on the ticket and to the office: {listed}")


async def answer(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    reply: OnCallReply,
    known: Sequence[TicketCode],
    not_offered: Sequence[CalledTicket],
) -> str | None:
    """The answer; None where no callout of theirs can be meant.

    `known` are the callouts to which they have codes, `not_offered` open ones to which they were not alerted.
    """
    if reply.ticket_numbers:
        known = [one for one in known if one.ticket.number in reply.ticket_numbers]
        not_offered = [one for one in not_offered if one[1].number in reply.ticket_numbers]
    calling = [one for one in known if one.callout.status in service.OPEN_STATUSES]
    mine = [one for one in known if one.callout.status == service.TAKEN and one.callout.taken_by == person.name]
    if not_offered and not (calling or mine):  # they learned of it elsewhere, and get an alert with their own code
        for called in not_offered:
            key = f"asked:{called[0].id}"
            await delivery.alert_person(session, backend, person, [called], delivery.INITIAL_NOTICE, reason=key)
        return tr("Nobody has it yet. I am texting you what it is about, with your code.")
    match reply.action:
        case OnCallAction.DONE:
            return add_codes(backend, mine or calling, _CLOSE) or _format_current_state(backend, person, known)
        case OnCallAction.ASKS_DETAILS:
            return add_codes(backend, mine + calling, _DETAILS_TEXT) or _format_current_state(backend, person, known)
        case OnCallAction.NOTE | OnCallAction.UNSURE:
            return add_codes(backend, mine + calling, _NOTE_TEXT) or _format_current_state(backend, person, known)
        case OnCallAction.DECLINES if calling:
            for one in calling:  # alert more people, and leave nobody out because of an unproven text
                await service.alert_remaining(session, backend, one.callout, one.ticket)
            return add_codes(backend, calling, _DECLINE_TEXT)
    return add_codes(backend, calling, _TAKE_TEXT) or _format_current_state(backend, person, known)


def add_codes(backend: Backend, these: Sequence[TicketCode], template: str) -> str | None:
    """The template with the codes listed; None when there are none."""
    return tr(template, listed=_list_codes(backend, these)) if these else None


def format_wrong_code(backend: Backend, known: Sequence[TicketCode]) -> str:
    """The code matches nothing; the answer lists the right ones."""
    calling = [one for one in known if one.callout.status in service.OPEN_STATUSES]
    if calling:
        return tr(
            "That code fits nothing. Nobody has it yet, I go on calling. Reply with the code: {listed}",
            listed=_list_codes(backend, calling),
        )
    return tr("That code fits nothing. The codes are: {listed}", listed=_list_codes(backend, known))


def format_taken_by_other(coded: TicketCode) -> str:
    return tr("{name} has {number} already.", name=coded.callout.taken_by, number=coded.ticket.number)


def format_taken_by_you(backend: Backend, coded: TicketCode) -> str:
    return tr(
        "You have {number}: {what} Reply DONE {code} when it is done.",
        number=coded.ticket.number,
        what=messages.format_summary(coded.ticket),
        code=codes.format_code(backend, coded.row),
    )


def _list_codes(backend: Backend, these: Sequence[TicketCode]) -> str:
    return messages.format_listing([(one.ticket, codes.format_code(backend, one.row)) for one in these])


def _format_current_state(backend: Backend, person: OnCallPerson, known: Sequence[TicketCode]) -> str | None:
    """For when nothing is open: it was taken or closed recently, perhaps by them."""
    since = backend.clock.now() - codes.LATE_REPLY_WINDOW
    for one in known:
        if one.callout.status == service.TAKEN and one.callout.taken_at and one.callout.taken_at >= since:
            if one.callout.taken_by == person.name:
                return add_codes(backend, [one], mark("You have it. Reply DONE and the code when it is done: {listed}"))
            return format_taken_by_other(one)
        if one.callout.status == service.OVER:
            return tr("{number} is closed, nothing is to be done.", number=one.ticket.number)
    return None
