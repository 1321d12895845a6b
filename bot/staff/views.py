"""What the staff's pages show, and how they write it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import service as handover
from backend.agent_handoff import transcript
from backend.agent_handoff.models import AgentHandoff
from backend.agent_handoff.transcript import TranscriptLine
from backend.app import Backend
from backend.billing.models import Account
from backend.callout import service as callout
from backend.callout.models import Callout
from backend.conversations.models import Conversation
from backend.tickets import listing
from backend.tickets.models import Ticket


@dataclass(frozen=True)
class StaffQueue:
    """The first page. `withdrawn` are tickets that members took back lately."""

    handovers: list[AgentHandoff]
    callbacks: list[Ticket]
    tickets: list[Ticket]
    withdrawn: list[Ticket]
    callouts: dict[int, Callout]  # by the id of its ticket


@dataclass(frozen=True)
class ConversationView:
    """One conversation. `can_answer`: it is in the web chat or has a phone number to text to."""

    id: str
    channel: str
    handover: AgentHandoff | None
    lines: list[TranscriptLine]
    can_answer: bool


async def load_queue(session: AsyncSession, now: datetime) -> StaffQueue:
    found = await listing.list_open(session)
    return StaffQueue(
        handovers=await handover.list_waiting(session),
        callbacks=[ticket for ticket in found if ticket.kind == "callback"],
        tickets=[ticket for ticket in found if ticket.kind != "callback"],
        withdrawn=await listing.list_withdrawn(session, now),
        callouts=await callout.find_callouts(session, [ticket.id for ticket in found if ticket.urgent]),
    )


async def load_conversation(session: AsyncSession, conversation_id: str) -> ConversationView | None:
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        return None
    return ConversationView(
        id=conversation_id,
        channel=conversation.channel,
        handover=await handover.find_open_handoff(session, conversation_id),
        lines=await transcript.read_transcript(session, conversation_id),
        can_answer=conversation.channel == "web" or bool(conversation.address),
    )


async def load_account_number(session: AsyncSession, account_id: int | None) -> str:
    account = await session.get(Account, account_id) if account_id else None
    return account.number if account else ""


def format_local_time(backend: Backend, at: datetime | None) -> str:
    """A UTC time in the co-op's zone: `Nov 23, 10:05 AM`."""
    if at is None:
        return ""
    here = at.astimezone(backend.coop.zone)
    return f"{here:%b} {here.day}, {here:%I:%M %p}".replace(" 0", " ")


def format_local_iso(backend: Backend, at: str) -> str:
    """The same for the time of a note, which is stored as text."""
    return format_local_time(backend, datetime.fromisoformat(at))


def format_callout(backend: Backend, called: Callout) -> str:
    """The state of the call to the people on call: `Sam has it since Nov 23, 10:05 AM`."""
    if called.status == callout.TAKEN:
        return f"{called.taken_by} has it since {format_local_time(backend, called.taken_at)}"
    times = "once" if called.rounds == 1 else f"{called.rounds} times"
    if called.status == callout.CALLING:
        return f"on call told {times}, nobody has it yet"
    unanswered = called.status == callout.UNANSWERED
    return f"on call told {times}, nobody answered" if unanswered else "on call told it is over"


def format_kind(kind: str) -> str:
    """`name_change` as `name change`."""
    return kind.replace("_", " ")


def template_filters(backend: Backend) -> dict[str, Any]:
    return {
        "at": lambda moment: format_local_time(backend, moment),
        "at_iso": lambda text: format_local_iso(backend, text),
        "kind": format_kind,
        "callout": lambda called: format_callout(backend, called),
        "way": lambda way: {"sms": "text"}.get(way, way),
        "field_time": lambda moment: format_field_time(backend, moment),
    }


def format_field_time(backend: Backend, at: datetime | None) -> str:
    """A UTC time as the value of a datetime-local field, in the co-op's zone."""
    return f"{at.astimezone(backend.coop.zone):%Y-%m-%dT%H:%M}" if at else ""


def parse_field_time(backend: Backend, text: str) -> datetime | None:
    """The value of such a field as an aware time; None when it is empty or not a time."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=backend.coop.zone)
    except ValueError:
        return None
