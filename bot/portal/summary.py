"""Loads what the summary page shows of a member's accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.service import is_paperless
from backend.app import Backend
from backend.autopay.schedule import find_active_autopay, find_active_draft
from backend.billing.figures import format_as_of
from backend.billing.models import Account, Bill
from backend.language import mark, tr
from backend.members.models import Member
from backend.members.service import list_member_accounts
from backend.payments.balances import Balance, get_balance
from backend.payments.past_payments import PastPayment, is_paid_at_counter, list_payments
from backend.payments.refund_status import describe_refunds, is_given_back
from backend.programs.service import find_enrollment
from backend.providers.billing.base import FiguresUnknown
from backend.usage.service import MonthUsage, list_last_months

MAX_SHOWN = 12
STATUS_TEXTS = {
    "started": mark("on its way"),
    "authorized": mark("on its way"),
    "posted": mark("paid"),
    "declined": mark("declined"),
    "voided": mark("not taken"),
    "returned": mark("returned by the bank"),
}
PROGRAM_NAMES = {"budget": mark("Budget billing"), "levelized": mark("Levelized billing")}


@dataclass(frozen=True)
class AccountView:
    """One account on the page; amounts are cents.

    `balance` is None when it cannot be looked up, and `as_of` its time in words when it is not of now. `payments` are
    (payment, the co-op's local day, status in words), `enrolled` (program, the account's state in it).
    """

    number: str
    address: str
    closed: bool
    balance: Balance | None
    as_of: str
    bills: Sequence[Bill]
    payments: Sequence[tuple[PastPayment, date, str]]
    enrolled: Sequence[tuple[str, str]]
    usage: Sequence[MonthUsage]


async def load_accounts(backend: Backend, member: Member) -> list[AccountView]:
    async with backend.db.read_session() as session:
        accounts = await list_member_accounts(session, member.id)
    await asyncio.gather(*(backend.billing.refresh(backend.db, account.id) for account in accounts))
    async with backend.db.read_session() as session:
        return [await _load_account(session, backend, account) for account in accounts]


async def _load_account(session: AsyncSession, backend: Backend, account: Account) -> AccountView:
    newest_bills = select(Bill).where(Bill.account_id == account.id).order_by(Bill.issued_on.desc())
    payments = []
    for payment in await list_payments(session, account.id, count=MAX_SHOWN):
        day = payment.posted_on or payment.created_at.astimezone(backend.coop.zone).date()
        payments.append((payment, day, await _describe_status(session, backend, payment)))
    try:
        balance = await get_balance(session, backend, account.id)
    except FiguresUnknown:
        balance = None
    return AccountView(
        number=account.number,
        address=account.service_address,
        closed=account.status == "closed",
        balance=balance,
        as_of=describe_time(backend, balance) if balance else "",
        bills=(await session.scalars(newest_bills.limit(MAX_SHOWN))).all(),
        payments=payments,
        enrolled=await _enrollment_rows(session, account),
        usage=list(reversed(await list_last_months(session, account.id))),
    )


async def _describe_status(session: AsyncSession, backend: Backend, payment: PastPayment) -> str:
    """In words, with what went back of it."""
    if is_paid_at_counter(payment):
        return tr("paid at the counter")
    given_back = await is_given_back(session, payment)
    status = tr("refunded") if given_back else tr(STATUS_TEXTS.get(payment.status, payment.status))
    refunds = await describe_refunds(session, backend, payment)
    return f"{status}. {refunds}" if refunds else status


def describe_time(backend: Backend, balance: Balance) -> str:
    """Of when the figures are; empty if they are of now."""
    if balance.as_of is None:
        return ""
    return format_as_of(balance.as_of, backend.clock.now(), backend.coop.zone)


async def _enrollment_rows(session: AsyncSession, account: Account) -> list[tuple[str, str]]:
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
