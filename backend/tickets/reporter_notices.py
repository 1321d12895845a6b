"""Notices to the reporters of a ticket: that it is done, restored or on hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations import service as conversations
from backend.conversations.models import Conversation
from backend.language import mark, tr, use_language
from backend.members.models import Member
from backend.outbox.service import enqueue, is_opted_out
from backend.reading.contact.phone_numbers import is_reachable
from backend.tickets.kinds import CALLBACK, CALLOUT_KINDS
from backend.tickets.models import Ticket
from backend.tickets.reporters import is_own_ticket

if TYPE_CHECKING:
    from backend.app import Backend

PURPOSE = "ticket"


@dataclass(frozen=True)
class ClosingWords:
    """What a reporter is told when the office closes the ticket, and in which language."""

    words: str
    language: str


async def list_closing_words(session: AsyncSession, backend: Backend, ticket: Ticket) -> list[ClosingWords]:
    """What `notify_closed` tells each reporter where the office closes it."""
    found = []
    for _, conversation in await _list_reporters(session, ticket):
        with use_language(conversation.language):
            own = await is_own_ticket(session, backend, ticket, conversation.id)
            words = _format_closed(backend, ticket, "") if own else _format_closed_for_others(backend, ticket, "")
        found.append(ClosingWords(words, conversation.language))
    return found


async def notify_closed(session: AsyncSession, backend: Backend, ticket: Ticket, crew: str) -> None:
    """Tell each reporter once that it is done. `crew` is the name of the person on call who said so; empty: the office.

    Nothing for a call back: they were called.
    """
    if ticket.kind == CALLBACK:
        return
    times = _count_reopened(ticket)
    key = f"ticket-closed-{times}" if times else "ticket-closed"
    for number, conversation in await _list_reporters(session, ticket):
        with use_language(conversation.language):
            own = await is_own_ticket(session, backend, ticket, conversation.id)
            words = _format_closed(backend, ticket, crew) if own else _format_closed_for_others(backend, ticket, crew)
            await _notify_reporter(session, backend, ticket, conversation, words, first=number == 0, key=key)


async def notify_reopened(session: AsyncSession, backend: Backend, ticket: Ticket) -> None:
    """Tell each reporter who was told that it is done that it is open again; only the owner learns the number."""
    if ticket.kind == CALLBACK:
        return
    phone = backend.coop.outage_phone_display if ticket.kind in CALLOUT_KINDS else backend.coop.office_phone_display
    values = {"coop": backend.coop.short_name, "number": ticket.number, "phone": phone}
    for number, conversation in await _list_reporters(session, ticket):
        with use_language(conversation.language):
            if await is_own_ticket(session, backend, ticket, conversation.id):
                words = tr("{coop}: your request {number} was closed too early and is open again. Questions? Call "
                           "{phone}.", **values)  # fmt: skip
            else:
                words = tr("{coop}: what you told of was marked as done too early and is open again. Questions? Call "
                           "{phone}.", **values)  # fmt: skip
            key = f"ticket-reopened-{_count_reopened(ticket)}"
            await _notify_reporter(session, backend, ticket, conversation, words, first=number == 0, key=key)


def _count_reopened(ticket: Ticket) -> int:
    return sum(1 for note in ticket.notes if note.get("office") and not note.get("what"))


async def _list_reporters(session: AsyncSession, ticket: Ticket) -> list[tuple[int, Conversation]]:
    """Each once, with the place in `reporting_conversations`: reported by text and by phone, one text is enough."""
    phones: set[str] = set()
    found = []
    for number, conversation_id in enumerate(reporting_conversations(ticket)):
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None or conversation.address in phones:
            continue
        if conversation.address:
            phones.add(conversation.address)
        found.append((number, conversation))
    return found


async def notify_restored(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> None:
    """Tell the reporter of the outage that another conversation (`by`) says the power is back: it may not be theirs."""
    text = mark(
        "{coop}: we heard that the power is back, so report {number} is closed. If it is still off, call {phone}, "
        "day or night, or write to us again."
    )
    await _notify_first_reporter(session, backend, ticket, by, text, backend.coop.outage_phone_display, "ticket-closed")


async def notify_held(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> None:
    """Tell the requester that another conversation (`by`) had the request put on hold.

    For requests without an account; otherwise `member_notices.notify_on_hold` tells the member.
    """
    text = mark(
        "{coop}: somebody told us that request {number} was never asked for. It waits until the office has looked "
        "at it. Did you ask for it? Call {phone}."
    )
    await _notify_first_reporter(session, backend, ticket, by, text, backend.coop.office_phone_display, "ticket-held")


async def _notify_first_reporter(
    session: AsyncSession, backend: Backend, ticket: Ticket, by: str, text: str, phone: str, key: str
) -> None:
    conversation = await session.get(Conversation, ticket.conversation_id)
    if conversation is None or conversation.id == by:
        return
    with use_language(conversation.language):
        body = tr(text, coop=backend.coop.short_name, number=ticket.number, phone=phone)
        await _notify_reporter(session, backend, ticket, conversation, body, key=key)


async def _notify_reporter(
    session: AsyncSession,
    backend: Backend,
    ticket: Ticket,
    conversation: Conversation,
    body: str,
    *,
    first: bool = True,
    key: str = "ticket-closed",
) -> None:
    """On the web page if it was the channel; and by text to the phone that wrote, called or was given, else by email
    to the address on file. The phone and email of the ticket are only the `first` reporter's."""
    if conversation.channel == "web":
        message: dict[str, Any] = {"text": body, "buttons": [], "image": None, "alt": None, "link": None}
        message["lang"] = conversation.language
        await conversations.push(session, backend, conversation.id, {"reply_to": None, "messages": [message]})
    phone = conversation.address or (ticket.phone if first else None) or ""
    who = hashlib.sha256(conversation.id.encode()).hexdigest()[:12]
    key = f"{key}:{ticket.id}:{who}"
    if is_reachable(phone) and not await is_opted_out(session, phone):
        await enqueue(
            session, backend, kind="sms", recipient=phone, body=body, purpose=PURPOSE, dedupe_key=key,
            not_before=None if ticket.urgent else backend.coop.after_quiet_hours(backend.clock.now()),
        )  # fmt: skip
        return
    account = await session.get(Account, ticket.account_id) if first and ticket.account_id is not None else None
    member = await session.get(Member, account.member_id) if account is not None else None
    if member is not None and member.email:
        subject = tr("News of {number} ({coop})", number=ticket.number, coop=backend.coop.short_name)
        if key.startswith("ticket-closed"):
            subject = tr("{number} is done ({coop})", number=ticket.number, coop=backend.coop.short_name)
        await enqueue(
            session, backend, kind="email", recipient=member.email, subject=subject, body=body, purpose=PURPOSE,
            dedupe_key=key,
        )  # fmt: skip


def reporting_conversations(ticket: Ticket) -> list[str]:
    """The conversations that reported it, the first one first; without the crew's."""
    added = (str(note["conversation"]) for note in ticket.notes if not note.get("crew") and not note.get("office"))
    return list(dict.fromkeys([ticket.conversation_id, *added]))


def _format_closed(backend: Backend, ticket: Ticket, crew: str) -> str:
    coop = backend.coop
    if ticket.kind not in CALLOUT_KINDS:
        return tr(
            "{coop}: our office has marked your request {number} as done. Questions? Call {phone}.",
            coop=coop.short_name,
            number=ticket.number,
            phone=coop.office_phone_display,
        )
    values = {"coop": coop.short_name, "number": ticket.number, "phone": coop.outage_phone_display}
    if crew:
        return tr(
            "{coop}: {name} of our crew says your report {number} is done. If it is not, call {phone}, day or night.",
            name=crew,
            **values,
        )
    return tr(
        "{coop}: our office has marked your report {number} as done. If it is not, call {phone}, day or night.",
        **values,
    )


def _format_closed_for_others(backend: Backend, ticket: Ticket, crew: str) -> str:
    """The same to others than the owner, without the ticket number, which is secret from them."""
    values = {"coop": backend.coop.short_name, "phone": backend.coop.office_phone_display}
    if ticket.kind in CALLOUT_KINDS:
        values["phone"] = backend.coop.outage_phone_display
    if crew:
        return tr("{coop}: {name} of our crew says that what you told of is done. If it is not, call {phone}, day or "
                  "night.", name=crew, **values)  # fmt: skip
    return tr("{coop}: our office has marked what you told of as done. If it is not, call {phone}.", **values)
