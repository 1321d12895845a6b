"""The built-in billing provider, on our own bills and ledger."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing import bills, ledger
from backend.billing.ledger import LedgerLine
from backend.config import Settings
from backend.payments.outside_entries import total_charged_outside
from backend.providers.billing.base import AccountBalance, PaymentFact


class BuiltinBilling:
    """The balance is the receivable book; payments cover the oldest bill first."""

    async def balance(self, session: AsyncSession, account_id: int, today: date) -> AccountBalance:
        due = await ledger.receivable_balance(session, account_id)
        beside = await total_charged_outside(session, account_id)
        unpaid = bills.unpaid_bills(await bills.list_bills(session, account_id), due - beside)
        past_due = sum(left for bill, left in unpaid if bill.due_on < today)
        coming = next((bill.due_on for bill, _ in unpaid if bill.due_on >= today), None)
        return AccountBalance(due, unpaid[0][0].due_on if unpaid else None, past_due, coming)

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
        reversed_entries = [LedgerLine(entry.book, -entry.amount_cents) for entry in _entries(payment)]
        await ledger.write_booking(
            session,
            f"return:{payment.key}",
            reversed_entries,
            account_id=payment.account_id,
            at=payment.at,
            memo="Payment returned by the bank",
        )


def create(settings: Settings) -> BuiltinBilling:
    return BuiltinBilling()


def _entries(payment: PaymentFact) -> list[LedgerLine]:
    return [
        LedgerLine(ledger.CLEARING, payment.amount_cents + payment.fee_cents),
        LedgerLine(ledger.RECEIVABLE, -payment.amount_cents),
        LedgerLine(ledger.FEES, -payment.fee_cents),
    ]
