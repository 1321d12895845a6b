"""Issuing bills, listing them, and which of them are unpaid. Amounts are cents, days the co-op's local dates."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing import ledger
from backend.billing.ledger import LedgerLine
from backend.billing.models import Bill
from backend.errors import MemberlineError


class InvalidBill(MemberlineError):
    """A bill whose lines do not add up to its amount."""

    code = "bill_lines"


async def issue(session: AsyncSession, bill: Bill, *, at: datetime) -> Bill:
    """Write the bill and book it as owed. Raises InvalidBill when its lines do not sum to its amount."""
    if bill.lines and sum(line["cents"] for line in bill.lines) != bill.amount_cents:
        raise InvalidBill(f"bill {bill.number}: its lines do not sum to {bill.amount_cents} cents")
    session.add(bill)
    if bill.amount_cents:
        entries = [LedgerLine(ledger.RECEIVABLE, bill.amount_cents), LedgerLine(ledger.REVENUE, -bill.amount_cents)]
        await ledger.write_booking(
            session, f"bill:{bill.number}", entries, account_id=bill.account_id, at=at, memo="Electric bill"
        )
    return bill


async def list_bills(session: AsyncSession, account_id: int) -> Sequence[Bill]:
    """Every bill of the account, in the order of their due dates."""
    query = select(Bill).where(Bill.account_id == account_id).order_by(Bill.due_on, Bill.id)
    return (await session.scalars(query)).all()


async def list_newest_bills(session: AsyncSession, account_id: int, start: int, count: int) -> Sequence[Bill]:
    """`count` bills, the newest first, leaving out the newest `start`."""
    query = select(Bill).where(Bill.account_id == account_id).order_by(Bill.issued_on.desc(), Bill.id.desc())
    return (await session.scalars(query.offset(start).limit(count))).all()


def unpaid_bills(
    issued: Iterable[Bill], due_cents: int, charges: Iterable[tuple[date, int]] = ()
) -> list[tuple[Bill, int]]:
    """Bills not fully covered, each with the cents left on it, in the order of `issued` (the oldest first).

    `due_cents` is what the account owes in all: payments cover what is oldest first. `charges` are (day, cents) of what
    is owed beside the bills, such as late fees, the oldest first.
    """
    owed = _list_owed(issued, charges)
    covered = sum(amount for _bill, amount in owed) - due_cents
    found: list[tuple[Bill, int]] = []
    for bill, amount in owed:
        left = amount - covered
        covered = max(0, -left)
        if left > 0 and bill is not None:
            # money owed outside of any bill must not make a bill look larger than it was
            found.append((bill, min(left, amount)))
    return found


def _list_owed(issued: Iterable[Bill], charges: Iterable[tuple[date, int]]) -> list[tuple[Bill | None, int]]:
    """Bills and charges with their cents, in the order in which payments cover them."""
    waiting = deque(charges)
    owed: list[tuple[Bill | None, int]] = []
    for bill in issued:
        if bill.amount_cents <= 0:
            continue  # a credit bill (more power fed in than used) covers others as a payment does
        while waiting and waiting[0][0] < bill.issued_on:
            owed.append((None, waiting.popleft()[1]))
        owed.append((bill, bill.amount_cents))
    return owed + [(None, cents) for _day, cents in waiting]
