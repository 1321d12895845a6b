"""The office's list of outages, and what is to be told of them. Functions flush; the caller commits.

Whoever changes an outage or tells of it locks its row first. So nobody is told that the power is out once it is back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select
from sqlalchemy import update as update_rows
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.billing.models import Account
from backend.outage import reports
from backend.outage.areas import select_in_area
from backend.outage.models import KnownOutage, OutageAccount, OutageAnnouncement, OutageNotice
from backend.outage.texts import CREW_ON_WAY, CREW_THERE, ESTIMATE, NEWS, OUT, RESTORED
from backend.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from backend.app import Backend

MAX_AREA_LENGTH, MAX_CAUSE_LENGTH = 300, 200
MATERIAL_DELAY = timedelta(minutes=60)
"""An estimate that is later by at least so much is told again."""
OFFICE = "office"
BATCH = 500  # rows of a statement


@dataclass(frozen=True, slots=True)
class NewOutage:
    """`area`: names separated by commas. `account_ids`: the accounts in it, where the office lists them."""

    area: str
    cause: str = ""
    estimate_at: datetime | None = None
    account_ids: Collection[int] = ()
    tells: bool = False
    is_dangerous: bool = False
    source: str = OFFICE
    source_key: str | None = None


async def current_outages(session: AsyncSession) -> list[KnownOutage]:
    """Outages that are not over, the newest first."""
    query = select(KnownOutage).where(KnownOutage.cleared_at.is_(None))
    return list(await session.scalars(query.order_by(KnownOutage.id.desc())))


async def add(
    session: AsyncSession, backend: Backend, by: str, *, area: str, cause: str, estimate_at: datetime | None
) -> KnownOutage:
    """Write one down without telling anybody. As `open_outage`."""
    return await open_outage(session, backend, by, NewOutage(area, cause, estimate_at))


async def open_outage(session: AsyncSession, backend: Backend, by: str, new: NewOutage) -> KnownOutage:
    """Add one. Raises ValueError for an empty area. `by` is the office user, or the provider, for the audit trail."""
    if not new.area.strip():
        raise ValueError("an outage needs words for where it is")
    now = backend.clock.now()
    outage = KnownOutage(
        area=new.area.strip()[:MAX_AREA_LENGTH],
        cause=new.cause.strip()[:MAX_CAUSE_LENGTH],
        estimate_at=new.estimate_at,
        started_at=now,
        updated_at=now,
        by_accounts=bool(new.account_ids),
        tells=new.tells,
        is_dangerous=new.is_dangerous,
        told_estimate_at=new.estimate_at if new.tells else None,
        source=new.source,
        source_key=new.source_key,
    )
    session.add(outage)
    await session.flush()
    listed = sorted(set(new.account_ids))
    session.add_all(OutageAccount(outage_id=outage.id, account_id=each, added_at=now) for each in listed)
    await reports.link_open_reports(session, outage)
    if new.tells:
        await _announce(session, backend, outage, OUT)
    await _record(session, backend, by, "outage_known", outage)
    return outage


async def update(
    session: AsyncSession, backend: Backend, by: str, outage_id: int, *, cause: str, estimate_at: datetime | None
) -> KnownOutage | None:
    """Change cause and estimate; members who were told are told a first estimate, and one that is much later.

    None when there is no such outage, or it is over.
    """
    outage = await _lock_open(session, outage_id)
    if outage is None:
        return None
    tells = is_told(outage, estimate_at)
    outage.cause, outage.estimate_at = cause.strip()[:MAX_CAUSE_LENGTH], estimate_at
    outage.updated_at = backend.clock.now()
    if tells:
        outage.told_estimate_at = estimate_at
        await _cancel(session, backend, outage, NEWS)
        await _expire_queued(session, backend, outage)  # whoever was not told yet gets the new time alone
        await _announce(session, backend, outage, ESTIMATE)
    await _record(session, backend, by, "outage_updated", outage)
    return outage


async def tell_of_crew(
    session: AsyncSession, backend: Backend, by: str, outage_id: int, *, is_there: bool, estimate_at: datetime | None
) -> KnownOutage | None:
    """Tell all who were told of it or reported it that a crew is on the way or there, and when power is expected back
    (UTC; None leaves the time as it is). None when there is no such outage, or it is over."""
    outage = await _lock_open(session, outage_id)
    if outage is None:
        return None
    if estimate_at is not None:
        outage.estimate_at = estimate_at
    if outage.tells:
        outage.told_estimate_at = outage.estimate_at
    outage.updated_at = backend.clock.now()
    await _cancel(session, backend, outage, NEWS)
    await _announce(session, backend, outage, CREW_THERE if is_there else CREW_ON_WAY)
    await _record(session, backend, by, "outage_crew_told", outage)
    return outage


async def tell(session: AsyncSession, backend: Backend, by: str, outage_id: int) -> KnownOutage | None:
    """Begin to tell members of an outage that was only written down. None when that is not possible."""
    outage = await _lock_open(session, outage_id)
    if outage is None or outage.tells:
        return None
    outage.tells, outage.told_estimate_at = True, outage.estimate_at
    await _announce(session, backend, outage, OUT)
    await _record(session, backend, by, "outage_announced", outage)
    return outage


async def shrink(
    session: AsyncSession, backend: Backend, by: str, outage_id: int, *, area: str, account_ids: Collection[int] = ()
) -> KnownOutage | None:
    """The power is back in a part of it: it goes on at `area`, or for `account_ids` where accounts are listed.

    Raises ValueError where nothing would be left of it. None when there is no such outage, or it is over.
    """
    outage = await _lock_open(session, outage_id)
    if outage is None:
        return None
    if not area.strip() or (outage.by_accounts and not account_ids):
        raise ValueError("an outage that goes on needs words for where it is still out, and its accounts if it has any")
    before = outage.area
    outage.area, outage.updated_at = area.strip()[:MAX_AREA_LENGTH], backend.clock.now()
    if outage.by_accounts:
        for listed in await session.scalars(select(OutageAccount).where(OutageAccount.outage_id == outage.id)):
            if listed.account_id not in account_ids:
                await session.delete(listed)
    await session.flush()
    await _expire_queued(session, backend, outage, only_outside=True)
    await _cancel(session, backend, outage, (RESTORED,))
    await _announce(session, backend, outage, RESTORED, area=names_gone(before, outage.area))
    await _record(session, backend, by, "outage_partly_restored", outage)
    return outage


async def clear(
    session: AsyncSession, backend: Backend, by: str, outage_id: int, *, restored: bool = True
) -> KnownOutage | None:
    """End it, and tell those who were told of it or reported it that the power is back; nobody is told anything more of
    what it was. `restored` False: it was written down by mistake, and nobody is told.

    None when there is no such outage, or it is over already.
    """
    outage = await _lock_open(session, outage_id)
    if outage is None:
        return None
    outage.cleared_at = outage.updated_at = backend.clock.now()
    await _cancel(session, backend, outage, (OUT, *NEWS, RESTORED))
    await _expire_queued(session, backend, outage)
    if restored:
        await _announce(session, backend, outage, RESTORED)
    await _record(session, backend, by, "outage_cleared" if restored else "outage_dropped", outage)
    return outage


def is_told(outage: KnownOutage, estimate_at: datetime | None) -> bool:
    """Whether members would be told of this time: a first one, or one that is much later."""
    if estimate_at is None or not outage.tells:
        return False
    return outage.told_estimate_at is None or estimate_at - outage.told_estimate_at >= MATERIAL_DELAY


def names_gone(before: str, after: str) -> str:
    """The names of the area that are not in it any more; all of them where none can be told."""
    left = {name.strip().lower() for name in after.split(",")}
    gone = [name.strip() for name in before.split(",") if name.strip() and name.strip().lower() not in left]
    return ", ".join(gone) or before


async def lock(session: AsyncSession, outage_id: int) -> KnownOutage | None:
    """The outage as it is now, locked until the transaction ends."""
    query = select(KnownOutage).where(KnownOutage.id == outage_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def _lock_open(session: AsyncSession, outage_id: int) -> KnownOutage | None:
    outage = await lock(session, outage_id)
    return outage if outage is not None and outage.cleared_at is None else None


async def _announce(
    session: AsyncSession, backend: Backend, outage: KnownOutage, stage: str, *, area: str = ""
) -> OutageAnnouncement:
    earlier = select(func.count()).where(OutageAnnouncement.outage_id == outage.id, OutageAnnouncement.stage == stage)
    newest = select(func.max(OutageNotice.id)).where(OutageNotice.outage_id == outage.id)
    made = OutageAnnouncement(
        outage_id=outage.id,
        stage=stage,
        number=int(await session.scalar(earlier) or 0) + 1,
        area=area or outage.area,
        upto_notice=int(await session.scalar(newest) or 0),
        created_at=backend.clock.now(),
    )
    session.add(made)
    await session.flush()
    return made


async def _cancel(session: AsyncSession, backend: Backend, outage: KnownOutage, stages: Collection[str]) -> None:
    """Tell nobody more of these stages."""
    open_ones = (
        OutageAnnouncement.outage_id == outage.id,
        OutageAnnouncement.stage.in_(stages),
        OutageAnnouncement.status.in_(("waiting", "held")),
    )
    values = {"status": "canceled", "finished_at": backend.clock.now()}
    await session.execute(update_rows(OutageAnnouncement).where(*open_ones).values(values))


async def _expire_queued(
    session: AsyncSession, backend: Backend, outage: KnownOutage, *, only_outside: bool = False
) -> None:
    """Messages that the power is out which were not sent yet are not sent any more; nor one that is just being sent,
    should that fail. `only_outside`: those to accounts that are not in the outage any more.

    The rows are locked in the order of their ids, as the sender does, so that neither waits for the other in a circle.
    """
    found = await _find_unsent(session, outage)
    if only_outside:
        inside = await select_in_area(session, outage, list({(account, place) for _, account, place in found}))
        kept = {message for message, account, _ in found if account in inside}
        found = [each for each in found if each[0] not in kept]
    to_reporters = set() if only_outside else await _find_unsent_to_reporters(session, outage)
    ids, now = sorted({message for message, _, _ in found} | to_reporters), backend.clock.now()
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        locked = select(OutboxMessage.id).where(OutboxMessage.id.in_(some)).order_by(OutboxMessage.id)
        await session.execute(locked.with_for_update())
        status = case((OutboxMessage.status == "queued", "expired"), else_=OutboxMessage.status)
        change = update_rows(OutboxMessage).where(OutboxMessage.id.in_(some)).values(status=status, not_after=now)
        await session.execute(change.execution_options(synchronize_session=False))


async def _find_unsent(session: AsyncSession, outage: KnownOutage) -> list[tuple[int, int, str]]:
    """(message, account, address) of each message of the outage that is not sent, but those that the power is back."""
    query = (
        select(OutboxMessage.id, Account.id, Account.service_address)
        .select_from(OutageNotice)
        .join(OutboxMessage, OutboxMessage.id == OutageNotice.message_id)
        .join(Account, Account.id == OutageNotice.account_id)
        .where(
            OutageNotice.outage_id == outage.id,
            OutageNotice.stage != RESTORED,
            OutboxMessage.status.in_(("queued", "sending")),
        )
    )
    return [(message, account, place) for message, account, place in await session.execute(query)]


async def _find_unsent_to_reporters(session: AsyncSession, outage: KnownOutage) -> set[int]:
    """The messages to who reported it that it is out, which are not sent; these have no notice of an account."""
    told = select(OutageAnnouncement.id).where(
        OutageAnnouncement.outage_id == outage.id, OutageAnnouncement.stage != RESTORED
    )
    keys = [OutboxMessage.dedupe_key.startswith(f"outage:{each}:") for each in await session.scalars(told)]
    if not keys:
        return set()
    query = select(OutboxMessage.id).where(OutboxMessage.status.in_(("queued", "sending")), or_(*keys))
    return set(await session.scalars(query))


async def _record(session: AsyncSession, backend: Backend, by: str, act: str, outage: KnownOutage) -> None:
    await session.flush()
    after = {
        "outage": outage.id,
        "area": outage.area,
        "cause": outage.cause,
        "estimate_at": outage.estimate_at.isoformat() if outage.estimate_at else None,
        **({"tells": True} if outage.tells else {}),
    }
    by_provider = outage.source != OFFICE and by == outage.source
    await record(
        session,
        backend,
        actor=(f"provider:{by}" if by_provider else f"office:{by}")[:80],
        level=0,
        channel="job" if by_provider else "office",
        act=act,
        account_id=None,
        after=after,
    )
