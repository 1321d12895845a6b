"""Opening, finding and ending tickets. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.billing.models import Account
from backend.callout import service as callout
from backend.callout.escalation import relay_update
from backend.contact.own_contacts import first_to_call
from backend.conversations.models import Conversation
from backend.language import SPANISH, current_language
from backend.members.models import Member
from backend.outage.only_here import set_apart_where_told
from backend.outage.still_out import STILL_OUT_LABEL, keep_open, lock_report, mark_if_ended
from backend.reading.hazards.danger_over import denies_danger
from backend.reading.tickets.report_questions import says_still_out
from backend.tickets import member_notices, reporter_notices
from backend.tickets.danger_signs import detect_signs, is_new_information, record_denial
from backend.tickets.deduplication import OPEN_STATUSES, find_duplicate
from backend.tickets.history import append_note, format_news, record_member_act
from backend.tickets.kinds import CALLBACK, CALLOUT_KINDS, DANGER, OBJECTION, OUTAGE, POWER_KINDS, PROMISED_KINDS
from backend.tickets.lookup import find_open_outage
from backend.tickets.models import PLACE_SOURCE_LABEL, REPORTER_SAYS_PREFIX, Ticket
from backend.tickets.place_matching import make_place_key
from backend.tickets.reporters import can_close, is_own_ticket

if TYPE_CHECKING:
    from backend.app import Backend

WITHDRAWN, CLOSED, ANSWERED = "withdrawn", "closed", "answered"
RESTORED_OUTCOME = "restored"


@dataclass(frozen=True)
class Report:
    """What somebody reports or requests. `details` are in English, the member's own words under `words`; `phone` is
    E.164. `notify_member`: it is requested in a member's name, who gets a notice (`member_notices.py`). `outage_id`:
    the known outage that it belongs to.
    """

    kind: str
    details: Mapping[str, str]
    account_id: int | None = None
    place: str | None = None
    phone: str | None = None
    urgent: bool = False
    due_at: datetime | None = None
    notify_member: bool = True
    outage_id: int | None = None


@dataclass(frozen=True)
class FiledTicket:
    """The result of a report. `is_new` is False when it was added to an open ticket for the same event.

    `is_own` is False where that ticket is somebody else's: it got an unproven note, and its number stays secret.
    `relayed_text` tells the member who is being informed now; empty when nobody is.
    """

    ticket: Ticket
    is_new: bool
    is_own: bool = True
    relayed_text: str = ""


async def open_ticket(session: AsyncSession, backend: Backend, conversation_id: str, **fields: Any) -> Ticket:
    """As `file_report`, with the fields of `Report` as keywords; returns only the ticket."""
    return (await file_report(session, backend, conversation_id, Report(**fields))).ticket


async def file_report(session: AsyncSession, backend: Backend, conversation_id: str, report: Report) -> FiledTicket:
    """File a report: as a note on the open ticket for the same event, or as a new ticket.

    A missing place or phone is taken from the account or the conversation, so that a crew knows where to go and the
    office whom to call.
    """
    conversation = await session.get_one(Conversation, conversation_id)
    report = await _fill_in_report(session, backend, conversation, report)
    same = await _lock_same_ticket(session, backend, conversation_id, report)
    if same is not None:
        await _mark_still_out(session, backend, conversation, same, report)
        return await _add_to(session, backend, conversation, same, report)
    ticket = Ticket(
        number=await confirmation_numbers.new_number(session),
        kind=report.kind,
        urgent=report.urgent or report.kind == DANGER,
        account_id=report.account_id,
        outage_id=report.outage_id,
        conversation_id=conversation_id,
        place=report.place,
        place_key=make_place_key(report.place) if report.place else None,
        phone=report.phone,
        details=dict(report.details),
        notes=[],
        due_at=report.due_at
        or (backend.coop.promise_deadline(backend.today()) if report.kind in PROMISED_KINDS else None),
        created_at=backend.clock.now(),
    )
    set_apart_where_told(ticket, str(report.details.get("words") or ""))
    session.add(ticket)
    await session.flush()
    await _mark_still_out(session, backend, conversation, ticket, report)
    await record_member_act(session, backend, conversation, ticket, f"ticket_{report.kind}")
    await callout.start_callout(session, backend, ticket)
    if report.notify_member:
        await member_notices.notify_requested(session, backend, conversation, ticket)
    return FiledTicket(ticket, is_new=True)


async def find_same_ticket(
    session: AsyncSession, backend: Backend, conversation_id: str, report: Report
) -> Ticket | None:
    """The open ticket that this report would be added to; None when it would open a new one.

    Somebody else's ticket only takes notes, so a report that is more urgent than it opens a ticket of its own.
    """
    same = await find_duplicate(
        session, backend.clock.now(), conversation_id, report.kind, account_id=report.account_id,
        key=make_place_key(report.place) if report.place else None, details=report.details,
    )  # fmt: skip
    if same is None:
        return None
    is_worse = (report.kind == DANGER and same.kind != DANGER) or (report.urgent and not same.urgent)
    if is_worse and not await is_own_ticket(session, backend, same, conversation_id):
        return None
    return same


async def _lock_same_ticket(
    session: AsyncSession, backend: Backend, conversation_id: str, report: Report
) -> Ticket | None:
    """As `find_same_ticket`, locked. One that is closed at this moment is not added to: nobody would read it there."""
    while (same := await find_same_ticket(session, backend, conversation_id, report)) is not None:
        if await lock_report(session, same):
            break
    return same


async def _mark_still_out(
    session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket, report: Report
) -> None:
    """Mark that the power is still out where the report comes after the end of the outage, or says so itself."""
    if report.kind != OUTAGE:
        return
    if said := report.details.get(STILL_OUT_LABEL):
        ticket.outage_id = ticket.outage_id if ticket.outage_id is not None else report.outage_id
        ticket.details = {STILL_OUT_LABEL: said, **ticket.details}
    phones = [phone for phone in (conversation.address, report.phone, ticket.phone) if phone]
    await mark_if_ended(session, backend, ticket, phones)


async def _add_to(
    session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket, report: Report
) -> FiledTicket:
    """Add a report to an open ticket for the same event."""
    if not await is_own_ticket(session, backend, ticket, conversation.id):
        relayed = await _add_unproven(session, backend, conversation, ticket, report)
        return FiledTicket(ticket, is_new=False, is_own=False, relayed_text=relayed)
    relayed = await _merge(session, backend, conversation, ticket, report)
    if report.notify_member:
        await member_notices.notify_requested(session, backend, conversation, ticket, new=False)
    return FiledTicket(ticket, is_new=False, relayed_text=relayed)


async def _fill_in_report(
    session: AsyncSession, backend: Backend, conversation: Conversation, report: Report
) -> Report:
    """Fill in what is missing: the account's place, the phone that writes or calls or is on file, the language."""
    account = await session.get(Account, report.account_id) if report.account_id is not None else None
    on_file = (await session.get_one(Member, account.member_id)).phone if account is not None else None
    phone = first_to_call(backend, report.phone, conversation.address, on_file)
    details = {**report.details, "language": "Spanish"} if current_language() == SPANISH else report.details
    place = report.place or (account.service_address if account else None)
    if place and not report.place:
        details = {**details, PLACE_SOURCE_LABEL: "of the account, not told"}
    return replace(report, details=details, place=place or None, phone=phone)


async def _merge(
    session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket, report: Report
) -> str:
    """Add a later report; the first one's details stay unchanged. Returns `FiledTicket.relayed_text`."""
    words = str(report.details.get("words") or "")
    worse = (report.urgent or report.kind == DANGER) and is_new_information(ticket, words, detect_signs(words))
    before = {"number": ticket.number, "kind": ticket.kind, "urgent": ticket.urgent}
    known = (ticket.place, ticket.phone, ticket.kind)
    if report.kind == CALLBACK and report.due_at != ticket.due_at:
        previous = ticket.details.get("when", ticket.due_at)
        append_note(backend, ticket, conversation.id, f"another time; it was {previous}")
        ticket.due_at, ticket.details = report.due_at, {**ticket.details, **report.details}
    append_note(backend, ticket, conversation.id, format_news(ticket, report.details, report.phone, report.place))
    ticket.account_id = ticket.account_id if ticket.account_id is not None else report.account_id
    ticket.outage_id = ticket.outage_id if ticket.outage_id is not None else report.outage_id
    set_apart_where_told(ticket, words)
    if not ticket.place and report.place:
        ticket.place, ticket.place_key = report.place, make_place_key(report.place)
    ticket.phone = ticket.phone or report.phone
    ticket.urgent = ticket.urgent or report.urgent or report.kind == DANGER
    if report.kind == DANGER:
        ticket.kind = DANGER
    await record_member_act(session, backend, conversation, ticket, "ticket_noted", before)
    relayed = await relay_update(session, backend, ticket, words) if worse else ""
    if not relayed and known != (ticket.place, ticket.phone, ticket.kind):
        await callout.send_news(session, backend, ticket)
    await callout.start_callout(session, backend, ticket)
    return relayed


async def _add_unproven(
    session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket, report: Report
) -> str:
    """Add a note to somebody else's ticket. New danger is relayed all the same. Returns `FiledTicket.relayed_text`."""
    words = str(report.details.get("words") or "")
    worse = (report.urgent or report.kind == DANGER) and is_new_information(ticket, words, detect_signs(words))
    append_note(
        backend,
        ticket,
        conversation.id,
        format_news(ticket, report.details, report.phone, report.place, own=False),
        unproven=True,
    )
    await record_member_act(session, backend, conversation, ticket, "ticket_noted")
    return await relay_update(session, backend, ticket, words) if worse else ""


async def add_note(
    session: AsyncSession,
    backend: Backend,
    ticket: Ticket,
    conversation_id: str,
    words: str,
    *,
    unproven: bool | None = None,
) -> None:
    """Add a note; the same words of the same conversation only once.

    `unproven`: whether the note is marked as such; by default where the ticket is somebody else's.
    """
    if any(note["words"] == words and note["conversation"] == conversation_id for note in ticket.notes):
        return
    conversation = await session.get_one(Conversation, conversation_id)
    if unproven is None:
        unproven = not await is_own_ticket(session, backend, ticket, conversation_id)
    set_apart_where_told(ticket, "" if unproven else words)
    if ticket.kind in POWER_KINDS and says_still_out(words):  # "is it fixed? still dark"
        await keep_open(session, backend, ticket, [conversation.address or ""])
    append_note(backend, ticket, conversation.id, words, **({"unproven": True} if unproven else {}))
    await record_member_act(session, backend, conversation, ticket, "ticket_noted")


async def replace_phone(
    session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, phone: str
) -> None:
    """Set another phone to call; the previous one stays in the note."""
    words = f"call {phone}" + (f", not {ticket.phone}" if ticket.phone else "")
    ticket.phone = phone
    await _note_and_send_news(session, backend, ticket, conversation_id, words)


async def add_phone(session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, phone: str) -> None:
    """Note one more phone to call."""
    await _note_and_send_news(session, backend, ticket, conversation_id, f"or call {phone}")


async def complete(
    session: AsyncSession, backend: Backend, ticket: Ticket, *, place: str | None, phone: str | None
) -> None:
    """Set place and phone after the ticket was opened: danger is filed before either is known."""
    known = (ticket.place, ticket.phone)
    if place:
        _set_reported_place(ticket, place)
    ticket.phone = ticket.phone or phone
    await session.flush()
    if known != (ticket.place, ticket.phone):
        await callout.send_news(session, backend, ticket)


def _set_reported_place(ticket: Ticket, place: str) -> None:
    """Set a place that a reporter gave, instead of the one on file."""
    ticket.place, ticket.place_key = place, make_place_key(place)
    ticket.details = {key: value for key, value in ticket.details.items() if key != PLACE_SOURCE_LABEL}


async def correct_place(
    session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, *, place: str, words: str
) -> None:
    """The reporter corrects the place: the note keeps the previous one, and people already informed get the new one."""
    note = f"{words}; at {place}" + (f", not {ticket.place}" if ticket.place else "")
    _set_reported_place(ticket, place)
    await _note_and_send_news(session, backend, ticket, conversation_id, note)


async def _note_and_send_news(
    session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, words: str
) -> None:
    conversation = await session.get_one(Conversation, conversation_id)
    append_note(backend, ticket, conversation_id, words)
    await record_member_act(session, backend, conversation, ticket, "ticket_noted")
    await callout.send_news(session, backend, ticket)


async def use_place_on_file(session: AsyncSession, backend: Backend, ticket: Ticket, account: Account) -> None:
    """Link the account, given after the ticket was opened without a place, and use its service address."""
    ticket.account_id = ticket.account_id if ticket.account_id is not None else account.id
    if account.service_address:
        ticket.place, ticket.place_key = account.service_address, make_place_key(account.service_address)
        ticket.details = {**ticket.details, PLACE_SOURCE_LABEL: "of the account, not told"}
        await session.flush()
        await callout.send_news(session, backend, ticket)


async def withdraw(
    session: AsyncSession, backend: Backend, number: str, by_conversation: str, reason: str
) -> Ticket | None:
    """Withdraw a ticket that this conversation filed. None when it has no such ticket open.

    Three kinds stay open and only get a note: a callout, since a sender can be forged and a web chat or call proves
    little (people informed get the words); an objection, since the impostor would withdraw it; and a ticket that others
    have reported as well. The returned ticket's status tells what happened.
    """
    ticket = await find(session, number)
    if ticket is None or ticket.status not in OPEN_STATUSES or ticket.conversation_id != by_conversation:
        return None
    conversation = await session.get_one(Conversation, by_conversation)
    if has_callout(ticket):
        note = f"{REPORTER_SAYS_PREFIX}{reason}"
        await add_note(session, backend, ticket, by_conversation, note, unproven=True)
        if denies_danger(reason):
            record_denial(ticket, reason, proven=conversation.channel != "sms")
        await callout.relay_statement(session, backend, ticket, reason)
        return ticket
    if OBJECTION in ticket.details:
        note = f"the same sender takes it back, which anybody could: {reason}"
        await add_note(session, backend, ticket, by_conversation, note, unproven=True)
        return ticket
    if any(note["conversation"] != by_conversation for note in ticket.notes):
        await add_note(session, backend, ticket, by_conversation, f"withdrawn by who told it first: {reason}")
        return ticket
    await _end(session, backend, conversation, ticket, "ticket_withdrawn", WITHDRAWN, reason)
    return ticket


async def close_restored_outage(
    session: AsyncSession, backend: Backend, conversation_id: str, account_id: int | None, words: str
) -> Ticket | None:
    """Power is back: close the open outage of this conversation, or of the account. None when there is none.

    A callout stays open, with the words as a note that the crew gets: a wire may still be down with the lights on, and
    somebody who depends on a machine needs more than an unproven message. So does somebody else's ticket where this
    conversation has not proven the account (`reporters.can_close`).
    """
    ticket = await find_open_outage(session, conversation_id, account_id)
    if ticket is None:
        return None
    await add_note(session, backend, ticket, conversation_id, words)
    if has_callout(ticket):
        own = ticket.conversation_id == conversation_id
        await callout.relay_statement(session, backend, ticket, words, own=own)
    elif await can_close(session, backend, ticket, conversation_id):
        conversation = await session.get_one(Conversation, conversation_id)
        await _end(session, backend, conversation, ticket, "ticket_restored", CLOSED, RESTORED_OUTCOME)
        await reporter_notices.notify_restored(session, backend, ticket, conversation_id)
    return ticket


def has_callout(ticket: Ticket) -> bool:
    """Whether people on call are alerted to it. Only they and the office may close such a ticket."""
    return ticket.kind == DANGER or (ticket.urgent and ticket.kind in CALLOUT_KINDS)


async def _end(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    ticket: Ticket,
    act: str,
    status: str,
    outcome: str,
) -> None:
    before = {"number": ticket.number, "status": ticket.status}
    ticket.status, ticket.outcome, ticket.closed_at = status, outcome, backend.clock.now()
    await record_member_act(session, backend, conversation, ticket, act, before)
    await callout.end_callout(session, backend, ticket)


async def find(session: AsyncSession, number: str) -> Ticket | None:
    return await session.scalar(select(Ticket).where(Ticket.number == number))


async def list_of_conversation(session: AsyncSession, conversation_id: str) -> list[Ticket]:
    """Open tickets that this conversation filed, the newest first."""
    query = select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.status.in_(OPEN_STATUSES))
    return list(await session.scalars(query.order_by(Ticket.id.desc())))
