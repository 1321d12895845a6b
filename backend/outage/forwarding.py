"""The job that passes members' reports on to the co-op's outage management system, which predicts from calls where the
fault is and sends the crew.

A try is written down before the call, and its outcome after it. A call whose outcome is unknown is made again, with the
ticket's number as its key: a call that is listed twice is better than a report that nobody reads. The ticket stays open
either way.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.jobs.progress import current_progress
from backend.outage.models import ForwardedReport
from backend.outbox.office_mail import mail_office
from backend.providers.billing.system import BillingSystemError, SystemRejected
from backend.providers.outages.base import TakesReports
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

WAITING, SENT, REFUSED = "waiting", "sent", "refused"
NOT_OLDER = timedelta(hours=12)
"""A report from before that, such as when the system is connected for the first time, says nothing of now."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
TELL_OFFICE_AFTER = 3  # tries without an answer


@dataclass(frozen=True, slots=True)
class _Call:
    ticket_id: int
    number: str
    account_number: str
    phone: str
    at: datetime
    tries: int


async def forward_reports(backend: Backend, _on: date) -> dict[str, int]:
    """Send what may go now; returns {"sent": n, "refused": n, "waiting": n}. Nothing where the provider takes none.

    The first call without an answer ends the run: the system is away.
    """
    counts = {SENT: 0, REFUSED: 0, WAITING: 0}
    provider = backend.outages
    if not isinstance(provider, TakesReports) or not provider.takes_reports:
        return counts
    for ticket_id in await _list_ready(backend):
        if current_progress().is_stopping or counts[WAITING]:
            break
        call = await _claim(backend, ticket_id)
        if call is not None:
            counts[await _send(backend, provider, call)] += 1
    return counts


async def find_forwarded(session: AsyncSession, ticket_ids: list[int]) -> dict[int, ForwardedReport]:
    """By the id of the ticket."""
    query = select(ForwardedReport).where(ForwardedReport.ticket_id.in_(ticket_ids))
    return {each.ticket_id: each for each in await session.scalars(query)}


async def _list_ready(backend: Backend) -> list[int]:
    now = backend.clock.now()
    may_go = ForwardedReport.id.is_(None) | ((ForwardedReport.status == WAITING) & (ForwardedReport.next_try_at <= now))
    query = (
        select(Ticket.id)
        .outerjoin(ForwardedReport, ForwardedReport.ticket_id == Ticket.id)
        .where(Ticket.kind == "outage", Ticket.status == "open", Ticket.account_id.is_not(None))
        .where(Ticket.created_at > now - NOT_OLDER, may_go)
        .order_by(Ticket.id)
    )
    async with backend.db.read_session() as session:
        return list(await session.scalars(query))


async def _claim(backend: Backend, ticket_id: int) -> _Call | None:
    """Write the try down; None when the report was taken back, or its account is not known any more."""
    now = backend.clock.now()
    async with backend.db.transaction() as session:
        ticket = await session.get_one(Ticket, ticket_id, with_for_update=True)
        account = await session.get(Account, ticket.account_id) if ticket.account_id else None
        if ticket.status != "open" or account is None:
            return None
        row = await session.scalar(select(ForwardedReport).where(ForwardedReport.ticket_id == ticket_id))
        if row is None:
            row = ForwardedReport(ticket_id=ticket_id, status=WAITING, tries=0, next_try_at=now)
            session.add(row)
        elif row.status != WAITING or row.next_try_at > now:
            return None  # another process was quicker
        row.tries += 1
        row.next_try_at = now + min(FIRST_PAUSE * 2 ** (row.tries - 1), LONGEST_PAUSE)
        return _Call(ticket_id, ticket.number, account.number, ticket.phone or "", ticket.created_at, row.tries)


async def _send(backend: Backend, provider: TakesReports, call: _Call) -> str:
    """The new status."""
    status, problem = SENT, ""
    try:
        await provider.report_outage(key=call.number, account_number=call.account_number, phone=call.phone, at=call.at)
    except SystemRejected as refusal:
        status, problem = REFUSED, str(refusal)
    except BillingSystemError as failure:
        status, problem = WAITING, str(failure) or type(failure).__name__
    async with backend.db.transaction() as session:
        row = await session.scalar(
            select(ForwardedReport).where(ForwardedReport.ticket_id == call.ticket_id).with_for_update()
        )
        if row is None:
            return status  # erased meanwhile
        row.status, row.problem = status, problem[:200]
        row.sent_at = backend.clock.now() if status == SENT else None
        if status == REFUSED or (status == WAITING and call.tries == TELL_OFFICE_AFTER):
            await _tell_office(session, backend, call, status, problem)
    if status != SENT:
        logger.warning("a report was not taken by the outage system (%s)", status)
    return status


async def _tell_office(session: AsyncSession, backend: Backend, call: _Call, status: str, problem: str) -> None:
    if status == REFUSED:
        words = f"The outage system refused the report {call.number}: {problem}\nPlease enter it by hand."
    else:
        words = (
            f"The outage system has not answered {call.tries} times about the report {call.number}: {problem}\n"
            "It is sent again until it is 12 hours old. Please see that the crew knows of it."
        )
    subject = f"Outage {call.number} is not in the outage system"
    await mail_office(session, backend, subject=subject, body=f"{words}\n", key=f"outage-report:{call.number}:{status}")
