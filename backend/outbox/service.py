"""The transactional outbox: messages are queued in the caller's transaction, sent by a worker, and tracked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, bindparam, case, event, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import current_language
from backend.outbox import consent_history, gsm7
from backend.outbox.models import OptOut, OutboxMessage
from backend.outbox.priorities import Priority, priority_of
from backend.providers.messages.base import OPTED_OUT
from backend.reading.contact.phone_numbers import is_reachable

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.members.models import Member

RANKS = {
    **{"queued": 0, "sending": 1, "sent": 2},
    **dict.fromkeys(("delivered", "undelivered", "failed", "refused", "expired"), 3),
}
"""A status only changes to a higher rank, since carrier callbacks may arrive in any order."""

MAX_ATTEMPTS = 8
NO_PHONE = "no_phone"
SECRETS = ("code", "link")
LISTED_FIELDS = (
    "id kind recipient subject body media_url purpose priority status attempts provider_sid error_code".split()
)
FIRST_RETRY_SECONDS = 2
MAX_RETRY_SECONDS = 900


async def enqueue(
    session: AsyncSession,
    backend: Backend,
    *,
    kind: str,
    recipient: str,
    body: str,
    subject: str = "",
    purpose: str = "reply",
    dedupe_key: str,
    media_url: str | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    priority: Priority | None = None,
    about: Member | None = None,
) -> OutboxMessage:
    """Queue a message in the caller's transaction; it is sent after the commit. The same dedupe_key is queued once.

    `kind` is sms (converted to GSM-7), email, or call, which reads `body` in the current language. `not_before` delays
    it; from `not_after` on it is not sent any more. A message to an opted-out or invalid phone is stored as `refused`
    and never sent. `priority` is by default that of the purpose. `about`: the member whose money or account it tells
    of; the contact before a change of the last 24 hours gets it as well.
    """
    now = backend.clock.now()
    former = about.former_contact("email" if kind == "email" else "phone", now) if about else None
    if former and former != recipient:
        await enqueue(
            session, backend, kind=kind, recipient=former, body=body, subject=subject, purpose=purpose,
            dedupe_key=f"former:{dedupe_key}"[:120], not_before=not_before, not_after=not_after, priority=priority,
        )  # fmt: skip
    refusal = await _refusal(session, kind, recipient)
    values = dict(
        dedupe_key=dedupe_key,
        kind=kind,
        recipient=recipient,
        subject=subject,
        body=gsm7.to_gsm7(body) if kind == "sms" else body,
        language=current_language(),
        media_url=media_url,
        purpose=purpose,
        priority=priority_of(purpose) if priority is None else priority,
        status="refused" if refusal else "queued",
        error_code=refusal,
        attempts=0,
        not_before=not_before,
        not_after=not_after,
        due_at=not_before or now,
        created_at=now,
        updated_at=now,
    )
    written = await session.scalar(_insert_statement(sqlite=backend.db.sqlite), values)
    if written is None:
        same = select(OutboxMessage).where(OutboxMessage.dedupe_key == dedupe_key)
        return (await session.scalars(same)).one()
    event.listen(session.sync_session, "after_commit", lambda _session: backend.outbox_ready.set(), once=True)
    return written


@cache
def _insert_statement(*, sqlite: bool) -> Any:
    """Built once: a run queues many messages."""
    insert = sqlite_insert if sqlite else postgresql_insert
    return insert(OutboxMessage).on_conflict_do_nothing().returning(OutboxMessage)


async def _refusal(session: AsyncSession, kind: str, recipient: str) -> str | None:
    """Why it cannot be sent: opted out, or no real number, such as a withheld caller ID."""
    if kind in ("sms", "call") and not is_reachable(recipient):
        return NO_PHONE
    return OPTED_OUT if kind == "sms" and await is_opted_out(session, recipient) else None


async def opt_out(
    session: AsyncSession, backend: Backend, phone: str, *, via: str = "carrier", reply: str = ""
) -> None:
    """Send no more texts to this phone (E.164), including queued ones. `reply` are the words that said so, `via` the
    channel they came by; without words the carrier said so."""
    await _set_opt_out(session, backend, phone, active=True, via=via, reply=reply)
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.kind == "sms",
            OutboxMessage.recipient == phone,
            OutboxMessage.status == "queued",
        )
        .values(status="refused", error_code=OPTED_OUT, updated_at=backend.clock.now())
    )


async def opt_in(session: AsyncSession, backend: Backend, phone: str, *, via: str = "carrier", reply: str = "") -> None:
    """Texts to this phone again; the arguments are those of opt_out()."""
    await _set_opt_out(session, backend, phone, active=False, via=via, reply=reply)


async def is_opted_out(session: AsyncSession, phone: str) -> bool:
    row = await session.get(OptOut, phone)
    return row is not None and row.active


async def can_receive_texts(session: AsyncSession, phone: str) -> bool:
    """Whether texts to this phone (E.164) are possible: it is a valid number that has not opted out."""
    return bool(phone) and await _refusal(session, "sms", phone) is None


async def _set_opt_out(
    session: AsyncSession, backend: Backend, phone: str, *, active: bool, via: str, reply: str
) -> None:
    row = await session.get(OptOut, phone)
    if active == (row is not None and row.active):
        return
    if row is None:
        session.add(OptOut(phone=phone, active=True, changed_at=backend.clock.now()))
    else:
        row.active, row.changed_at = active, backend.clock.now()
    await consent_history.record_phone(session, backend, phone, given=not active, via=via, reply=reply)


async def mark_sent(session: AsyncSession, backend: Backend, sids: Mapping[int, str]) -> None:
    """The carrier accepted the messages with these ids, under its own ids `sids`.

    A callback with a later status may already have arrived, and is kept.
    """
    table = OutboxMessage.__table__
    # not IN (...), which cannot be run for many rows at once
    lower = or_(*(table.c.status == name for name, rank in RANKS.items() if rank < RANKS["sent"]))
    statement = (
        table.update()  # type: ignore[attr-defined]
        .where(table.c.id == bindparam("message"))
        .values(
            provider_sid=bindparam("sid"),
            status=case((lower, "sent"), else_=table.c.status),
            updated_at=backend.clock.now(),
        )
    )
    rows = [{"message": message_id, "sid": sids[message_id]} for message_id in sorted(sids)]
    await (await session.connection()).execute(statement, rows)


async def mark_not_sent(
    session: AsyncSession, backend: Backend, message: OutboxMessage, code: str, *, permanent: bool
) -> str:
    """The carrier rejected it: retry with exponential backoff, or fail. Returns the new status.

    `message` is as it was claimed, this try counted in its attempts.
    """
    if code == OPTED_OUT and message.kind == "sms":
        await opt_out(session, backend, message.recipient)
        status = "refused"
    else:
        status = "failed" if permanent or message.attempts >= MAX_ATTEMPTS else "queued"
    values: dict[str, Any] = {"status": status, "error_code": code[:24], "updated_at": backend.clock.now()}
    if status == "queued":
        pause = min(FIRST_RETRY_SECONDS * 2 ** (message.attempts - 1), MAX_RETRY_SECONDS)
        values["not_before"] = values["due_at"] = backend.clock.now() + timedelta(seconds=pause)
    await session.execute(
        update(OutboxMessage).where(OutboxMessage.id == message.id, OutboxMessage.status == "sending").values(values)
    )
    return status


async def apply_carrier_status(
    session: AsyncSession,
    backend: Backend,
    *,
    provider_sid: str,
    key: str | None,
    status: str,
    error_code: str | None = None,
) -> bool:
    """Apply a carrier's status to a message, found by its id or our key. False when nothing changed."""
    found = _sent_as(provider_sid, key)
    if error_code == OPTED_OUT:
        for phone in await find_recipients(session, provider_sid, key):
            await opt_out(session, backend, phone)
        status = "refused"
    return await _raise_status(session, backend, found, status, error_code)


async def find_recipients(session: AsyncSession, provider_sid: str, key: str | None) -> list[str]:
    """To whom the message of a carrier's callback went, by its id or our key."""
    return list(await session.scalars(select(OutboxMessage.recipient).where(_sent_as(provider_sid, key))))


def _sent_as(provider_sid: str, key: str | None) -> ColumnElement[bool]:
    """The callback may arrive before the response with the provider's id, and is then found by our key."""
    found = OutboxMessage.provider_sid == provider_sid
    return or_(found, OutboxMessage.dedupe_key == key) if key else found


async def _raise_status(
    session: AsyncSession, backend: Backend, found: Any, status: str, error_code: str | None = None
) -> bool:
    lower = [name for name, rank in RANKS.items() if rank < RANKS[status]]
    values: dict[str, Any] = {"status": status, "updated_at": backend.clock.now()}
    if error_code:
        values["error_code"] = error_code[:24]
    changed = await session.execute(
        update(OutboxMessage).where(found, OutboxMessage.status.in_(lower)).values(values).returning(OutboxMessage.id)
    )
    return changed.first() is not None


async def list_newest(session: AsyncSession, limit: int = 100) -> list[OutboxMessage]:
    """The newest messages first."""
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    return list(await session.scalars(query))


async def newest_body(session: AsyncSession, purpose: str, recipient: str) -> str | None:
    """The body of the newest message of that purpose to that recipient."""
    found = await session.scalars(
        select(OutboxMessage.body)
        .where(OutboxMessage.purpose == purpose, OutboxMessage.recipient == recipient)
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return found.first()


async def list_messages(session: AsyncSession) -> list[dict[str, Any]]:
    """All messages, oldest first, as JSON data."""
    rows = await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [
        {
            **{name: getattr(row, name) for name in LISTED_FIELDS},
            "created_at": row.created_at.isoformat(),
            "not_before": row.not_before.isoformat() if row.not_before else None,
        }
        for row in rows
    ]
