"""Three people on call, a carrier that takes what is sent to them, and short ways to look at the messages."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy import select, update

from backend.app import Backend
from backend.callout import codes, replies, service, status
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.jobs import service as jobs
from backend.outbox import service as outbox
from backend.outbox.claims import claim_due
from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import LANES
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.service import Report
from tests.backend.household import Household

SAM = OnCallPerson("Sam", "+15555550111", "sam@coop.example")
ALMA = OnCallPerson("Alma", "+15555550112", None, ("es",))
NIGHT = OnCallPerson("Noor", "+15555550113", "noor@coop.example", hours=(time(22), time(6)))


async def file_ticket(backend: Backend, home: Household, kind: str = "danger", **fields: Any) -> Ticket:
    fields = {"urgent": True, "place": "12 Oak Road", "phone": "+18155550123", **fields}
    async with backend.db.transaction() as session:
        report = Report(kind=kind, details={"words": "a wire is down and it sparks"}, **fields)
        return (await tickets.file_report(session, backend, home.conversation_id, report)).ticket


async def sent_messages(backend: Backend, kind: str | None = None, purpose: str = "callout") -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        found = list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
    return [one for one in found if one.purpose == purpose and (kind is None or one.kind == kind)]


async def get_callout(backend: Backend, ticket: Ticket) -> Callout:
    async with backend.db.read_session() as session:
        found = await service.find_callout(session, ticket.id)
    assert found is not None
    return found


async def run_carrier(backend: Backend, refuses: frozenset[str] = frozenset()) -> None:
    """The carrier takes what is due, but for the kinds that it refuses for now."""
    async with backend.db.transaction() as session:
        for lane in LANES:
            for message in (await claim_due(session, backend, lane, 1000)).messages:
                if message.kind in refuses:
                    await outbox.mark_not_sent(session, backend, message, "500", permanent=False)
                else:
                    await outbox.mark_sent(session, backend, {message.id: f"SM{message.id}"})


async def wait_minutes(
    backend: Backend, clock: ManualClock, minutes: int, refuses: frozenset[str] = frozenset()
) -> None:
    """The job looks every minute, as its clock does; the carrier at once."""
    for _ in range(minutes):
        await run_carrier(backend, refuses)
        clock.advance(minutes=1)
        await jobs.run_named_job(backend, "callouts", backend.today())


async def code(backend: Backend, ticket: Ticket, person: OnCallPerson) -> str:
    """The code that this person was sent for this ticket."""
    async with backend.db.transaction() as session:
        callout = await service.find_callout(session, ticket.id)
        assert callout is not None
        return codes.format_code(backend, await codes.issue(session, backend, callout, person))


async def reply(backend: Backend, person: OnCallPerson, text: str, conversation: str = "sms-crew") -> str | None:
    async with backend.db.transaction() as session:
        return await replies.handle_reply(session, backend, person, conversation, text)


async def member_text(backend: Backend, ticket: Ticket, *, first: bool = False) -> str:
    async with backend.db.read_session() as session:
        fresh = await session.get_one(Ticket, ticket.id)
        return await status.format_for_member(session, backend, fresh, just_filed=first)


async def add_note(backend: Backend, home: Household, ticket: Ticket, words: str, conversation: str = "") -> None:
    async with backend.db.transaction() as session:
        found = await session.get_one(Ticket, ticket.id)
        await tickets.add_note(session, backend, found, conversation or home.conversation_id, words)


async def withdraw(backend: Backend, home: Household, ticket: Ticket, message: str) -> None:
    async with backend.db.transaction() as session:
        await tickets.withdraw(session, backend, ticket.number, home.conversation_id, message)


async def set_channel(backend: Backend, home: Household, channel: str) -> None:
    """The household's talk is of this channel."""
    async with backend.db.transaction() as session:
        await session.execute(
            update(Conversation).where(Conversation.id == home.conversation_id).values(channel=channel)
        )
