"""What the summary page shows of a member's accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.service import is_paperless
from backend.app import Backend
from backend.autopay.schedule import find_active_autopay, find_active_draft
from backend.billing.models import Account, Bill
from backend.language import mark, tr
from backend.members.models import Member
from backend.members.service import accounts_of
from backend.payments.balances import Balance, get_balance
from backend.payments.models import PastPayment
from backend.payments.service import list_payments
from backend.programs.service import find_enrollment
from backend.usage.service import MonthUsage, list_last_months

MAX_SHOWN = 12
STATUS_TEXTS = {
    "started": mark("on its way"),
    "authorised": mark("on its way"),
    "posted": mark("paid"),
    "declined": mark("declined"),
    "voided": mark("not taken"),
    "returned": mark("returned by the bank"),
}
PROGRAM_NAMES = {"budget": mark("Budget billing"), "levelized": mark("Levelized billing")}


@dataclass(frozen=True)
class AccountView:
    """One account on the page; amounts are cents."""

    number: str
    address: str
    closed: bool
    stands: Balance
    bills: Sequence[Bill]
    payments: Sequence[tuple[PastPayment, date, str]]
    enrolled: Sequence[tuple[str, str]]
    usage: Sequence[MonthUsage]


@dataclass(frozen=True)
class AccountSummary:
    """All accounts of a member. `due_cents` is their sum; a credit on one does not reduce what another owes."""

    name: str
    due_cents: int
    past_due_cents: int
    accounts: Sequence[AccountView]


async def load_summary(backend: Backend, member: Member) -> AccountSummary:
    async with backend.db.read_session() as session:
        views = [
            await _load_account_view(session, backend, account) for account in await accounts_of(session, member.id)
        ]
    return AccountSummary(
        name=member.name,
        due_cents=sum(max(view.stands.amount_due_cents, 0) for view in views),
        past_due_cents=sum(view.stands.past_due_cents for view in views),
        accounts=views,
    )


async def _load_account_view(session: AsyncSession, backend: Backend, account: Account) -> AccountView:
    issued = select(Bill).where(Bill.account_id == account.id).order_by(Bill.issued_on.desc()).limit(MAX_SHOWN)
    return AccountView(
        number=account.number,
        address=account.service_address,
        closed=account.status == "closed",
        stands=await get_balance(session, backend, account.id),
        bills=(await session.scalars(issued)).all(),
        payments=[
            _payment_row(backend, payment) for payment in await list_payments(session, account.id, count=MAX_SHOWN)
        ],
        enrolled=await _enrollment_rows(session, account),
        usage=list(reversed(await list_last_months(session, account.id))),
    )


def _payment_row(backend: Backend, payment: PastPayment) -> tuple[PastPayment, date, str]:
    day = payment.posted_on or payment.created_at.astimezone(backend.coop.zone).date()
    return payment, day, tr(STATUS_TEXTS.get(payment.status, payment.status))


async def _enrollment_rows(session: AsyncSession, account: Account) -> list[tuple[str, str]]:
    """Each program with the state of the account in it."""
    autopay = await find_active_autopay(session, account.id)
    draft = await find_active_draft(session, account.id)
    program = await find_enrollment(session, account.id)
    autopay_state = tr("Not enrolled")
    if autopay is not None:
        day = autopay.day_of_month
        autopay_state = (
            tr("Enrolled, runs on day {day} of each month", day=day) if day else tr("Enrolled, runs on the due date")
        )
    paperless = await is_paperless(session, account.id)
    return [
        ("Auto Pay", autopay_state),
        (tr("Bank or card draft"), tr("A draft payment is scheduled on each due date") if draft else tr("None")),
        (tr("Bill notifications"), tr("Paperless, by email") if paperless else tr("Bills by mail")),
        (
            tr("Budget or levelized billing"),
            tr(PROGRAM_NAMES.get(program.program, "")) if program else tr("Not enrolled"),
        ),
    ]
