"""Opening, finding and ending tickets. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.billing.models import Account
from backend.callout import escalation as callout_worse
from backend.callout import service as callout
from backend.conversations.models import Conversation
from backend.language import SPANISH, current_language
from backend.members.models import Member
from backend.payments import confirmation_numbers
from backend.reading.hazards.danger_over import denies_danger
from backend.tickets import member_notices, reporter_notices
from backend.tickets.danger_signs import detect_signs, is_new_information, record_denial
from backend.tickets.deduplication import OPEN_STATUSES, find_duplicate
from backend.tickets.kinds import CALLBACK, CALLOUT_KINDS, DANGER, OBJECTION, PROMISED_KINDS
from backend.tickets.lookup import CREW_DONE_PREFIX, find_open_outage
from backend.tickets.models import PLACE_SOURCE_LABEL, REPORTER_SAYS_PREFIX, Ticket
from backend.tickets.place_matching import make_place_key
from backend.tickets.reporters import can_close, is_own_ticket
from backend.tickets.staff_actions import record_act

if TYPE_CHECKING:
    from backend.app import Backend

WITHDRAWN, CLOSED, ANSWERED = "withdrawn", "closed", "answered"
RESTORED_OUTCOME = "restored"
WITHDRAWN_VISIBLE_FOR = timedelta(days=2)  # the office still sees for so long what was taken back


@dataclass(frozen=True)
class Report:
    """What somebody tells. `details` are in English, the member's own words under `words`; `phone` is E.164.

    `in_a_name`: it is asked for in a member's name, who is told of it (`in_a_name.py`).
    """

    kind: str
    details: Mapping[str, str]
    account_id: int | None = None
    place: str | None = None
    phone: str | None = None
    urgent: bool = False
    due_at: datetime | None = None
    notify_member: bool = True


@dataclass(frozen=True)
class FiledTicket:
    """What came of a report. `new` is False when it was added to a ticket that was open for the same event.

    `own` is False where that ticket is another's: it got an unproven note, and its number is not told.
    `passed_on`: what the member is told of who is hearing it now; empty when nobody hears more than they knew.
    """

    ticket: Ticket
    is_new: bool
    is_own: bool = True
    relayed_text: str = ""


async def open_ticket(session: AsyncSession, backend: Backend, conversation_id: str, **told: Any) -> Ticket:
    """As `file`, with the fields of `Report` as keywords, for who need not know whether the ticket is new."""
    return (await file_report(session, backend, conversation_id, Report(**told))).ticket


async def file_report(session: AsyncSession, backend: Backend, conversation_id: str, told: Report) -> FiledTicket:
    """A ticket for this report: the one that is open for the same event, with what is new as a note, or a new one.

    That the member speaks Spanish is added to the details. Where no place or phone is told, those of the account and
    of the conversation are taken, so that a crew knows where to go and the office whom to call.
    """
    conversation = await session.get_one(Conversation, conversation_id)
    told = await _fill_in_report(session, conversation, told)
    same = await find_same_ticket(session, backend, conversation_id, told)
    if same is not None:
        if not await is_own_ticket(session, backend, same, conversation_id):
            passed_on = await _add_unproven(session, backend, conversation, same, told)
            return FiledTicket(same, is_new=False, is_own=False, relayed_text=passed_on)
        passed_on = await _merge(session, backend, conversation, same, told)
        if told.notify_member:
            await member_notices.notify_requested(session, backend, conversation, same, new=False)
        return FiledTicket(same, is_new=False, relayed_text=passed_on)
    ticket = Ticket(
        number=await fresh_number(session),
        kind=told.kind,
        urgent=told.urgent or told.kind == DANGER,
        account_id=told.account_id,
        conversation_id=conversation_id,
        place=told.place,
        place_key=make_place_key(told.place) if told.place else None,
        phone=told.phone,
        details=dict(told.details),
        notes=[],
        due_at=told.due_at or (backend.coop.promise_deadline(backend.today()) if told.kind in PROMISED_KINDS else None),
        created_at=backend.clock.now(),
    )
    session.add(ticket)
    await _record_act(session, backend, conversation, ticket, f"ticket_{told.kind}")
    await callout.start_callout(session, backend, ticket)
    if told.notify_member:
        await member_notices.notify_requested(session, backend, conversation, ticket)
    return FiledTicket(ticket, is_new=True)


async def find_same_ticket(
    session: AsyncSession, backend: Backend, conversation_id: str, told: Report
) -> Ticket | None:
    """The open ticket that this report would be added to; None when it would open a new one.

    To another's ticket only a note can be added, so that what is more urgent than it becomes one of its own.
    """
    same = await find_duplicate(
        session,
        backend.clock.now(),
        conversation_id,
        told.kind,
        account_id=told.account_id,
        key=make_place_key(told.place) if told.place else None,
        details=told.details,
    )
    worse = same is not None and ((told.kind == DANGER and same.kind != DANGER) or (told.urgent and not same.urgent))
    if same is not None and worse and not await is_own_ticket(session, backend, same, conversation_id):
        return None
    return same


async def _fill_in_report(session: AsyncSession, conversation: Conversation, told: Report) -> Report:
    """With what need not be told: where the account is, and the phone that writes or calls or is on file."""
    account = await session.get(Account, told.account_id) if told.account_id is not None else None
    phone = told.phone or conversation.address
    if phone is None and account is not None:
        phone = (await session.get_one(Member, account.member_id)).phone
    details = {**told.details, "language": "Spanish"} if current_language() == SPANISH else told.details
    place = told.place or (account.service_address if account else None)
    if place and not told.place:
        details = {**details, PLACE_SOURCE_LABEL: "of the account, not told"}
    return replace(told, details=details, place=place or None, phone=phone)


async def _merge(
    session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket, told: Report
) -> str:
    """Write down what a later report adds; what the first one said stays as it was said. As `Filed.passed_on`."""
    words = str(told.details.get("words") or "")
    worse = (told.urgent or told.kind == DANGER) and is_new_information(ticket, words, detect_signs(words))
    before = {"number": ticket.number, "kind": ticket.kind, "urgent": ticket.urgent}
    known = (ticket.place, ticket.phone, ticket.kind)
    if told.kind == CALLBACK and told.due_at != ticket.due_at:
        _append_note(backend, conversation, ticket, f"another time; it was {ticket.details.get('when', ticket.due_at)}")
        ticket.due_at, ticket.details = told.due_at, {**ticket.details, **told.details}
    _append_note(backend, conversation, ticket, _format_news(ticket, told))
    ticket.account_id = ticket.account_id if ticket.account_id is not None else told.account_id
    if not ticket.place and told.place:
        ticket.place, ticket.place_key = told.place, make_place_key(told.place)
    ticket.phone = ticket.phone or told.phone
    ticket.urgent = ticket.urgent or told.urgent or told.kind == DANGER
    if told.kind == DANGER:
        ticket.kind = DANGER
    await _record_act(session, backend, conversation, ticket, "ticket_noted", before)
    passed_on = await callout_worse.relay_update(session, backend, ticket, words) if worse else ""
    if not passed_on and known != (ticket.place, ticket.phone, ticket.kind):
        await callout.send_news(session, backend, ticket)
    await callout.start_callout(session, backend, ticket)
    return passed_on


async def _add_unproven(
    session: AsyncSession, backend: Backend, conversation: Conversation, ticket: Ticket, told: Report
) -> str:
    """A note to another's ticket. Danger that it does not tell of yet is passed on all the same. As `passed_on`."""
    words = str(told.details.get("words") or "")
    worse = (told.urgent or told.kind == DANGER) and is_new_information(ticket, words, detect_signs(words))
    _append_note(backend, conversation, ticket, _format_news(ticket, told, own=False), unproven=True)
    await _record_act(session, backend, conversation, ticket, "ticket_noted")
    return await callout_worse.relay_update(session, backend, ticket, words) if worse else ""


def _format_news(ticket: Ticket, later: Report, *, own: bool = True) -> str:
    """What a later report says that the ticket and its notes do not: the member's words, then what has changed.

    Of the `own` ticket a phone that was missing is put into its place, and is no note.
    """
    known = {str(value) for value in ticket.details.values()}
    heard = "; ".join(str(note["words"]) for note in ticket.notes)
    changed = {label: str(value) for label, value in later.details.items() if str(value) not in known}
    if later.phone and later.phone != ticket.phone and (ticket.phone or not own):
        changed["phone"] = later.phone
    if later.place and ticket.place and make_place_key(later.place) != ticket.place_key:
        changed["place"] = later.place
    words = changed.pop("words", "")
    said = [words, *(f"{label}: {value}" for label, value in changed.items())]
    return "; ".join(part for part in said if part and part not in heard)


def _append_note(
    backend: Backend, conversation: Conversation, ticket: Ticket, words: str, *, unproven: bool = False
) -> None:
    """`unproven`: by somebody who has not shown that it is theirs to tell of."""
    if words:
        at = backend.clock.now().isoformat(timespec="seconds")
        note = {"at": at, "conversation": conversation.id, "words": words}
        ticket.notes = [*ticket.notes, {**note, "unproven": True} if unproven else note]


async def add_note(
    session: AsyncSession,
    backend: Backend,
    ticket: Ticket,
    conversation_id: str,
    words: str,
    *,
    unproven: bool | None = None,
) -> None:
    """Write down what was said about it later. The same words of the same talk are written once.

    `unproven`: whether the words are shown as nobody's in particular; else by whose ticket it is.
    """
    if any(note["words"] == words and note["conversation"] == conversation_id for note in ticket.notes):
        return
    conversation = await session.get_one(Conversation, conversation_id)
    if unproven is None:
        unproven = not await is_own_ticket(session, backend, ticket, conversation_id)
    _append_note(backend, conversation, ticket, words, unproven=unproven)
    await _record_act(session, backend, conversation, ticket, "ticket_noted")


async def replace_phone(
    session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, phone: str
) -> None:
    """Another phone to call about it; the one before is kept in the note."""
    conversation = await session.get_one(Conversation, conversation_id)
    _append_note(backend, conversation, ticket, f"call {phone}" + (f", not {ticket.phone}" if ticket.phone else ""))
    ticket.phone = phone
    await _record_act(session, backend, conversation, ticket, "ticket_noted")
    await callout.send_news(session, backend, ticket)


async def add_phone(session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, phone: str) -> None:
    """One more phone to call about it, beside the first."""
    conversation = await session.get_one(Conversation, conversation_id)
    _append_note(backend, conversation, ticket, f"or call {phone}")
    await _record_act(session, backend, conversation, ticket, "ticket_noted")
    await callout.send_news(session, backend, ticket)


async def complete(
    session: AsyncSession, backend: Backend, ticket: Ticket, *, place: str | None, phone: str | None
) -> None:
    """Where it is and whom to call, told after it was opened: danger is filed before either is known."""
    known = (ticket.place, ticket.phone)
    if place:
        _set_reported_place(ticket, place)
    ticket.phone = ticket.phone or phone
    await session.flush()
    if known != (ticket.place, ticket.phone):
        await callout.send_news(session, backend, ticket)


def _set_reported_place(ticket: Ticket, place: str) -> None:
    """The place as somebody told it, which is no longer the one of the file."""
    ticket.place, ticket.place_key = place, make_place_key(place)
    ticket.details = {key: value for key, value in ticket.details.items() if key != PLACE_SOURCE_LABEL}


async def correct_place(
    session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, *, place: str, words: str
) -> None:
    """Another place, by who reported it: the one before and the words are kept, and who was told hears the new one."""
    conversation = await session.get_one(Conversation, conversation_id)
    _append_note(
        backend, conversation, ticket, f"{words}; at {place}" + (f", not {ticket.place}" if ticket.place else "")
    )
    _set_reported_place(ticket, place)
    await _record_act(session, backend, conversation, ticket, "ticket_noted")
    await callout.send_news(session, backend, ticket)


async def use_place_on_file(session: AsyncSession, backend: Backend, ticket: Ticket, account: Account) -> None:
    """The account was told after it was opened, and no place: it is where the account is."""
    ticket.account_id = ticket.account_id if ticket.account_id is not None else account.id
    if account.service_address:
        ticket.place, ticket.place_key = account.service_address, make_place_key(account.service_address)
        ticket.details = {**ticket.details, PLACE_SOURCE_LABEL: "of the account, not told"}
        await session.flush()
        await callout.send_news(session, backend, ticket)


async def withdraw(
    session: AsyncSession, backend: Backend, number: str, by_conversation: str, reason: str
) -> Ticket | None:
    """Take back what this conversation filed. None when it has no such ticket open.

    What calls the crew out stays open: a sender can be forged, and who is in a web chat or on the phone proves little.
    It gets a note, and who was told of it hears the words. What says that somebody else acts in a member's name stays,
    too: the one who does would take that back. Where others have told of the same event since, the ticket
    stands for them as well; its status says which it was.
    """
    ticket = await find(session, number)
    if ticket is None or ticket.status not in OPEN_STATUSES or ticket.conversation_id != by_conversation:
        return None
    conversation = await session.get_one(Conversation, by_conversation)
    if is_callout(ticket):
        said = f"{REPORTER_SAYS_PREFIX}{reason}"
        await add_note(session, backend, ticket, by_conversation, said, unproven=True)
        if denies_danger(reason):
            record_denial(ticket, reason, proven=conversation.channel != "sms")
        await callout.relay_statement(session, backend, ticket, reason)
        return ticket
    if OBJECTION in ticket.details:
        said = f"the same sender takes it back, which anybody could: {reason}"
        await add_note(session, backend, ticket, by_conversation, said, unproven=True)
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

    What calls the crew out stays open: a wire on the ground does not go away with the lights on, and who hangs on a
    machine needs more than the word of a sender. It gets the words as a note, and the crew hears them. So does another
    talk's, where this one has not proven whose account it is (`reporters.may_close`).
    """
    ticket = await find_open_outage(session, conversation_id, account_id)
    if ticket is None:
        return None
    await add_note(session, backend, ticket, conversation_id, words)
    if is_callout(ticket):
        own = ticket.conversation_id == conversation_id
        await callout.relay_statement(session, backend, ticket, words, own=own)
    elif await can_close(session, backend, ticket, conversation_id):
        conversation = await session.get_one(Conversation, conversation_id)
        await _end(session, backend, conversation, ticket, "ticket_restored", CLOSED, RESTORED_OUTCOME)
        await reporter_notices.notify_restored(session, backend, ticket, conversation_id)
    return ticket


def is_callout(ticket: Ticket) -> bool:
    """Whether the crew on call is told of it: such a ticket is closed by them or the office, and by nobody else."""
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
    await _record_act(session, backend, conversation, ticket, act, before)
    await callout.end_callout(session, backend, ticket)


async def _record_act(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    ticket: Ticket,
    act: str,
    before: dict[str, Any] | None = None,
) -> None:
    """The audit row of what a member did to a ticket."""
    await session.flush()
    after: dict[str, Any] = {"number": ticket.number, "urgent": ticket.urgent}
    if before is not None:
        after |= {"kind": ticket.kind, "status": ticket.status}
    await record(
        session,
        backend,
        actor=conversation.id,
        level=int(conversation.level),
        channel=conversation.channel,
        act=act,
        account_id=ticket.account_id,
        before=before,
        after=after,
    )


async def close(session: AsyncSession, backend: Backend, number: str, by: str, *, crew: bool = False) -> Ticket | None:
    """Done, says the office user `by`, or somebody on call (`crew`); who told of it hears so. None when there is none
    open with this number."""
    ticket = await find(session, number)
    if ticket is None or ticket.status not in OPEN_STATUSES:
        return None
    before = ticket.status
    ticket.status, ticket.closed_at = CLOSED, backend.clock.now()
    ticket.outcome = f"{CREW_DONE_PREFIX}{by}" if crew else None
    await record_act(session, backend, ticket, f"oncall:{by}" if crew else f"office:{by}", "ticket_closed", before)
    await callout.end_callout(session, backend, ticket, by)
    if before != ANSWERED or ticket.kind in CALLOUT_KINDS:  # whom the office wrote to has been told by a person
        await reporter_notices.notify_closed(session, backend, ticket, by if crew else "")
    return ticket


async def mark_answered(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> None:
    """The office user `by` has written to whoever opened it."""
    before = ticket.status
    if before in OPEN_STATUSES:  # what was taken back or closed stays so, whatever is still written about it
        ticket.status = ANSWERED
    await record_act(session, backend, ticket, f"office:{by}", "ticket_answered", before)


async def find(session: AsyncSession, number: str) -> Ticket | None:
    return await session.scalar(select(Ticket).where(Ticket.number == number))


async def list_of_conversation(session: AsyncSession, conversation_id: str) -> list[Ticket]:
    """What this conversation filed and still stands, the newest first."""
    query = select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.status.in_(OPEN_STATUSES))
    return list(await session.scalars(query.order_by(Ticket.id.desc())))


async def fresh_number(session: AsyncSession) -> str:
    """Read out like a confirmation number, and never the same as one."""
    while True:
        number = await confirmation_numbers.new_number(session)
        if await find(session, number) is None:
            return number
