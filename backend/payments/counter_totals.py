"""What the office took at the counter on a day, by kind and clerk: the total that its drawer has to have.

A payment belongs to the day on which it was booked, so that each is in the totals of one day, also one that was
received on an earlier day. What was taken off belongs to the day on which it was taken off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.payments.models import CounterPayment, PaymentRefund

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(slots=True)
class CounterTotal:
    """Of one kind (cash, check, money_order) and clerk; cents are above zero. `waiting` are not booked yet: their money
    is in the drawer, and a second person has to approve them."""

    kind: str
    clerk: str
    taken: int = 0
    taken_cents: int = 0
    taken_off: int = 0
    taken_off_cents: int = 0
    waiting: int = 0
    waiting_cents: int = 0
    given_back: int = 0
    given_back_cents: int = 0
    """Cash that was given for a refund which failed."""

    @property
    def net_cents(self) -> int:
        return self.taken_cents - self.taken_off_cents - self.given_back_cents


@dataclass(frozen=True, slots=True)
class CounterLine:
    """One movement of a drawer on a day, to be ticked off; cents are negative for what left the drawer."""

    kind: str
    clerk: str
    at: datetime
    cents: int
    what: Literal["taken", "taken off", "waits for a second person", "given back"]
    confirmation: str
    reference: str
    account: str


async def list_counter_totals(session: AsyncSession, backend: Backend, on: date) -> list[CounterTotal]:
    """The totals of `on`, the co-op's local date, by kind and then by clerk."""
    found: dict[tuple[str, str], CounterTotal] = {}
    for line in await list_counter_day(session, backend, on):
        total = found.setdefault((line.kind, line.clerk), CounterTotal(line.kind, line.clerk))
        match line.what:
            case "taken":
                total.taken, total.taken_cents = total.taken + 1, total.taken_cents + line.cents
            case "taken off":
                total.taken_off, total.taken_off_cents = total.taken_off + 1, total.taken_off_cents - line.cents
            case "given back":
                total.given_back, total.given_back_cents = total.given_back + 1, total.given_back_cents - line.cents
            case _:
                total.waiting, total.waiting_cents = total.waiting + 1, total.waiting_cents + line.cents
    return [found[key] for key in sorted(found)]


async def list_counter_day(session: AsyncSession, backend: Backend, on: date) -> list[CounterLine]:
    """Each payment of the totals of `on`, by kind, clerk and time."""
    start = datetime.combine(on, time(0), backend.coop.zone).astimezone(UTC)
    end = datetime.combine(on + timedelta(days=1), time(0), backend.coop.zone).astimezone(UTC)
    found: list[CounterLine] = []
    query = select(CounterPayment, Account.number).join(Account, Account.id == CounterPayment.account_id)
    columns = (CounterPayment.booked_at, CounterPayment.undone_at, CounterPayment.asked_at)
    of_day = or_(*(and_(column >= start, column < end) for column in columns))
    for item, account in await session.execute(query.where(of_day)):
        shown = (item.confirmation, item.reference, account)
        undone_by = item.undone_by or item.asked_by
        if item.booked_at is not None and start <= item.booked_at < end:
            found.append(CounterLine(item.kind, item.asked_by, item.booked_at, item.amount_cents, "taken", *shown))
        if item.undone_at is not None and start <= item.undone_at < end:
            found.append(CounterLine(item.kind, undone_by, item.undone_at, -item.amount_cents, "taken off", *shown))
        if item.status == "requested":
            line = CounterLine(
                item.kind, item.asked_by, item.asked_at, item.amount_cents, "waits for a second person", *shown
            )
            found.append(line)
    given = select(PaymentRefund, Account.number).join(Account, Account.id == PaymentRefund.account_id)
    given = given.where(
        PaymentRefund.handled_as == "cash", PaymentRefund.handled_at >= start, PaymentRefund.handled_at < end
    )
    for refund, account in await session.execute(given):
        assert refund.handled_at is not None
        by, at, cents = refund.handled_by or "", refund.handled_at, -(refund.handled_cents or 0)
        shown = (refund.confirmation, refund.handled_reference or "", account)
        found.append(CounterLine("cash", by, at, cents, "given back", *shown))
    return sorted(found, key=lambda line: (line.kind, line.clerk, line.at, line.confirmation))


def sum_by_kind(totals: Sequence[CounterTotal]) -> dict[str, int]:
    """Net cents of each kind of all clerks together."""
    sums: dict[str, int] = defaultdict(int)
    for total in totals:
        sums[total.kind] += total.net_cents
    return dict(sums)
