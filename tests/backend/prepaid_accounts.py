"""Prepaid accounts in our own books."""

from __future__ import annotations

from backend.app import Backend
from backend.billing import ledger
from backend.billing.ledger import LedgerLine
from backend.billing.models import PrepaidAccount
from tests.backend.household import NOW, Household


async def make_prepaid(backend: Backend, home: Household, left_cents: int, daily_cents: int | None = 400) -> None:
    """Make the account, which owes nothing, a prepaid one with this much left."""
    async with backend.db.transaction() as session:
        session.add(PrepaidAccount(account_id=home.account_id, daily_cents=daily_cents))
        lines = [LedgerLine(ledger.RECEIVABLE, -left_cents), LedgerLine(ledger.REVENUE, left_cents)]
        await ledger.write_booking(session, "opening:prepaid", lines, account_id=home.account_id, at=NOW)
