"""The job that tells members of outages: in small batches, each once, and able to go on wherever it was stopped.

A batch locks the outage, sees that it is still as it was, and writes notices and messages with how far it came, in one
transaction. At night only those who wish it are told; the others in the morning, if it is then still so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.alerts.models import AlertSetting
from backend.billing.models import Account
from backend.jobs.progress import current_progress
from backend.members.models import Member
from backend.outage import provider_events, reports
from backend.outage.areas import select_in_area
from backend.outage.messages import AT_NIGHT, KINDS, NOT_TOLD, night_ends, send
from backend.outage.models import KnownOutage, OutageAnnouncement, OutageNotice
from backend.outage.service import lock
from backend.outage.texts import NEWS, OUT, RESTORED
from backend.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from backend.app import Backend

BATCH = 50
"""Accounts told in one transaction: few, so that other writers do not wait long (SQLite has one at a time)."""
PAGE = 2_000
"""Accounts looked through at once for those in the area."""
OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account to tell, by one way. `at_night`: also in the quiet hours."""

    account_id: int
    address: str
    member_id: int
    way: str
    at_night: bool


async def tell_members(backend: Backend, _on: date) -> dict[str, int]:
    """Take over the provider's outages, and tell all that is to be told now.

    Returns {"told": accounts by each way, and reports that were ended}.
    """
    await provider_events.take_over(backend)
    told = 0
    for announcement_id in await _find_due(backend):
        while not current_progress().is_stopping:
            count = await _tell_batch(backend, announcement_id)
            if count is None:
                break
            told += count
    return {"told": told}


async def _find_due(backend: Backend) -> list[int]:
    due = or_(
        OutageAnnouncement.status == "waiting",
        (OutageAnnouncement.status == "held") & (OutageAnnouncement.held_until <= backend.clock.now()),
    )
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(OutageAnnouncement.id).where(due).order_by(OutageAnnouncement.id)))


async def _tell_batch(backend: Backend, announcement_id: int) -> int | None:
    """Tell the next accounts, or then the next reporters; None when there is nothing more to do now."""
    async with backend.db.read_session() as session:
        seen = await session.get_one(OutageAnnouncement, announcement_id)
        outage = await session.get_one(KnownOutage, seen.outage_id)
        recipients, last = await _find_recipients(session, backend, outage, seen)
    async with backend.db.transaction() as session:
        current = await lock(session, outage.id)
        announcement = await session.get_one(OutageAnnouncement, announcement_id, populate_existing=True)
        if current is None or not _may_go_on(backend, current, announcement):
            return None
        if (current.updated_at, announcement.after_account) != (outage.updated_at, seen.after_account):
            return 0  # it changed meanwhile, or another process was faster: look again
        if announcement.status == "held":
            announcement.status, announcement.held_until = "waiting", None
        if last is not None:
            announcement.after_account = last
            return await _tell(session, backend, current, announcement, recipients)
        is_end = announcement.stage == RESTORED
        tell_reporters = reports.tell_reporters if is_end else reports.tell_of_outage
        if count := await tell_reporters(session, backend, current, announcement):
            return count
        _finish(backend, announcement)
        return None


def _may_go_on(backend: Backend, outage: KnownOutage, announcement: OutageAnnouncement) -> bool:
    if outage.cleared_at is not None and announcement.stage != RESTORED:
        return False
    if announcement.status == "held":
        return (announcement.held_until or backend.clock.now()) <= backend.clock.now()
    return announcement.status == "waiting"


def _finish(backend: Backend, announcement: OutageAnnouncement) -> None:
    """Everybody was told; or those who are not to be told at night wait for the morning."""
    if announcement.held_until is not None:
        announcement.status, announcement.after_account, announcement.after_ticket = "held", 0, 0
    else:
        announcement.status, announcement.finished_at = "done", backend.clock.now()


async def _find_recipients(
    session: AsyncSession, backend: Backend, outage: KnownOutage, announcement: OutageAnnouncement
) -> tuple[list[Recipient], int | None]:
    """The next accounts to tell, and the last account that was looked at, None when there are no more."""
    if announcement.stage == OUT:
        return await _find_in_area(session, backend, outage, announcement.after_account)
    return await _find_told(session, outage, announcement)


async def _find_in_area(
    session: AsyncSession, backend: Backend, outage: KnownOutage, after: int
) -> tuple[list[Recipient], int | None]:
    """Accounts in the outage whose member asked for it."""
    rows = (await session.execute(settings_query(backend, after).limit(PAGE))).all()
    inside = await select_in_area(session, outage, [(account_id, address) for account_id, address, *_ in rows])
    found: list[Recipient] = []
    last: int | None = None
    for account_id, address, member_id, day, night in rows:
        if len(found) >= BATCH:
            break
        last = account_id
        if account_id in inside:
            found += [
                Recipient(account_id, address, member_id, way, has_way(night, way))
                for way in list_ways(backend, day, night)
            ]
    return found, last


def settings_query(backend: Backend, after: int) -> Any:
    """(account, address, member, setting, setting for the night) of the open accounts after `after`, in their order,
    that are to be told of outages."""
    night = aliased(AlertSetting)
    day_on = (AlertSetting.account_id == Account.id) & (AlertSetting.kind == OUTAGE)
    night_on = (night.account_id == Account.id) & (night.kind == AT_NIGHT)
    query = (
        select(Account.id, Account.service_address, Account.member_id, AlertSetting, night)
        .outerjoin(AlertSetting, day_on)
        .outerjoin(night, night_on)
        .where(Account.id > after, Account.status == "open")
        .order_by(Account.id)
    )
    asked = AlertSetting.active.is_(True) | night.active.is_(True)
    return query.where(asked | AlertSetting.id.is_(None)) if backend.coop.tells_everyone else query.where(asked)


def list_ways(backend: Backend, day: AlertSetting | None, night: AlertSetting | None) -> list[str]:
    """How the member is told. Where the co-op tells everyone, one who never said anything is told by text."""
    if day is None and night is None and backend.coop.tells_everyone:
        return ["text"]
    return [way for way in KINDS if has_way(day, way) or has_way(night, way)]


def has_way(setting: AlertSetting | None, way: str) -> bool:
    """Whether the member wishes to be told by this way."""
    return setting is not None and setting.active and way in setting.channels


async def _find_told(
    session: AsyncSession, outage: KnownOutage, announcement: OutageAnnouncement
) -> tuple[list[Recipient], int | None]:
    """Accounts that were told of the outage, by the same ways: of its end only where the message was sent, and the
    power is back there."""
    night = aliased(AlertSetting)
    conditions = [
        OutageNotice.outage_id == outage.id,
        OutageNotice.id <= announcement.upto_notice,
        OutageNotice.account_id > announcement.after_account,
        OutageNotice.stage != RESTORED,
    ]
    is_end = announcement.stage == RESTORED
    conditions.append(OutboxMessage.status.not_in(NOT_TOLD) if is_end else OutageNotice.stage == OUT)
    night_on = (night.account_id == Account.id) & (night.kind == AT_NIGHT)
    query = (
        select(Account.id, Account.service_address, Account.member_id, OutageNotice.way, night)
        .select_from(OutageNotice)
        .join(OutboxMessage, OutboxMessage.id == OutageNotice.message_id)
        .join(Account, Account.id == OutageNotice.account_id)
        .outerjoin(night, night_on)
        .where(*conditions)
        .order_by(Account.id, OutageNotice.id)
        .limit(BATCH)
    )
    rows = (await session.execute(query)).all()
    if len(rows) == BATCH and rows[0][0] != rows[-1][0]:
        rows = [row for row in rows if row[0] != rows[-1][0]]  # the last account may have more ways
    still_out: set[int] = set()
    if announcement.stage == RESTORED and outage.cleared_at is None:
        still_out = await select_in_area(session, outage, list({(row[0], row[1]) for row in rows}))
    unique = {(row[0], row[3]): row for row in rows if row[0] not in still_out}
    found = [Recipient(*row[:4], has_way(row[4], row[3])) for row in unique.values()]
    return found, (rows[-1][0] if rows else None)


async def _tell(
    session: AsyncSession,
    backend: Backend,
    outage: KnownOutage,
    announcement: OutageAnnouncement,
    recipients: Sequence[Recipient],
) -> int:
    """Write notices and messages for those who were not told of this stage yet; returns how many."""
    stage = f"{announcement.stage}:{announcement.number}" if announcement.stage in NEWS else announcement.stage
    told = select(OutageNotice.account_id, OutageNotice.way).where(
        OutageNotice.outage_id == outage.id,
        OutageNotice.stage == stage,
        OutageNotice.account_id.in_({each.account_id for each in recipients}),
    )
    before = {tuple(row) for row in await session.execute(told)}
    members = {
        member.id: member
        for member in await session.scalars(
            select(Member).where(Member.id.in_({each.member_id for each in recipients}))
        )
    }
    now, count = backend.clock.now(), 0
    morning = night_ends(backend, outage)
    asked = await reports.find_still_out(session, outage.id) if announcement.stage == RESTORED else set()
    still_out = {account for account, _ in asked}, {phone for _, phone in asked if phone}
    for each in recipients:
        if (each.account_id, each.way) in before or _has_said(still_out, each, members[each.member_id]):
            continue
        if morning and each.way != "email" and not each.at_night:
            announcement.held_until = morning
            continue
        message = await send(session, backend, outage, announcement, members[each.member_id], each.way)
        if message is None:
            continue
        session.add(
            OutageNotice(
                outage_id=outage.id, announcement_id=announcement.id, account_id=each.account_id, stage=stage,
                way=each.way, message_id=message.id, at=now,
            )
        )  # fmt: skip
        count += 1
    await session.flush()
    return count


def _has_said(still_out: tuple[set[int | None], set[str]], each: Recipient, member: Member) -> bool:
    """Whether they have said after the end that it is still out, by account or by the phone that would be told."""
    accounts, phones = still_out
    return each.account_id in accounts or (each.way != "email" and member.phone in phones)
