"""The double-entry ledger. Every booking is a set of entries under one correlation that sum to zero cents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import LedgerEntry
from backend.errors import MemberlineError

RECEIVABLE, REVENUE, CLEARING, FEES, OUTSIDE = "receivable", "revenue", "clearing", "fees", "outside"
BOOKS = frozenset({RECEIVABLE, REVENUE, CLEARING, FEES, OUTSIDE})


class UnbalancedBooking(MemberlineError):
    """A booking that does not sum to zero: a bug, and never written."""

    code = "unbalanced_booking"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of a booking; a positive `amount_cents` is a debit of `book`."""

    book: str
    amount_cents: int


async def write_booking(
    session: AsyncSession,
    correlation: str,
    entries: Sequence[LedgerLine],
    *,
    account_id: int,
    at: datetime,
    memo: str = "",
) -> None:
    """Write one booking. The database refuses the same correlation a second time (IntegrityError)."""
    lines = [entry for entry in entries if entry.amount_cents]
    _check_balanced(correlation, lines)
    session.add_all(
        LedgerEntry(
            correlation=correlation,
            book=line.book,
            account_id=account_id,
            amount_cents=line.amount_cents,
            at=at,
            memo=memo,
        )
        for line in lines
    )
    await session.flush()


def _check_balanced(correlation: str, lines: Sequence[LedgerLine]) -> None:
    if not lines or sum(line.amount_cents for line in lines) != 0:
        raise UnbalancedBooking(f"{correlation} does not sum to zero: {lines}")
    if any(line.book not in BOOKS for line in lines):
        raise UnbalancedBooking(f"{correlation} names an unknown book: {lines}")


async def receivable_balance(session: AsyncSession, account_id: int) -> int:
    """What the account owes in cents; negative is a credit."""
    return await book_total(session, RECEIVABLE, account_id)


async def book_total(session: AsyncSession, name: str, account_id: int | None = None) -> int:
    """The sum of one book in cents, of one account or of all."""
    query = select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(LedgerEntry.book == name)
    if account_id is not None:
        query = query.where(LedgerEntry.account_id == account_id)
    return int(await session.scalar(query) or 0)


async def find_imbalances(session: AsyncSession) -> list[str]:
    """Correlations that do not sum to zero: always empty, or rows of the ledger were changed by hand."""
    query = (
        select(LedgerEntry.correlation)
        .group_by(LedgerEntry.correlation)
        .having(func.sum(LedgerEntry.amount_cents) != 0)
        .order_by(LedgerEntry.correlation)
    )
    return list(await session.scalars(query))
