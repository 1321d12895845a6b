"""What must be true of our books and the network's, whatever happened. Amounts are cents."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from backend.app import Backend
from backend.audit import service as audit
from backend.billing import ledger
from backend.billing.models import Bill
from backend.payments.models import STATUS_TRANSITIONS, Payment
from tests.backend.network import DirectNetwork


async def check_at_any_instant(backend: Backend, network: DirectNetwork, seen: dict[int, str]) -> None:
    """`seen` is each payment's status when last looked; it is brought up to date."""
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await audit.verify(session) is None
        payments = list(await session.scalars(select(Payment)))
    for payment in payments:
        before = seen.get(payment.id, "started")
        assert payment.status in _reachable(before), f"{before} became {payment.status}"
        seen[payment.id] = payment.status
    ours = {payment.key for payment in payments}
    theirs = {row["key"] for row in network.database.all("select key from charges")}
    assert theirs <= ours, "the network has a charge of which there is no record"


async def check_when_settled(backend: Backend, network: DirectNetwork) -> None:
    """Nothing lost, nothing twice, and both sides tell the same story."""
    async with backend.db.read_session() as session:
        payments = list(await session.scalars(select(Payment)))
        billed = int(await session.scalar(select(func.coalesce(func.sum(Bill.amount_cents), 0))) or 0)
        assert await ledger.book_total(session, ledger.CLEARING) == network.taken_cents()
        posted = sum(payment.amount_cents for payment in payments if payment.status == "posted")
        assert await ledger.book_total(session, ledger.RECEIVABLE) == billed - posted
    for payment in payments:
        row = network.database.all("select status, amount_cents from charges where key = ?", payment.key)
        status = row[0]["status"] if row else "voided"
        assert payment.status == status
        assert not row or row[0]["amount_cents"] == payment.total_cents
    assert network.held() == []
    assert max(Counter(payment.confirmation for payment in payments).values(), default=1) == 1


def _reachable(status: str) -> set[str]:
    """Where a payment may be after any number of steps from `status`, standing still included."""
    found = {status}
    for step in STATUS_TRANSITIONS[status]:
        found |= _reachable(step)
    return found
