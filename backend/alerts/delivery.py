"""Sends each alert event once, by the channels that the member chose. May be stopped anywhere and run again."""

from __future__ import annotations

import logging
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.events import AlertEvent, find_events
from backend.alerts.models import AlertSent
from backend.billing.models import Account
from backend.jobs.progress import current_progress
from backend.jobs.runs import map_side_by_side
from backend.language import mark, tr, use_language
from backend.members.models import Member
from backend.members.service import list_accounts_at_phone
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

BATCH_SIZE = 20
"""Events per transaction: few, so that other writers do not wait long (SQLite has one at a time)."""


async def deliver_alerts(backend: Backend, on: date) -> dict[str, int]:
    """Send all alerts due on `on` (co-op's date). Returns {"told": number of events}."""
    count = 0
    async for events in find_events(backend, on):
        batches = [events[start : start + BATCH_SIZE] for start in range(0, len(events), BATCH_SIZE)]
        count += sum(await map_side_by_side(backend, partial(_deliver_each, backend), batches))
        if current_progress().is_stopping:
            break
    return {"told": count}


async def _deliver_each(backend: Backend, events: list[AlertEvent]) -> int:
    """Send the events together or, when one of them cannot be sent, each by itself; returns how many were sent."""
    try:
        return await _deliver_batch(backend, events)
    except OSError:
        raise  # the database is away, and so it is for each
    except Exception:
        if len(events) == 1:
            setting = events[0].setting
            logger.exception("the alert %s of account %s could not be sent", setting.kind, setting.account_id)
            return 0
    return sum([await _deliver_each(backend, [event]) for event in events])


async def _deliver_batch(backend: Backend, events: list[AlertEvent]) -> int:
    count = 0
    async with backend.db.transaction() as session:
        for event in events:
            account = await session.get_one(Account, event.setting.account_id)
            member = await session.get_one(Member, account.member_id)
            if number := await _claim_event(session, backend, event, member):
                await _deliver_event(session, backend, event, number, account, member)
                count += 1
    return count


async def _claim_event(session: AsyncSession, backend: Backend, event: AlertEvent, member: Member) -> int | None:
    """The id of the new AlertSent row; None when it exists: the event was sent, or another process sends it."""
    setting = event.setting
    statement = backend.db.insert(AlertSent).values(
        account_id=setting.account_id,
        kind=setting.kind,
        event=event.key,
        at=backend.clock.now(),
        texted_to=member.phone if setting.by_text else None,
        offers_payment=event.offers_payment and setting.by_text,
    )
    written = await session.execute(statement.on_conflict_do_nothing().returning(AlertSent.id))
    number: int | None = written.scalar_one_or_none()
    return number


async def _deliver_event(
    session: AsyncSession, backend: Backend, event: AlertEvent, number: int, account: Account, member: Member
) -> None:
    coop, setting = backend.coop, event.setting
    # no phone rings at night; an email may come
    not_before = coop.after_quiet_hours(backend.clock.now())
    place = f" ({account.place_name})" if account.place_name else ""
    values = {"account": account.number[-5:] + place, "words": event.text, "phone": coop.office_phone_display}
    with use_language(member.language):
        if setting.by_text:
            reply = await _format_pay_reply(session, event, account, member)
            await enqueue(
                session,
                backend,
                kind="sms",
                recipient=member.phone,
                body=tr(
                    "{coop}: acct ..{account}: {words} STOP ends texts. Help: {phone}",
                    coop=coop.short_name,
                    **{**values, "words": f"{event.text}{reply}"},
                ),
                purpose="alert",
                dedupe_key=f"alert:{number}:text",
                not_before=not_before,
            )
        if setting.by_email and member.email:
            await enqueue(
                session,
                backend,
                kind="email",
                recipient=member.email,
                subject=f"{tr(SUBJECTS[setting.kind])} - {coop.name}",
                body=tr(
                    "Hello,\n\nFor the account ending {account}: {words}\n\nSee it at {portal} or call us: {phone}. "
                    "You get this because you asked for it; write ALERTS to the assistant to change that.\n\n{coop}\n",
                    portal=coop.portal_url,
                    coop=coop.name,
                    **values,
                ),
                purpose="alert",
                dedupe_key=f"alert:{number}:email",
            )
        if setting.by_call:
            await enqueue(
                session,
                backend,
                kind="call",
                recipient=member.phone,
                # does not name the account, since anybody may pick up
                body=tr(
                    "Hello from {coop}. About your electric account: {words} To change your alerts, call {phone}."
                    " Goodbye.",
                    coop=coop.name,
                    **values,
                ),
                purpose="alert",
                dedupe_key=f"alert:{number}:call",
                not_before=not_before,
            )


async def _format_pay_reply(session: AsyncSession, event: AlertEvent, account: Account, member: Member) -> str:
    """` Reply PAY to pay.`; with the account's last digits where several accounts have the phone on file."""
    if not event.offers_payment or event.setting.kind == "prepaid_low":  # whose words have it
        return ""
    if len(await list_accounts_at_phone(session, member.phone)) == 1:
        return f" {tr('Reply PAY to pay.')}"
    return f" {tr('Reply PAY {digits} to pay.', digits=account.separator)}"


SUBJECTS = {
    "bill_due": mark("Your bill is due soon"),
    "payment_received": mark("Payment received"),
    "payment_failed": mark("Payment not made"),
    "past_due": mark("Your bill is past due"),
    "prepaid_low": mark("Your prepaid balance is low"),
    "shutoff_near": mark("Please pay to keep your service on"),
    "card_expiring": mark("A card that pays your bill expires"),
    "bill_ready": mark("Your bill is ready"),
    "paperless": mark("Your bill is ready"),
    "amount_over": mark("Your balance is over your limit"),
    "usage_over": mark("Your use is over your limit"),
    "daily_usage_over": mark("Your use is over your limit"),
    "profile_changed": mark("Your account profile changed"),
}
