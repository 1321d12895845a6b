"""What the office sees of outages: whom a new one would be told to, and how far the telling of each has come."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.models import AlertSetting
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import LANGUAGES, use_language
from backend.members.models import Member
from backend.members.service import strip_to_digits
from backend.outage import announcing, reports, told
from backend.outage.areas import parse_area
from backend.outage.messages import AT_NIGHT, NOT_TOLD, night_ends
from backend.outage.models import KnownOutage, OutageAccount, OutageAnnouncement, OutageNotice
from backend.outage.service import NewOutage, names_gone
from backend.outage.still_out import is_marked, list_still_out
from backend.outage.texts import ESTIMATE as TIME
from backend.outage.texts import OUT, RESTORED, format_notice
from backend.outage.told import Counts
from backend.outbox.models import OutboxMessage
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket
from backend.tickets.reporter_notices import reporting_conversations
from backend.tickets.service import has_callout

if TYPE_CHECKING:
    from backend.app import Backend

PAGE = 5_000
CHUNK = 500
MAX_NUMBERS = 5_000
_IS_CHAT = Conversation.channel == "web"
RECENT = timedelta(hours=48)
"""So long an outage that is over is still shown."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`accounts` in it; how many are `told` by each way, and `later` of these wait for the morning, `held_until`; the
    text in each language.

    `reports` are the open ones that it takes up; `reporters` the phones that reported these and are texted besides, in
    the morning where it is night.
    """

    accounts: int
    told: Counter[str]
    later: Counter[str]
    texts: dict[str, str]
    held_until: datetime | None
    reports: int = 0
    reporters: int = 0

    @property
    def people(self) -> int:
        """Messages that go out in all."""
        return self.told.total() + self.reporters

    @property
    def people_later(self) -> int:
        """How many of these wait for the morning."""
        return self.later.total() + (self.reporters if self.held_until else 0)


@dataclass(frozen=True, slots=True)
class EndPreview:
    """What *Power is back* does: accounts that hear it and phones that only reported it, now and in the morning
    (`held_until`, None by day); web chats that reported it, which show it at once; reports that it closes, and those
    that stay open for their crew; and the text in each language."""

    accounts: int
    accounts_later: int
    reporters: int
    reporters_later: int
    chats: int
    reports: int
    kept: int
    texts: dict[str, str]
    held_until: datetime | None

    @property
    def people(self) -> int:
        """Who hears it within a minute."""
        return self.accounts + self.reporters + self.chats

    @property
    def people_later(self) -> int:
        return self.accounts_later + self.reporters_later


@dataclass(slots=True)
class OutageView:
    outage: KnownOutage
    reports: int = 0
    still_out: list[Ticket] = field(default_factory=list)
    told: dict[str, Counts] = field(default_factory=dict)
    """Accounts, by stage."""
    reporters: Counts | None = None
    """Those who reported it and were told of its end without being told of it before."""
    is_mistake: bool = False
    pending: list[OutageAnnouncement] = field(default_factory=list)


async def find_accounts(session: AsyncSession, text: str) -> tuple[list[int], list[str]]:
    """The ids of the account numbers in a text, and the numbers that no account has."""
    numbers = [word for word in re.split(r"[\s,;]+", text) if word][:MAX_NUMBERS]
    known: dict[str, int] = {}
    digits = [strip_to_digits(number) for number in numbers]
    for start in range(0, len(digits), CHUNK):
        query = select(Account.number_digits, Account.id).where(
            Account.number_digits.in_(digits[start : start + CHUNK])
        )
        known |= {number: account_id for number, account_id in await session.execute(query)}
    unknown = [number for number, bare in zip(numbers, digits, strict=True) if bare not in known]
    return sorted({known[bare] for bare in digits if bare in known}), unknown


async def preview(session: AsyncSession, backend: Backend, new: NewOutage) -> Preview:
    now = backend.clock.now()
    outage = KnownOutage(
        area=new.area, cause=new.cause, estimate_at=new.estimate_at, started_at=now, is_dangerous=new.is_dangerous,
    )  # fmt: skip
    inside = set(new.account_ids) or await _list_in_area(session, new.area)
    found = await reports.find_open_inside(session, outage, new.account_ids)
    outage.reported_at = reports.find_first_time(outage, found)
    return await _preview(session, backend, outage, inside, found)


async def preview_telling(session: AsyncSession, backend: Backend, outage: KnownOutage) -> Preview:
    """As `preview`, of an outage that is written down and was told to nobody."""
    if outage.by_accounts:
        listed = select(OutageAccount.account_id).where(OutageAccount.outage_id == outage.id)
        inside = set(await session.scalars(listed))
    else:
        inside = await _list_in_area(session, outage.area)
    query = _open_reports_of(outage).where(Ticket.created_at <= outage.started_at)
    return await _preview(session, backend, outage, inside, list(await session.scalars(query)))


async def preview_end(session: AsyncSession, backend: Backend, outage: KnownOutage) -> EndPreview:
    morning = night_ends(backend, outage)
    ways = await _list_told_ways(session, outage)
    later = {each.account_id for each in ways if morning and not each.at_night}
    open_ones = list(await session.scalars(_open_reports_of(outage)))
    members = {each.member_id for each in ways}
    texted = set(await session.scalars(select(Member.phone).where(Member.id.in_(members))))
    phones = await reports.list_reporter_phones(session, open_ones) - texted
    awake = phones & await reports.list_awake_phones(session, open_ones) if morning else phones
    closes = [ticket for ticket in open_ones if not has_callout(ticket)]
    talks = {each for ticket in closes for each in reporting_conversations(ticket)}
    chats = select(func.count()).select_from(Conversation).where(Conversation.id.in_(talks), _IS_CHAT)
    return EndPreview(
        accounts=len({each.account_id for each in ways if not morning or each.at_night}),
        accounts_later=len(later),
        reporters=len(awake),
        reporters_later=len(phones - awake),
        chats=await session.scalar(chats) or 0,
        reports=len(closes),
        kept=len(open_ones) - len(closes),
        texts=_format_each(backend, outage, RESTORED),
        held_until=morning,
    )


@dataclass(frozen=True, slots=True)
class _ToldWay:
    account_id: int
    member_id: int
    at_night: bool


async def _list_told_ways(session: AsyncSession, outage: KnownOutage) -> list[_ToldWay]:
    """Each account by each way that it was told that it is out; what is not sent yet is not sent any more."""
    query = (
        select(OutageNotice.account_id, Account.member_id, OutageNotice.way, AlertSetting)
        .join(OutboxMessage, OutboxMessage.id == OutageNotice.message_id)
        .join(Account, Account.id == OutageNotice.account_id)
        .outerjoin(AlertSetting, (AlertSetting.account_id == Account.id) & (AlertSetting.kind == AT_NIGHT))
        .where(
            OutageNotice.outage_id == outage.id,
            OutageNotice.stage != RESTORED,
            OutboxMessage.status.not_in((*NOT_TOLD, "queued")),
        )
    )
    return [
        _ToldWay(account, member, way == "email" or announcing.has_way(night, way))
        for account, member, way, night in await session.execute(query)
    ]


async def preview_news(
    session: AsyncSession,
    backend: Backend,
    outage: KnownOutage,
    *,
    estimate_at: datetime | None = None,
    left: str = "",
    stage: str = TIME,
) -> EndPreview:
    """What members would be told of a later time, of a crew (`stage`), or that the power is back except at `left`."""
    if left:
        stage, area, estimate = RESTORED, names_gone(outage.area, left), outage.estimate_at
    else:
        area, estimate = outage.area, estimate_at
    changed = KnownOutage(
        area=area, cause=outage.cause, estimate_at=estimate, started_at=outage.started_at,
        reported_at=outage.reported_at, is_dangerous=outage.is_dangerous,
    )  # fmt: skip
    counts = (await told.count_accounts(session, [outage.id])).get(outage.id, {})
    heard = counts[OUT].told if OUT in counts else 0
    texts = _format_each(backend, changed, stage)
    phones = set() if left else await _list_only_reported(session, outage)
    return EndPreview(heard, 0, len(phones), 0, 0, 0, 0, texts, night_ends(backend, outage))


async def _list_only_reported(session: AsyncSession, outage: KnownOutage) -> set[str]:
    """The phones that reported it and are not those of the accounts that were told of it."""
    told_members = {each.member_id for each in await _list_told_ways(session, outage)}
    texted = set(await session.scalars(select(Member.phone).where(Member.id.in_(told_members))))
    found = list(await session.scalars(_open_reports_of(outage)))
    return await reports.list_reporter_phones(session, found) - texted


def _open_reports_of(outage: KnownOutage) -> Select[Ticket]:
    return select(Ticket).where(Ticket.outage_id == outage.id, Ticket.status.in_(OPEN_STATUSES), ~is_marked())


async def _preview(
    session: AsyncSession, backend: Backend, outage: KnownOutage, inside: set[int], found: list[Ticket]
) -> Preview:
    counts, at_night, members = await _count_told(session, backend, inside)
    phones = await reports.list_reporter_phones(session, found)
    reached = set[str]()
    for start in range(0, len(members), CHUNK):
        some = select(Member.phone).where(Member.id.in_(members[start : start + CHUNK]))
        reached |= set(await session.scalars(some))
    morning = night_ends(backend, outage)
    later = counts - at_night if morning else Counter()
    return Preview(
        len(inside), counts, later, _format_each(backend, outage, OUT), morning, len(found), len(phones - reached)
    )


def _format_each(backend: Backend, outage: KnownOutage, stage: str) -> dict[str, str]:
    texts = {}
    for language in LANGUAGES:
        with use_language(language):
            texts[language] = format_notice(backend, outage, stage, outage.area, "text")
    return texts


async def _list_in_area(session: AsyncSession, words: str) -> set[int]:
    area, found, last = parse_area(words), set[int](), 0
    while True:
        query = select(Account.id, Account.service_address).where(Account.id > last, Account.status == "open")
        rows = (await session.execute(query.order_by(Account.id).limit(PAGE))).all()
        found |= {account_id for account_id, address in rows if area.contains([address])}
        if len(rows) < PAGE:
            return found
        last = rows[-1][0]


async def _count_told(
    session: AsyncSession, backend: Backend, inside: set[int]
) -> tuple[Counter[str], Counter[str], list[int]]:
    """Accounts told by each way, those of them also at night, and the ids of the members who are told by text."""
    ways: Counter[str] = Counter()
    at_night: Counter[str] = Counter()
    texted: list[int] = []
    last = 0
    while True:
        rows = (await session.execute(announcing.settings_query(backend, last).limit(PAGE))).all()
        for account_id, _, member_id, day, night in rows:
            if account_id in inside:
                chosen = announcing.list_ways(backend, day, night)
                ways.update(chosen)
                at_night.update(way for way in chosen if way == "email" or announcing.has_way(night, way))
                texted += [member_id] if "text" in chosen else []
        if len(rows) < PAGE:
            return ways, at_night, texted
        last = rows[-1][0]


async def list_views(session: AsyncSession, backend: Backend) -> list[OutageView]:
    """Outages that are not over, then those that ended lately, each the newest first."""
    recent = or_(KnownOutage.cleared_at.is_(None), KnownOutage.cleared_at > backend.clock.now() - RECENT)
    found = list(await session.scalars(select(KnownOutage).where(recent).order_by(KnownOutage.id.desc())))
    views = {outage.id: OutageView(outage) for outage in found}
    for outage_id, count in (await reports.count_reports(session, list(views))).items():
        views[outage_id].reports = count
    for outage_id, counts in (await told.count_accounts(session, list(views))).items():
        views[outage_id].told = counts
    ends = await told.list_ends(session, list(views))
    reporters = await told.count_reporters(session, ends)
    for view in views.values():
        view.reporters = reporters.get(view.outage.id)
        view.is_mistake = told.was_mistake(view.outage, ends)
    pending = select(OutageAnnouncement).where(
        OutageAnnouncement.outage_id.in_(views), OutageAnnouncement.status.in_(("waiting", "held"))
    )
    for announcement in await session.scalars(pending):
        views[announcement.outage_id].pending.append(announcement)
    for ticket in await list_still_out(session, list(views)):
        views[ticket.outage_id or 0].still_out.append(ticket)
    return sorted(views.values(), key=lambda view: view.outage.cleared_at is not None)
