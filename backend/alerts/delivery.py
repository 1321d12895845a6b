"""Sends each alert event once, by the channels that the member chose. May be stopped anywhere and run again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.events import AlertEvent, finders
from backend.alerts.models import AlertSent
from backend.billing.models import Account
from backend.language import mark, tr, use_language
from backend.members.models import Member
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

BATCH_SIZE = 20
"""Events per transaction: few, so that other writers do not wait long."""


async def deliver_alerts(backend: Backend, on: date) -> dict[str, int]:
    """Send all alerts due on `on` (local date). Returns {"told": number of events}."""
    count = 0
    for find in finders():
        async for events in find(backend, on):
            for start in range(0, len(events), BATCH_SIZE):
                count += await _deliver_batch(backend, events[start : start + BATCH_SIZE])
    return {"told": count}


async def _deliver_batch(backend: Backend, events: list[AlertEvent]) -> int:
    count = 0
    async with backend.db.transaction() as session:
        for event in events:
            if number := await _claim_event(session, backend, event):
                await _deliver_event(session, backend, event, number)
                count += 1
    return count


async def _claim_event(session: AsyncSession, backend: Backend, event: AlertEvent) -> int | None:
    """The id of the new AlertSent row; None when it exists: the event was sent, or another process sends it."""
    insert: Any = sqlite_insert if backend.db.sqlite else postgresql_insert
    setting = event.setting
    statement = insert(AlertSent).values(
        account_id=setting.account_id, kind=setting.kind, event=event.key, at=backend.clock.now()
    )
    written = await session.execute(statement.on_conflict_do_nothing().returning(AlertSent.id))
    number: int | None = written.scalar_one_or_none()
    return number


async def _deliver_event(session: AsyncSession, backend: Backend, event: AlertEvent, number: int) -> None:
    setting = event.setting
    account = await session.get_one(Account, setting.account_id)
    member = await session.get_one(Member, account.member_id)
    with use_language(member.language):
        if setting.by_text:
            await _send_text(session, backend, event, account, member, number)
        if setting.by_email and member.email:
            await _send_email(session, backend, event, account, member, number)
        if setting.by_call:
            await _place_call(session, backend, event, member, number)


async def _send_text(
    session: AsyncSession, backend: Backend, event: AlertEvent, account: Account, member: Member, number: int
) -> None:
    coop = backend.coop
    await enqueue(
        session,
        backend,
        kind="sms",
        recipient=member.phone,
        body=tr(
            "{coop}: acct ..{account}: {words} STOP ends texts. Help: {phone}",
            coop=coop.short_name,
            account=account.number[-5:],
            words=event.text,
            phone=coop.office_phone_display,
        ),
        purpose="alert",
        dedupe_key=f"alert:{number}:text",
        not_before=coop.after_quiet_hours(backend.clock.now()),
    )


async def _send_email(
    session: AsyncSession, backend: Backend, event: AlertEvent, account: Account, member: Member, number: int
) -> None:
    coop = backend.coop
    subject = tr(SUBJECTS[event.setting.kind])
    await enqueue(
        session,
        backend,
        kind="email",
        recipient=member.email or "",
        subject=f"{subject} - {coop.name}",
        body=tr(
            "Hello,\n\nFor the account ending {account}: {words}\n\nSee it at {portal} or call us: {phone}. "
            "You get this because you asked for it; write ALERTS to the assistant to change that.\n\n{coop}\n",
            account=account.number[-5:],
            words=event.text,
            portal=coop.portal_url,
            phone=coop.office_phone_display,
            coop=coop.name,
        ),
        purpose="alert",
        dedupe_key=f"alert:{number}:email",
    )


async def _place_call(session: AsyncSession, backend: Backend, event: AlertEvent, member: Member, number: int) -> None:
    """Does not name the account, since anybody may pick up."""
    coop = backend.coop
    await enqueue(
        session,
        backend,
        kind="call",
        recipient=member.phone,
        body=tr(
            "Hello from {coop}. About your electric account: {words} To change your alerts, call {phone}. Goodbye.",
            coop=coop.name,
            words=event.text,
            phone=coop.office_phone_display,
        ),
        purpose="alert",
        dedupe_key=f"alert:{number}:call",
        not_before=coop.after_quiet_hours(backend.clock.now()),
    )


SUBJECTS = {
    "bill_due": mark("Your bill is due soon"),
    "payment_received": mark("Payment received"),
    "payment_failed": mark("Payment not made"),
    "past_due": mark("Your bill is past due"),
    "bill_ready": mark("Your bill is ready"),
    "paperless": mark("Your bill is ready"),
    "amount_over": mark("Your balance is over your limit"),
    "usage_over": mark("Your use is over your limit"),
    "daily_usage_over": mark("Your use is over your limit"),
    "profile_changed": mark("Your account profile changed"),
}
