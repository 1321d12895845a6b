"""Objections: a member says that they never asked for something. It is put on hold until the office has looked at it.

A sender can be forged, so an objection undoes nothing: holding a request is safe, undoing one is not. A request is held
by its number only from a phone that was told of it, or by the identified member (`may_object`); to all others a number
is one that nobody has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.models import Arrangement
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.conversations.service import record_act
from backend.coop import format_phone
from backend.members.models import Member
from backend.members.service import list_accounts_at_phone
from backend.outbox.models import OutboxMessage
from backend.reading.tickets.objection import Objection, detect_objection
from backend.tickets import member_notices, reporter_notices
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import CALLOUT_KINDS, OBJECTION
from backend.tickets.member_notices import DEDUPE_PREFIX
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

NOTICE_REPLY_WINDOW = timedelta(days=7)
"""How long a text without a number counts as an answer to the last notice."""
ON_HOLD_LABEL = "ON HOLD"
"""A label in `details`, for the office."""
PURPOSES = ("notice", "code")
HELD, TOLD, CODE = "held", "told", "code"


@dataclass(frozen=True)
class ObjectionResult:
    """`state`: HELD (the request is on hold), TOLD (the office was informed), or CODE (the same, of a one-time code).
    `number` is that of the request, or of the ticket for the office."""

    state: str
    number: str


async def find_by_numbers(session: AsyncSession, numbers: list[str]) -> Ticket | Arrangement | None:
    """The request or payment arrangement with one of these numbers. None for a callout, which nobody can hold."""
    for number in numbers:
        ticket = await tickets.find(session, number)
        if ticket is not None:
            return None if ticket.kind in CALLOUT_KINDS else ticket
        plan = await session.scalar(select(Arrangement).where(Arrangement.number == number))
        if plan is not None:
            return plan
    return None


async def may_object(
    session: AsyncSession, conversation_id: str, identified: Member | None, request: Ticket | Arrangement
) -> bool:
    """Whether this conversation may hold the request: by the account's member, identified; from the phone on file or
    one that got a notice of the request; where it was made; or, of one without an account, from the phone that asked or
    was given."""
    conversation = await session.get_one(Conversation, conversation_id)
    account = await session.get(Account, request.account_id) if request.account_id is not None else None
    if request.conversation_id == conversation_id:
        return True
    if account is not None and identified is not None and identified.id == account.member_id:
        return True
    if not conversation.address:
        return False
    phones: set[str | None]
    if account is not None:
        phones = {(await session.get_one(Member, account.member_id)).phone}
    else:
        asked = await session.get(Conversation, request.conversation_id)
        phones = {asked.address if asked else None, getattr(request, "phone", None)}
    if conversation.address in phones:
        return True
    told = select(OutboxMessage.id).where(
        OutboxMessage.recipient == conversation.address,
        OutboxMessage.dedupe_key.startswith(f"{DEDUPE_PREFIX}:{request.number}:", autoescape=True),
    )
    return await session.scalar(told.limit(1)) is not None


async def find_last_notice(session: AsyncSession, backend: Backend, phone: str) -> OutboxMessage | None:
    """The last notice or code sent to this phone (E.164) within NOTICE_REPLY_WINDOW."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.recipient == phone,
            OutboxMessage.purpose.in_(PURPOSES),
            OutboxMessage.status != "refused",
            OutboxMessage.created_at > backend.clock.now() - NOTICE_REPLY_WINDOW,
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def is_objection_to_notice(session: AsyncSession, backend: Backend, phone: str, text: str) -> bool:
    """Whether a text from this phone objects to its last notice."""
    if detect_objection(text) not in (Objection.SURE, Objection.NEVER_ASKED):
        return False
    return await find_last_notice(session, backend, phone) is not None


async def file_objection(
    session: AsyncSession, backend: Backend, conversation_id: str, request: Ticket | Arrangement, words: str
) -> ObjectionResult:
    """Hold an open request; a closed one, or an arrangement already granted, goes to the office as urgent."""
    if isinstance(request, Arrangement):
        about = f"the payment arrangement {request.number}, granted on {request.granted_on}"
    elif request.status in OPEN_STATUSES:
        await _hold(session, backend, conversation_id, request, words)
        return ObjectionResult(HELD, request.number)
    else:
        about = f"number {request.number}, a {request.kind.replace('_', ' ')} ticket that is {request.status}"
    return await _report_to_office(session, backend, conversation_id, about, words, request.account_id)


async def file_notice_objection(
    session: AsyncSession, backend: Backend, conversation_id: str, notice: OutboxMessage, words: str
) -> ObjectionResult | None:
    """As `file_objection`, for what a notice was about. None when that was a callout."""
    key = notice.dedupe_key.split(":")
    if key[0] == DEDUPE_PREFIX:
        request = await find_by_numbers(session, [key[1]])
        return await file_objection(session, backend, conversation_id, request, words) if request else None
    accounts = await list_accounts_at_phone(session, notice.recipient)
    account_id = accounts[0].id if accounts else None
    at = notice.created_at.astimezone(backend.coop.zone)
    if notice.purpose == "code":
        about = f"a code sent at {at:%b %d %H:%M}"
        result = await _report_to_office(session, backend, conversation_id, about, words, account_id)
        return ObjectionResult(CODE, result.number)
    about = f"what they were told at {at:%b %d %H:%M}: {notice.body}"
    return await _report_to_office(session, backend, conversation_id, about, words, account_id)


async def file_unnamed_objection(
    session: AsyncSession, backend: Backend, conversation_id: str, words: str
) -> ObjectionResult:
    """An objection to something unknown, for the office to find out."""
    about = "something they were told of, and cannot name"
    return await _report_to_office(session, backend, conversation_id, about, words, None)


async def _hold(session: AsyncSession, backend: Backend, conversation_id: str, ticket: Ticket, words: str) -> None:
    """Mark the ticket as on hold and urgent, and notify the member, or the reporter of one without an account."""
    conversation = await session.get_one(Conversation, conversation_id)
    at = backend.clock.now().astimezone(backend.coop.zone)
    account = await session.get(Account, ticket.account_id) if ticket.account_id is not None else None
    member = await session.get(Member, account.member_id) if account is not None else None
    call = f"call the phone on file, {format_phone(member.phone)}" if member else "find out who is meant"
    hold = f"since {at:%b %d %H:%M}: somebody says the member never asked for it. Do nothing of it, and {call}"
    before = {"number": ticket.number, "urgent": ticket.urgent}
    if ON_HOLD_LABEL not in ticket.details:
        if account is not None:
            await member_notices.notify_on_hold(session, backend, conversation, ticket)
        else:
            await reporter_notices.notify_held(session, backend, ticket, conversation_id)
    ticket.urgent = True
    ticket.details = {ON_HOLD_LABEL: ticket.details.get(ON_HOLD_LABEL, hold), **ticket.details}
    await tickets.add_note(session, backend, ticket, conversation_id, f"objects: {words}")
    after = {"number": ticket.number, "urgent": True}
    await record_act(session, backend, conversation, "ticket_held", ticket.account_id, before=before, after=after)


async def _report_to_office(
    session: AsyncSession, backend: Backend, conversation_id: str, about: str, words: str, account_id: int | None
) -> ObjectionResult:
    details = {
        "about": f"what the member says they did not ask for: {about}",
        "words": words,
        OBJECTION: "is not taken back by who writes in the member's name",
    }
    report = tickets.Report(kind="other", details=details, account_id=account_id, urgent=True, notify_member=False)
    filed = await tickets.file_report(session, backend, conversation_id, report)
    return ObjectionResult(TOLD, filed.ticket.number)
