"""What the office's pages show, read from the database in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing.models import Account
from backend.callout import service as callout
from backend.callout.models import Callout
from backend.conversations.models import Conversation
from backend.coop import display_phone
from backend.handover import service as handover
from backend.handover import transcript
from backend.handover.models import Handover
from backend.handover.transcript import Line
from backend.tickets import listing
from backend.tickets.models import Ticket


@dataclass(frozen=True)
class Desk:
    """The first page: who waits, promised calls, the other tickets, and what was taken back lately."""

    handovers: list[Handover]
    callbacks: list[Ticket]
    tickets: list[Ticket]
    withdrawn: list[Ticket]
    callouts: dict[int, Callout]  # by the id of its ticket


@dataclass(frozen=True)
class Talk:
    """One conversation. `can_answer`: there is a way to write to whoever is at the other end."""

    id: str
    channel: str
    handover: Handover | None
    lines: list[Line]
    can_answer: bool


async def desk(session: AsyncSession, now: datetime) -> Desk:
    found = await listing.waiting(session)
    return Desk(
        handovers=await handover.listing(session),
        callbacks=[ticket for ticket in found if ticket.kind == "callback"],
        tickets=[ticket for ticket in found if ticket.kind != "callback"],
        withdrawn=await listing.taken_back(session, now),
        callouts=await callout.of_tickets(session, [ticket.id for ticket in found if ticket.urgent]),
    )


async def talk(session: AsyncSession, conversation_id: str) -> Talk | None:
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        return None
    return Talk(
        id=conversation_id,
        channel=conversation.channel,
        handover=await handover.open_of(session, conversation_id),
        lines=await transcript.of(session, conversation_id),
        can_answer=conversation.channel == "web" or bool(conversation.address),
    )


async def account_number(session: AsyncSession, account_id: int | None) -> str:
    account = await session.get(Account, account_id) if account_id else None
    return account.number if account else ""


def local(backend: Backend, at: datetime | None) -> str:
    """A time as the office's clock shows it: `Nov 23, 10:05 AM`."""
    if at is None:
        return ""
    here = at.astimezone(backend.coop.zone)
    return f"{here:%b} {here.day}, {here:%I:%M %p}".replace(" 0", " ")


def local_iso(backend: Backend, at: str) -> str:
    """The same for the time of a note, which is kept as text."""
    return local(backend, datetime.fromisoformat(at))


def callout_words(backend: Backend, called: Callout) -> str:
    """How it stands with the people on call: `Sam has it since Nov 23, 10:05 AM`."""
    if called.status == callout.TAKEN:
        return f"{called.taken_by} has it since {local(backend, called.taken_at)}"
    times = "once" if called.rounds == 1 else f"{called.rounds} times"
    if called.status == callout.CALLING:
        return f"on call told {times}, nobody has it yet"
    unanswered = called.status == callout.UNANSWERED
    return f"on call told {times}, nobody answered" if unanswered else "on call told it is over"


def kind_words(kind: str) -> str:
    """`name change`, as a person reads it."""
    return kind.replace("_", " ")


def filters(backend: Backend) -> dict[str, Any]:
    return {
        "at": lambda moment: local(backend, moment),
        "at_iso": lambda text: local_iso(backend, text),
        "kind": kind_words,
        "callout": lambda called: callout_words(backend, called),
        "phone": display_phone,
        "way": lambda way: {"sms": "text"}.get(way, way),
        "field_time": lambda moment: field_time(backend, moment),
    }


def field_time(backend: Backend, at: datetime | None) -> str:
    """A time as a form's field of date and time wants it, on the co-op's clock."""
    return f"{at.astimezone(backend.coop.zone):%Y-%m-%dT%H:%M}" if at else ""


def read_field_time(backend: Backend, text: str) -> datetime | None:
    """What such a field was filled with, aware; None when it is empty or no time."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=backend.coop.zone)
    except ValueError:
        return None
