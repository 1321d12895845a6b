"""A member says that they never asked for what they were told of: it is put on hold, and the office has to look first.

Anybody may say so, in anybody's name, so that it undoes nothing: to hold a request is safe, to undo one is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangements.models import Arrangement
from backend.audit.service import record
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.coop import display_phone
from backend.members.models import Member
from backend.members.service import accounts_at_phone
from backend.outbox.models import OutboxMessage
from backend.reading.objection import Objection, objection_in
from backend.tickets import in_a_name, telling
from backend.tickets import service as tickets
from backend.tickets.in_a_name import KEY
from backend.tickets.kinds import CALLS_OUT, OBJECTION
from backend.tickets.models import Ticket
from backend.tickets.same_event import OPEN

if TYPE_CHECKING:
    from backend.app import Backend

ANSWERED_WITHIN = timedelta(days=7)
"""So long after a notice words without a number are taken for an answer to it."""
ON_HOLD = "ON HOLD"
"""A label in the details, for the office."""
PURPOSES = ("notice", "code")
HELD, TOLD, CODE = "held", "told", "code"


@dataclass(frozen=True)
class Objected:
    """What came of it. `state`: the request is on hold; the office was told of what is no open request; or the same of
    a code. `number` is of the request, or of the note to the office."""

    state: str
    number: str


async def named(session: AsyncSession, numbers: list[str]) -> Ticket | Arrangement | None:
    """The request or plan of one of these numbers. What calls out a crew is left alone."""
    for number in numbers:
        ticket = await tickets.find(session, number)
        if ticket is not None:
            return None if ticket.kind in CALLS_OUT else ticket
        plan = await session.scalar(select(Arrangement).where(Arrangement.number == number))
        if plan is not None:
            return plan
    return None


async def last_notice(session: AsyncSession, backend: Backend, phone: str) -> OutboxMessage | None:
    """What this phone (E.164) was last told of its account, or the last code, of the last days."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.recipient == phone,
            OutboxMessage.purpose.in_(PURPOSES),
            OutboxMessage.status != "refused",
            OutboxMessage.created_at > backend.clock.now() - ANSWERED_WITHIN,
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def answers_notice(session: AsyncSession, backend: Backend, phone: str, text: str) -> bool:
    """Whether a text from this phone says that they did not ask for what they were told of lately."""
    if objection_in(text) not in (Objection.SURE, Objection.SAID):
        return False
    return await last_notice(session, backend, phone) is not None


async def object_to(
    session: AsyncSession, backend: Backend, conversation_id: str, what: Ticket | Arrangement, words: str
) -> Objected:
    """Hold an open request; what is no longer open, or was granted by rule, goes to the office as urgent."""
    if isinstance(what, Ticket) and what.status in OPEN:
        await _hold(session, backend, conversation_id, what, words)
        return Objected(HELD, what.number)
    about = f"number {what.number}, a {what.kind.replace('_', ' ')} ticket that is {what.status}" if isinstance(
        what, Ticket
    ) else f"the payment arrangement {what.number}, granted on {what.granted_on}"  # fmt: skip
    return await _tell(session, backend, conversation_id, about, words, what.account_id)


async def object_to_notice(
    session: AsyncSession, backend: Backend, conversation_id: str, notice: OutboxMessage, words: str
) -> Objected | None:
    """The same for what a notice told of. None where it was of a danger or the like."""
    key = notice.dedupe_key.split(":")
    if key[0] == KEY:
        what = await named(session, [key[1]])
        return await object_to(session, backend, conversation_id, what, words) if what else None
    accounts = await accounts_at_phone(session, notice.recipient)
    account_id = accounts[0].id if accounts else None
    at = notice.created_at.astimezone(backend.coop.zone)
    if notice.purpose == "code":
        told = await _tell(session, backend, conversation_id, f"a code sent at {at:%b %d %H:%M}", words, account_id)
        return Objected(CODE, told.number)
    about = f"what they were told at {at:%b %d %H:%M}: {notice.body}"
    return await _tell(session, backend, conversation_id, about, words, account_id)


async def object_unnamed(session: AsyncSession, backend: Backend, conversation_id: str, words: str) -> Objected:
    """The same of what they cannot name: the office has to find out what it was."""
    return await _tell(session, backend, conversation_id, "something they were told of, and cannot name", words, None)


async def _hold(session: AsyncSession, backend: Backend, conversation_id: str, ticket: Ticket, words: str) -> None:
    conversation = await session.get_one(Conversation, conversation_id)
    at = backend.clock.now().astimezone(backend.coop.zone)
    account = await session.get(Account, ticket.account_id) if ticket.account_id is not None else None
    member = await session.get(Member, account.member_id) if account is not None else None
    call = f"call the phone on file, {display_phone(member.phone)}" if member else "find out who is meant"
    hold = f"since {at:%b %d %H:%M}: somebody says the member never asked for it. Do nothing of it, and {call}"
    before = {"number": ticket.number, "urgent": ticket.urgent}
    if ON_HOLD not in ticket.details:
        if account is not None:
            await in_a_name.tell_held(session, backend, conversation, ticket)
        else:
            await telling.held(session, backend, ticket, conversation_id)
    ticket.urgent = True
    ticket.details = {ON_HOLD: ticket.details.get(ON_HOLD, hold), **ticket.details}
    await tickets.add_note(session, backend, ticket, conversation_id, f"objects: {words}")
    await record(
        session,
        backend,
        actor=conversation_id,
        level=int(conversation.level),
        channel=conversation.channel,
        act="ticket_held",
        account_id=ticket.account_id,
        before=before,
        after={"number": ticket.number, "urgent": True},
    )


async def _tell(
    session: AsyncSession, backend: Backend, conversation_id: str, about: str, words: str, account_id: int | None
) -> Objected:
    details = {
        "about": f"what the member says they did not ask for: {about}",
        "words": words,
        OBJECTION: "is not taken back by who writes in the member's name",
    }
    told = tickets.Report(kind="other", details=details, account_id=account_id, urgent=True, in_a_name=False)
    filed = await tickets.file(session, backend, conversation_id, told)
    return Objected(TOLD, filed.ticket.number)
