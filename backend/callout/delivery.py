"""Contacts one person on call: by text and email at once, and by a call where no text gets through."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import codes, links, messages
from backend.callout.models import Callout, CalloutNotice
from backend.callout.roster import OnCallPerson
from backend.language import use_language
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue
from backend.tickets.models import Ticket

INITIAL_NOTICE, REMINDER_NOTICE, NEWS_NOTICE = "call", "again", "news"
STATEMENT_NOTICE, ADDITION_NOTICE, ENDED_NOTICE = "says", "adds", "ended"
ALERTS = (INITIAL_NOTICE, REMINDER_NOTICE)
"""Notices that ask the person to take the ticket."""
PURPOSE = "callout"
FAILED_STATUSES = ("refused", "failed", "undelivered")
SENT_STATUSES = ("sent", "delivered")
OUTDATED_ERROR = "outdated"
"""The error code of a message canceled before it went out."""
CalledTicket = tuple[Callout, Ticket]


async def alert_person(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    called: Sequence[CalledTicket],
    notice_kind: str,
    *,
    reason: str = "",
) -> None:
    """Write to `person` about these tickets: one text for all, an email with a link for each.

    Once per round; `reason` allows another one within the round. Queued messages of earlier rounds are canceled.
    """
    first, _ = called[0]
    coded = []
    for callout, ticket in called:
        row = await codes.issue(session, backend, callout, person)
        coded.append((ticket, codes.format_code(backend, row) if person.phone else ""))
    # after a carrier outage all of them would arrive at once, outdated
    await cancel_queued(session, backend, [callout for callout, _ in called], person.name)
    with use_language(person.language):
        texted = False
        if person.phone:
            body = messages.format_text(backend, coded, again=notice_kind == REMINDER_NOTICE)
            key = f"{first.id}:{first.rounds}:{reason or notice_kind}"
            texted = await _send(session, backend, person, called, notice_kind, "sms", body, key=key)
        for (callout, ticket), (_, code) in zip(called, coded, strict=True):
            if person.email:
                url = links.link_url(backend, callout, person.name)
                body = messages.format_email(backend, ticket, url, code)
                key = f"{callout.id}:{callout.rounds}:{reason or notice_kind}"
                await _send(session, backend, person, [(callout, ticket)], notice_kind, "email", body, key=key)
    if person.phone and not texted:
        await call_person(session, backend, person, called[0])


async def call_person(session: AsyncSession, backend: Backend, person: OnCallPerson, called: CalledTicket) -> None:
    """Call `person`, since the text did not get through. Once per round."""
    callout, ticket = called
    if person.phone is None:
        return
    row = await codes.issue(session, backend, callout, person)
    with use_language(person.language):
        body = messages.format_call(backend, ticket, codes.format_code(backend, row))
        key = f"{callout.id}:{callout.rounds}"
        await _send(session, backend, person, [called], INITIAL_NOTICE, "call", body, key=key)


async def cancel_queued(session: AsyncSession, backend: Backend, called: Sequence[Callout], name: str = "") -> None:
    """Cancel queued messages of these callouts, for all or for `name`: "nobody has it" is no longer true, or replaced.

    A text that also lists other callouts stays.
    """
    these = [callout.id for callout in called]
    alerts = select(CalloutNotice.outbox_id).where(CalloutNotice.what.in_(ALERTS))
    mine = alerts.where(CalloutNotice.callout_id.in_(these))
    if name:
        mine = mine.where(CalloutNotice.name == name)
    others = select(Callout.id).where(Callout.next_at.is_not(None), Callout.id.not_in(these))
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.status == "queued", OutboxMessage.id.in_(mine))
        .where(OutboxMessage.id.not_in(alerts.where(CalloutNotice.callout_id.in_(others))))
        .values(status="failed", error_code=OUTDATED_ERROR, updated_at=backend.clock.now())
        .execution_options(synchronize_session=False)
    )


async def send_update(
    session: AsyncSession, backend: Backend, person: OnCallPerson, called: CalledTicket, notice_kind: str, body: str
) -> str:
    """Send news of one ticket by text, else by email. Returns `sms` or `email`; empty when neither is possible."""
    key = f"{called[0].id}:{notice_kind}:{text_digest(body)}"  # the same news is sent once
    with use_language(person.language):
        for channel in ("sms", "email"):
            if await _send(session, backend, person, [called], notice_kind, channel, body, key=key):
                return channel
    return ""


async def call_with_update(
    session: AsyncSession, backend: Backend, person: OnCallPerson, called: CalledTicket, notice_kind: str, body: str
) -> str:
    """Send news by a call. Returns `call`; empty when that is not possible."""
    key = f"{called[0].id}:{notice_kind}:{text_digest(body)}"
    return "call" if await _send(session, backend, person, [called], notice_kind, "call", body, key=key) else ""


def text_digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]


async def list_notices(session: AsyncSession, callout_id: int) -> list[tuple[CalloutNotice, str]]:
    """All notices of a callout, the oldest first, each with its status in the outbox."""
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
    person: OnCallPerson,
    called: Sequence[CalledTicket],
    notice_kind: str,
    channel: str,
    body: str,
    *,
    key: str,
) -> bool:
    """Enqueue one message and record it for these tickets. False without a phone or email for it, or if refused.

    `channel` is sms, email or call. An email's subject names the first ticket.
    """
    recipient = person.email if channel == "email" else person.phone
    if not recipient:
        return False
    who = hashlib.sha256(person.name.encode()).hexdigest()[:12]
    sent = await enqueue(
        session,
        backend,
        kind=channel,
        recipient=recipient,
        subject=messages.format_subject(backend, called[0][1]) if channel == "email" else "",
        body=body,
        purpose=PURPOSE,
        dedupe_key=f"callout:{key}:{channel}:{who}",
    )
    now = backend.clock.now()
    for callout, _ in called:
        session.add(
            CalloutNotice(
                callout_id=callout.id, name=person.name, way=sent.kind, what=notice_kind, outbox_id=sent.id, at=now
            )
        )
    await session.flush()
    return sent.status not in FAILED_STATUSES
