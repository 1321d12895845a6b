"""The built-in billing provider, on our own bills and ledger."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing import bills, ledger
from backend.billing.ledger import LedgerLine
from backend.billing.models import LedgerEntry, PrepaidAccount
from backend.billing.prepaid import count_days_left
from backend.config import Settings
from backend.db import Database
from backend.payments.outside_entries import list_charges
from backend.payments.refund_status import list_given_back
from backend.providers.billing.base import AccountBalance, CounterPaymentFact, PaymentFact, RefundFact
from backend.providers.billing.system import Prepaid


class BuiltinBilling:
    """The balance is the receivable book; payments cover the oldest bill first.

    What is left on a prepaid account is its credit in the same book: its daily use is booked against it.
    """

    async def refresh(self, db: Database, account_id: int) -> None:
        return None  # these books are the only ones

    async def balance(self, session: AsyncSession, account_id: int, today: date) -> AccountBalance:
        due, prepaid = await _read_account(session, account_id)
        if prepaid:
            return AccountBalance(due, None, 0, prepaid=prepaid)
        if due <= 0:
            return AccountBalance(due, None, 0, None)  # every bill is paid
        charges, given = await list_charges(session, account_id), await list_given_back(session, account_id)
        issued = await bills.list_bills(session, account_id)
        unpaid = bills.unpaid_bills(issued, due, charges)
        # what went back is owed since that day: a bill whose payment it was had been paid, and is not past due for it
        never_paid = bills.unpaid_bills(issued, due, sorted([*charges, *given])) if given else unpaid
        late = [(bill, left) for bill, left in never_paid if bill.due_on < today]
        coming = next((bill.due_on for bill, _ in unpaid if bill.due_on >= today), None)
        beside = due - sum(left for _, left in never_paid) - sum(cents for _, cents in charges)
        return AccountBalance(
            due,
            late[0][0].due_on if late else coming,
            sum(left for _, left in late),
            coming,
            given_back_cents=max(min(beside, sum(cents for _, cents in given)), 0),
        )

    async def payment_posted(self, session: AsyncSession, payment: PaymentFact) -> None:
        await ledger.write_booking(
            session,
            f"payment:{payment.key}",
            _entries(payment),
            account_id=payment.account_id,
            at=payment.at,
            memo="Payment",
        )

    async def payment_returned(self, session: AsyncSession, payment: PaymentFact) -> None:
        await ledger.write_booking(
            session,
            f"return:{payment.key}",
            _reverse(_entries(payment)),
            account_id=payment.account_id,
            at=payment.at,
            memo="Payment returned by the bank",
        )

    async def refund_made(self, session: AsyncSession, refund: RefundFact) -> None:
        await ledger.write_booking(
            session,
            f"refund:{refund.key}",
            _reverse(_entries(refund)),
            account_id=refund.account_id,
            at=refund.at,
            memo="Refund",
        )

    async def refund_undone(self, session: AsyncSession, refund: RefundFact) -> None:
        await ledger.write_booking(
            session,
            f"refund-failed:{refund.key}",
            _entries(refund),
            account_id=refund.account_id,
            at=refund.at,
            memo="Refund failed",
        )

    async def refund_given(self, session: AsyncSession, refund: RefundFact) -> None:
        await ledger.write_booking(
            session,
            f"refund-given:{refund.key}",
            [
                LedgerLine(ledger.ELSEWHERE, -refund.amount_cents - refund.fee_cents),
                LedgerLine(ledger.RECEIVABLE, refund.amount_cents),
                LedgerLine(ledger.FEES, refund.fee_cents),
            ],
            account_id=refund.account_id,
            at=refund.at,
            memo="Refund given by the office",
        )

    async def counter_payment_taken(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        await ledger.write_booking(
            session,
            f"elsewhere:{payment.key}",
            _counter_entries(payment),
            account_id=payment.account_id,
            at=payment.at,
            memo=payment.memo,
        )

    async def counter_payment_undone(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        await ledger.write_booking(
            session,
            f"elsewhere-undone:{payment.key}",
            _reverse(_counter_entries(payment)),
            account_id=payment.account_id,
            at=payment.at,
            memo=payment.memo,
        )

    async def close(self) -> None:
        return None


def create(settings: Settings) -> BuiltinBilling:
    return BuiltinBilling()


async def _read_account(session: AsyncSession, account_id: int) -> tuple[int, Prepaid | None]:
    """What the account owes in cents, and what is left if it is prepaid, in one query."""
    owed = select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(
        LedgerEntry.book == ledger.RECEIVABLE, LedgerEntry.account_id == account_id
    )
    daily = select(PrepaidAccount.daily_cents).where(PrepaidAccount.account_id == account_id)
    is_prepaid = daily.exists()
    row = (await session.execute(select(owed.scalar_subquery(), is_prepaid, daily.scalar_subquery()))).one()
    due = int(row[0])
    return due, Prepaid(-due, count_days_left(-due, row[2])) if row[1] else None


def _entries(payment: PaymentFact | RefundFact) -> list[LedgerLine]:
    return [
        LedgerLine(ledger.CLEARING, payment.amount_cents + payment.fee_cents),
        LedgerLine(ledger.RECEIVABLE, -payment.amount_cents),
        LedgerLine(ledger.FEES, -payment.fee_cents),
    ]


def _counter_entries(payment: CounterPaymentFact) -> list[LedgerLine]:
    return [
        LedgerLine(ledger.ELSEWHERE, payment.amount_cents),
        LedgerLine(ledger.RECEIVABLE, -payment.amount_cents),
    ]


def _reverse(entries: list[LedgerLine]) -> list[LedgerLine]:
    return [LedgerLine(entry.book, -entry.amount_cents) for entry in entries]
