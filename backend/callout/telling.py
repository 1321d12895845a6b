"""Telling one person of tickets, by text and email at once; by a call where no text gets through."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import links, words
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCall
from backend.language import speaking
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue
from backend.tickets.models import Ticket

CALL, AGAIN, NEWS, ENDED = "call", "again", "news", "ended"
PURPOSE = "callout"
LOST = ("refused", "failed", "undelivered")
Called = tuple[Callout, Ticket]


async def tell(session: AsyncSession, backend: Backend, person: OnCall, called: Sequence[Called], what: str) -> None:
    """Write to `person` about these tickets: one text for all, an email with its link for each."""
    first, _ = called[0]
    key = f"{first.id}:{first.rounds}:{what}"
    with speaking(person.language):
        texted = False
        if person.phone:
            body = words.text(backend, [ticket for _, ticket in called], again=what == AGAIN)
            sms = await _send(session, backend, person, "sms", person.phone, body, key=key)
            await _note(session, backend, person, called, sms, what)
            texted = sms.status not in LOST
        for callout, ticket in called:
            if person.email:
                url = links.url(backend, callout, person.name)
                body, subject = words.email(backend, ticket, url), words.subject(backend, ticket)
                own = f"{callout.id}:{callout.rounds}:{what}"
                mail = await _send(session, backend, person, "email", person.email, body, key=own, subject=subject)
                await _note(session, backend, person, [(callout, ticket)], mail, what)
    if person.phone and not texted:
        await phone(session, backend, person, called[0])


async def phone(session: AsyncSession, backend: Backend, person: OnCall, called: Called) -> None:
    """Call them: the text did not get through. Once a round."""
    callout, ticket = called
    if person.phone is None:
        return
    with speaking(person.language):
        body = words.call(backend, ticket)
        sent = await _send(session, backend, person, "call", person.phone, body, key=f"{callout.id}:{callout.rounds}")
        await _note(session, backend, person, [called], sent, CALL)


async def say(session: AsyncSession, backend: Backend, person: OnCall, called: Called, what: str, body: str) -> None:
    """News of one ticket, by text; by email to who has no phone that takes texts."""
    callout, ticket = called
    mark = hashlib.sha256(body.encode()).hexdigest()[:12]  # the same news are told once
    key = f"{callout.id}:{what}:{mark}"
    with speaking(person.language):
        if person.phone:
            sent = await _send(session, backend, person, "sms", person.phone, body, key=key)
            await _note(session, backend, person, [called], sent, what)
            if sent.status not in LOST:
                return
        if person.email:
            subject = words.subject(backend, ticket)
            sent = await _send(session, backend, person, "email", person.email, body, key=key, subject=subject)
            await _note(session, backend, person, [called], sent, what)


async def told(session: AsyncSession, callout_id: int) -> list[tuple[CalloutNotice, str]]:
    """Everything that was told of a callout, the oldest first, each with how it got on in the outbox."""
    query = (
        select(CalloutNotice, OutboxMessage.status)
        .join(OutboxMessage, OutboxMessage.id == CalloutNotice.outbox_id)
        .where(CalloutNotice.callout_id == callout_id)
        .order_by(CalloutNotice.id)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def _send(
    session: AsyncSession,
    backend: Backend,
    person: OnCall,
    way: str,
    recipient: str,
    body: str,
    *,
    key: str,
    subject: str = "",
) -> OutboxMessage:
    who = hashlib.sha256(person.name.encode()).hexdigest()[:12]
    return await enqueue(
        session,
        backend,
        kind=way,
        recipient=recipient,
        subject=subject,
        body=body,
        purpose=PURPOSE,
        dedupe_key=f"callout:{key}:{way}:{who}",
    )


async def _note(
    session: AsyncSession, backend: Backend, person: OnCall, called: Sequence[Called], sent: OutboxMessage, what: str
) -> None:
    now = backend.clock.now()
    for callout, _ in called:
        session.add(
            CalloutNotice(callout_id=callout.id, name=person.name, way=sent.kind, what=what, outbox_id=sent.id, at=now)
        )
    await session.flush()
