"""Who was told of an outage, by what became of the message: told, waiting, or not delivered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.members.models import Member
from backend.outage.messages import NOT_TOLD, PURPOSES
from backend.outage.models import KnownOutage, OutageAnnouncement, OutageNotice
from backend.outage.texts import RESTORED
from backend.outbox.models import OutboxMessage
from backend.outbox.service import RANKS

WAITING = ("queued", "sending")
LISTED = 500
"""Notices on the page of who was told."""


@dataclass(slots=True)
class Counts:
    """Accounts, or reports, of one stage. A message that is not kept any more counts as told."""

    told: int = 0
    waiting: int = 0
    failed: int = 0

    def add(self, result: int, count: int) -> None:
        """`result` as `_RESULT` has it."""
        if result == _TOLD:
            self.told += count
        elif result == _WAITING:
            self.waiting += count
        else:
            self.failed += count


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice, for the page of who was told."""

    account: str
    member: str
    address: str
    stage: str
    way: str
    status: str
    at: datetime


_TOLD, _WAITING, _FAILED = 3, 2, 1
_RESULT = case(
    (OutboxMessage.status.in_(NOT_TOLD), _FAILED), (OutboxMessage.status.in_(WAITING), _WAITING), else_=_TOLD
)


async def count_accounts(session: AsyncSession, outage_ids: Collection[int]) -> dict[int, dict[str, Counts]]:
    """By outage and stage; an account that is told by several ways counts once, by the best of them."""
    best = (
        select(
            OutageNotice.outage_id.label("outage"),
            OutageNotice.stage.label("stage"),
            func.max(_RESULT).label("result"),
        )
        .outerjoin(OutboxMessage, OutboxMessage.id == OutageNotice.message_id)
        .where(OutageNotice.outage_id.in_(outage_ids))
        .group_by(OutageNotice.outage_id, OutageNotice.stage, OutageNotice.account_id)
        .subquery()
    )
    query = select(best.c.outage, best.c.stage, best.c.result, func.count())
    found: dict[int, dict[str, Counts]] = {}
    for outage, stage, result, count in await session.execute(
        query.group_by(best.c.outage, best.c.stage, best.c.result).order_by(best.c.stage)
    ):
        found.setdefault(outage, {}).setdefault(stage, Counts()).add(result, count)
    return found


async def count_reporters(session: AsyncSession, ends: Sequence[OutageAnnouncement]) -> dict[int, Counts]:
    """Those who reported an outage and were told of its end by text, by outage; without those told by their account.

    `ends` are the announcements that the power is back.
    """
    if not ends:
        return {}
    query = (
        select(OutboxMessage.dedupe_key, _RESULT)
        .outerjoin(OutageNotice, OutageNotice.message_id == OutboxMessage.id)
        .where(
            OutboxMessage.status.in_(RANKS),  # of the index
            OutboxMessage.created_at >= min(each.created_at for each in ends),
            OutboxMessage.purpose == PURPOSES[RESTORED],
            OutageNotice.id.is_(None),
        )
    )
    outages = {each.id: each.outage_id for each in ends}
    found: dict[int, Counts] = {}
    for key, result in await session.execute(query):
        outage = outages.get(int(key.split(":")[1]))
        if outage is not None:
            found.setdefault(outage, Counts()).add(result, 1)
    return found


async def list_ends(session: AsyncSession, outage_ids: Collection[int]) -> list[OutageAnnouncement]:
    """That the power is back, of these outages."""
    query = select(OutageAnnouncement).where(
        OutageAnnouncement.outage_id.in_(outage_ids), OutageAnnouncement.stage == RESTORED
    )
    return list(await session.scalars(query))


def was_mistake(outage: KnownOutage, ends: Sequence[OutageAnnouncement]) -> bool:
    """Whether it was ended without a word: nothing was announced with its end."""
    cleared = outage.cleared_at
    return cleared is not None and not any(each.outage_id == outage.id and each.created_at >= cleared for each in ends)


async def list_notices(session: AsyncSession, outage_id: int) -> list[NoticeLine]:
    """The newest notices of an outage, with what became of each."""
    query = (
        select(
            Account.number, Member.name, Account.service_address, OutageNotice.stage, OutageNotice.way,
            OutboxMessage.status, OutageNotice.at,
        )
        .select_from(OutageNotice)
        .join(Account, Account.id == OutageNotice.account_id)
        .join(Member, Member.id == Account.member_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == OutageNotice.message_id)
        .where(OutageNotice.outage_id == outage_id)
        .order_by(OutageNotice.id.desc())
        .limit(LISTED)
    )  # fmt: skip
    return [
        NoticeLine(number, name, address, stage, way, _describe(status), at)
        for number, name, address, stage, way, status, at in await session.execute(query)
    ]


def _describe(status: str | None) -> str:
    if status in WAITING:
        return "waiting"
    return f"not delivered ({status})" if status in NOT_TOLD else "told"
