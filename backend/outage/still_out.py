"""Reports that the power is still out, which come after the end of their outage: they are marked, nothing closes them
as restored, and who reported it is not asked again whether it is still out.

Between *Power is back* and the job that closes the plain reports is up to a minute. The job, and whoever adds to a
report, lock the outage and then the ticket. So a report is added either before the outage's end, or marked.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.outage.areas import is_account_in, parse_area
from backend.outage.models import KnownOutage, OutageAccount, OutageAnnouncement, OutageNotice
from backend.outage.texts import RESTORED
from backend.outbox.models import OutboxMessage
from backend.staff.people import keep_owner
from backend.tickets.deduplication import OPEN_STATUSES, SAME_EVENT_WINDOW
from backend.tickets.kinds import POWER_KINDS
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

STILL_OUT_LABEL = "still out"
"""In the details of a ticket: it is left over from an outage that the office ended."""


def is_marked() -> ColumnElement[bool]:
    return Ticket.details[STILL_OUT_LABEL].as_string().is_not(None)


def describe_end(area: str) -> str:
    """The value of the label; `area` is what was told to be back."""
    return f"after the outage at {area} was ended"


async def list_still_out(session: AsyncSession, outage_ids: Collection[int]) -> list[Ticket]:
    """Open tickets that are left over from these outages."""
    query = select(Ticket).where(Ticket.outage_id.in_(outage_ids), Ticket.status.in_(OPEN_STATUSES), is_marked())
    return list(await session.scalars(query.order_by(Ticket.id)))


async def lock_report(session: AsyncSession, ticket: Ticket) -> bool:
    """Lock the ticket after its outage, and load it as it is now. Returns whether it is still open."""
    if ticket.outage_id is not None:
        wanted = select(KnownOutage.id).where(KnownOutage.id == ticket.outage_id)
        await session.execute(wanted.with_for_update(read=True, key_share=True))
    await session.refresh(ticket, with_for_update=True)
    return ticket.status in OPEN_STATUSES


async def keep_open(session: AsyncSession, backend: Backend, ticket: Ticket, phones: Collection[str]) -> None:
    """Something is added that says it is still out: as `mark_if_ended`, also where the job was faster by a moment."""
    await lock_report(session, ticket)
    if ticket.status == "closed" and ticket.outcome == "restored":
        ticket.status, ticket.outcome, ticket.closed_at = "open", None, None
        ticket.owner = await keep_owner(session, ticket.owner)
    await mark_if_ended(session, backend, ticket, phones)


async def mark_if_ended(session: AsyncSession, backend: Backend, ticket: Ticket, phones: Collection[str]) -> None:
    """Mark a report that comes after the end of its outage. `phones` (E.164) are those that reported it."""
    if ticket.kind not in POWER_KINDS or ticket.status not in OPEN_STATUSES:
        return
    if STILL_OUT_LABEL not in ticket.details:
        end = await _find_end(session, backend, ticket)
        if end is None:
            return
        ticket.outage_id = end.outage_id
        ticket.details = {**ticket.details, STILL_OUT_LABEL: describe_end(end.area)}
        await session.flush()
    await _take_back_questions(session, backend, ticket, phones)


async def _find_end(session: AsyncSession, backend: Backend, ticket: Ticket) -> OutageAnnouncement | None:
    """That the power is back where the ticket is, as it was told in the last 12 hours; None where it was not."""
    query = (
        select(OutageAnnouncement, KnownOutage)
        .join(KnownOutage, KnownOutage.id == OutageAnnouncement.outage_id)
        .where(
            OutageAnnouncement.stage == RESTORED,
            OutageAnnouncement.created_at > backend.clock.now() - SAME_EVENT_WINDOW,
        )
        .order_by(OutageAnnouncement.id.desc())
        .execution_options(populate_existing=True)
    )
    if ticket.outage_id is not None:
        query = query.where(KnownOutage.id == ticket.outage_id)
    ends = [(end, outage) for end, outage in await session.execute(query)]
    account = await session.get(Account, ticket.account_id) if ticket.account_id is not None else None
    linked = await _find_linked(session, ticket, {outage.id for _, outage in ends}) if ends else set()
    newest: dict[int, OutageAnnouncement] = {}
    for end, outage in ends:
        last = newest.setdefault(outage.id, end)
        if outage.cleared_at is not None and last.created_at < outage.cleared_at:
            continue  # it was a mistake in the end, of which nothing was announced
        belongs = outage.id in linked or _is_named(end, outage, ticket, account)
        if belongs and not await _is_out_there(session, outage, ticket, account):
            return end
    return None


async def _is_out_there(session: AsyncSession, outage: KnownOutage, ticket: Ticket, account: Account | None) -> bool:
    """Whether the outage goes on where the ticket is."""
    if outage.cleared_at is not None:
        return False
    if account is not None:
        return await is_account_in(session, outage, account)
    return parse_area(outage.area).contains([ticket.place or ""])


def _is_named(end: OutageAnnouncement, outage: KnownOutage, ticket: Ticket, account: Account | None) -> bool:
    """Whether the ticket's place is where the power is said to be back, by its words."""
    places = [place for place in (ticket.place, account.service_address if account else None) if place]
    return not outage.by_accounts and parse_area(end.area).contains(places)


async def _find_linked(session: AsyncSession, ticket: Ticket, outage_ids: Collection[int]) -> set[int]:
    """Which of these outages the ticket, its account, or an earlier report belongs to. An earlier one is of the same
    account, else of the same place, else of the same person."""
    if ticket.account_id is not None:
        same: ColumnElement[bool] = Ticket.account_id == ticket.account_id
    elif ticket.place_key:
        same = Ticket.place_key == ticket.place_key
    else:
        same = or_(Ticket.conversation_id == ticket.conversation_id, Ticket.phone == ticket.phone)
    queries = [select(Ticket.outage_id).where(Ticket.outage_id.in_(outage_ids), Ticket.id != ticket.id, same)]
    for table in (OutageAccount, OutageNotice) if ticket.account_id is not None else ():
        listed = table.outage_id.in_(outage_ids), table.account_id == ticket.account_id
        queries.append(select(table.outage_id).where(*listed))
    found = {ticket.outage_id}
    for query in queries:
        found.update(await session.scalars(query))
    return {each for each in found if each is not None}


async def _take_back_questions(
    session: AsyncSession, backend: Backend, ticket: Ticket, phones: Collection[str]
) -> None:
    """Do not ask any more who has just said so. The rows are locked in the order of their ids, as the sender does."""
    ends = select(OutageAnnouncement.id).where(
        OutageAnnouncement.outage_id == ticket.outage_id, OutageAnnouncement.stage == RESTORED
    )
    keys = [OutboxMessage.dedupe_key.startswith(f"outage:{end}:") for end in await session.scalars(ends)]
    query = select(OutboxMessage.id).where(
        OutboxMessage.recipient.in_(phones), OutboxMessage.status == "queued", or_(false(), *keys)
    )
    ids = list(await session.scalars(query.order_by(OutboxMessage.id).with_for_update()))
    if ids:
        expired = {"status": "expired", "not_after": backend.clock.now()}
        change = update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(expired)
        await session.execute(change.execution_options(synchronize_session=False))
