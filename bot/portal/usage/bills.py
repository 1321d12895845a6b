"""The member's bills of the last 24 months: each as a page and as a PDF file, explained to the cent."""

from __future__ import annotations

import asyncio

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy import select

from backend.billing import bills
from backend.billing.models import Account, Bill
from backend.payments.outside_entries import list_charges
from backend.payments.refund_status import list_given_back
from backend.providers.billing.base import FiguresUnknown
from backend.usage import bill_pdf, bill_words
from backend.usage import service as usage
from backend.usage.bill_comparison import count_days, kwh_per_day
from bot.portal.acting import ActingPages, find_account
from bot.portal.signed_in import Visit, turn_to
from bot.web.pages import respond_pdf

MONTHS = 24
CHART_MONTHS = 13  # this month, and the year before it


class BillPages(ActingPages):
    PAGES = (
        ("bills", "GET", "/bills"),
        ("bill", "GET", "/bills/<number:str>"),
        ("bill_file", "GET", "/bills/<number:str>/pdf"),
    )

    async def bills(self, _request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        async with self.backend.db.read_session() as session:
            found = await bills.list_newest_bills(session, account.id, 0, MONTHS)
        left = await self._unpaid(account)
        return self.render_page("usage/bills.html", bills=found, left=left, kwh_per_day=kwh_per_day)

    async def bill(self, _request: Request, visit: Visit, number: str) -> HTTPResponse:
        account, bill = await self._find(visit, number)
        async with self.backend.db.read_session() as session:
            explained = await bill_words.explain(session, bill)
        left = await self._unpaid(account)
        return self.render_page(
            "usage/bill.html",
            bill=bill,
            account=account,
            today=self.backend.today(),
            left_cents=left.get(bill.id, 0) if left is not None else None,
            explained=explained,
            words=bill_words,
            days=count_days(bill),
            daily=f"{kwh_per_day(bill):.1f}",
        )

    async def bill_file(self, _request: Request, visit: Visit, number: str) -> HTTPResponse:
        account, bill = await self._find(visit, number)
        async with self.backend.db.read_session() as session:
            explained = await bill_words.explain(session, bill)
            months = await usage.list_last_months(session, account.id, CHART_MONTHS, until=bill.period_end)
        statement = bill_pdf.Statement(self.backend.coop, visit.member, account, explained, months)
        body = await asyncio.to_thread(bill_pdf.build_pdf, statement)  # to_thread passes the language on
        return respond_pdf(body, f"bill-{bill.number}")

    async def _find(self, visit: Visit, number: str) -> tuple[Account, Bill]:
        """A bill of any of the member's accounts. Raises NotFound for another's, as for one that there is not."""
        own = {account.id: account for account in visit.accounts}
        async with self.backend.db.read_session() as session:
            bill = await session.scalar(select(Bill).where(Bill.number == number, Bill.account_id.in_(own)))
        if bill is None:
            raise NotFound()
        turn_to(own[bill.account_id])
        return own[bill.account_id], bill

    async def _unpaid(self, account: Account) -> dict[int, int] | None:
        """The cents that are left on each unpaid bill, by its id; None while that is not known."""
        await self.backend.billing.refresh(self.backend.db, account.id)
        async with self.backend.db.read_session() as session:
            try:
                owed = await self.backend.billing.balance(session, account.id, self.backend.today())
            except FiguresUnknown:
                return None
            issued = await bills.list_bills(session, account.id)
            beside = sorted([*await list_charges(session, account.id), *await list_given_back(session, account.id)])
        return {bill.id: cents for bill, cents in bills.unpaid_bills(issued, owed.amount_due_cents, beside)}
