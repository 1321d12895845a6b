"""Deletes what is past its period ([retention] of coop.toml), in small transactions, so that nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Delete, and_, delete, func, select, update

from backend.audit import service as audit
from backend.callout.models import Callout, CalloutCode, CalloutNotice
from backend.consents.models import Consent
from backend.conversations.engine_store import EngineStore, open_engine_store
from backend.conversations.models import ActionResult, Conversation, InboundMessage
from backend.db import Base
from backend.members.models import PROBATION_PERIOD, Member
from backend.models import list_models
from backend.outage.models import ForwardedReport
from backend.outbox.models import OutboxMessage
from backend.privacy.blanking import blank_values, is_filled, is_unreferenced
from backend.privacy.decisions import DECISIONS
from backend.review.models import ReviewMark, TurnReading
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

BATCH = 500  # rows of one transaction
SECRET_PURPOSES = ("code", "link")
FINAL_STATUSES = ("sent", "delivered", "undelivered", "failed", "refused", "expired")
WITH_A_TICKET = (Callout, CalloutCode, CalloutNotice, ForwardedReport)
WITH_A_MESSAGE = (ActionResult, TurnReading, ReviewMark)


async def run_retention(backend: Backend, _on: date) -> dict[str, int]:
    """The daily job: apply all periods. Stopped anywhere, the next run goes on."""
    async with open_engine_store(backend.settings) as engine:
        return await apply_periods(backend, engine)


async def count_expired(backend: Backend, engine: EngineStore) -> dict[str, int]:
    """How many rows are past their period, by table: at most so many would go. Changes nothing."""
    found: dict[str, int] = {}
    async with backend.db.read_session() as session:
        for model, expired in _expired(backend):
            count = await session.scalar(select(func.count()).select_from(model).where(expired))
            found[str(model.__tablename__)] = int(count or 0)
        secret = await session.scalar(select(func.count(OutboxMessage.id)).where(_spent_secrets(backend)))
    found["outbox: words of codes and links"] = int(secret or 0)
    found["tracker_events"] = await engine.count_older(_cutoff(backend, "tracker"))
    found["log files"] = len(_old_logs(backend))
    return {table: count for table, count in found.items() if count}


async def apply_periods(backend: Backend, engine: EngineStore) -> dict[str, int]:
    """Delete what is past its period, and record how much of it in the audit trail; returns rows by table."""
    done: dict[str, int] = {}
    for model, expired in _expired(backend):
        done[str(model.__tablename__)] = await _delete_expired(backend, model, expired)
    done["outbox: words of codes and links"] = await _blank_spent_secrets(backend)
    done["members: contacts before a change"] = await _forget_former_contacts(backend)
    done["tracker_events"] = await engine.delete_older(_cutoff(backend, "tracker"))
    logs = _old_logs(backend)
    for path in logs:
        path.unlink(missing_ok=True)
    done["log files"] = len(logs)
    done = {table: count for table, count in done.items() if count}
    if done:
        async with backend.db.transaction() as session:
            await audit.record(
                session, backend, actor="retention", level=0, channel="job", act="retention_applied", account_id=None,
                after=dict(done),
            )  # fmt: skip
    return done


def _cutoff(backend: Backend, period: str) -> datetime:
    return backend.clock.now() - timedelta(days=getattr(backend.coop.retention, period))


def _expired(backend: Backend) -> Iterator[tuple[Any, ColumnElement[bool]]]:
    """Each table with a period and the condition for its old rows; those that refer to others come first."""
    by_table = {model.__tablename__: model for model in list_models()}
    for table in reversed(Base.metadata.sorted_tables):
        model: Any = by_table.get(table.name)
        decision = DECISIONS.get(model.__name__) if model else None
        if decision is None or decision.period is None or model in (*WITH_A_TICKET, *WITH_A_MESSAGE):
            continue
        yield model, _is_old(model, decision.age, _cutoff(backend, decision.period))


def _is_old(model: Any, age: str, cutoff: datetime) -> ColumnElement[bool]:
    """Past its period, and not going on any more."""
    if model is Consent:
        # from its end on, which is the later one of both; what has no end is still agreed to
        ended = Consent.revoked_at.is_not(None) | Consent.ends_on.is_not(None)
        by_word = Consent.revoked_at.is_(None) | (Consent.revoked_at < cutoff)
        return ended & by_word & (Consent.ends_on.is_(None) | (Consent.ends_on < cutoff.date()))
    old: ColumnElement[bool] = getattr(model, age) < cutoff
    if model is InboundMessage:
        return old & (InboundMessage.status != "received")
    if model is OutboxMessage:
        return old & OutboxMessage.status.in_(FINAL_STATUSES) & (is_filled(model) | is_unreferenced(model))
    if model is Conversation:
        return old & (is_filled(model) | is_unreferenced(model))
    return old if model is Ticket else old & is_unreferenced(model)


async def _delete_expired(backend: Backend, model: Any, expired: ColumnElement[bool]) -> int:
    """Delete the rows batch by batch, or blank those that another row refers to; returns how many."""
    [key] = model.__table__.primary_key.columns
    done = 0
    while True:
        async with backend.db.transaction() as session:
            keys = (await session.scalars(select(key).where(expired).order_by(key).limit(BATCH))).all()
            if not keys:
                return done
            chosen = key.in_(keys)
            if model in (Conversation, OutboxMessage):
                blank = update(model).where(chosen, is_filled(model)).values(blank_values(model))
                await session.execute(blank.execution_options(synchronize_session=False))
            for statement in _statements(model, chosen, keys):
                await session.execute(statement.execution_options(synchronize_session=False))
        done += len(keys)
        await asyncio.sleep(0)  # whoever waits for the database comes first


def _statements(model: Any, chosen: ColumnElement[bool], keys: Sequence[Any]) -> list[Delete]:
    """How the rows are deleted, with those that mean nothing without them."""
    if model is InboundMessage:
        with_it: tuple[Any, ...] = WITH_A_MESSAGE
        return [*(delete(each).where(each.inbound_id.in_(keys)) for each in with_it), delete(model).where(chosen)]
    if model is Ticket:
        callouts = select(Callout.id).where(Callout.ticket_id.in_(keys))
        return [
            delete(CalloutCode).where(CalloutCode.callout_id.in_(callouts)),
            delete(CalloutNotice).where(CalloutNotice.callout_id.in_(callouts)),
            delete(Callout).where(Callout.ticket_id.in_(keys)),
            delete(ForwardedReport).where(ForwardedReport.ticket_id.in_(keys)),
            delete(model).where(chosen),
        ]
    return [delete(model).where(chosen, is_unreferenced(model))]


async def _forget_former_contacts(backend: Backend) -> int:
    """Blank the contacts before a change whose day is over; returns how many."""
    before, done = backend.clock.now() - PROBATION_PERIOD, 0
    async with backend.db.transaction() as session:
        for former, changed in (
            (Member.former_phone, Member.phone_changed_at),
            (Member.former_email, Member.email_changed_at),
        ):
            blank = update(Member).where(former.is_not(None), changed <= before).values({former: None})
            done += len((await session.execute(blank.returning(Member.id))).all())
    return done


def _spent_secrets(backend: Backend) -> ColumnElement[bool]:
    """Messages with a code or a link that opens nothing any more."""
    return and_(
        OutboxMessage.purpose.in_(SECRET_PURPOSES),
        OutboxMessage.status.in_(FINAL_STATUSES),
        OutboxMessage.created_at < _cutoff(backend, "secret_messages"),
        OutboxMessage.body != "",
    )


async def _blank_spent_secrets(backend: Backend) -> int:
    done = 0
    while True:
        async with backend.db.transaction() as session:
            query = select(OutboxMessage.id).where(_spent_secrets(backend)).order_by(OutboxMessage.id).limit(BATCH)
            keys = (await session.scalars(query)).all()
            if not keys:
                return done
            await session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(keys)).values(body=""))
        done += len(keys)


def _old_logs(backend: Backend) -> list[Path]:
    """Log files that were put aside (`engine.log.1`, `memberline.log.2026-11-01.gz`) and are past their period."""
    cutoff = _cutoff(backend, "logs").timestamp()
    folder = backend.settings.runtime_dir / "logs"
    return [path for path in sorted(folder.glob("*.log.*")) if path.stat().st_mtime < cutoff]
