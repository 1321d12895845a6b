"""Rows of payments.csv about payments that the office has booked at /staff/money already: they must not count twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from backend.payments.models import CounterPayment
from backend.payments.outside_entries import check_number
from backend.syncing.feed import Feed

MATCHED_STATUSES = ("undone", "booked")  # one that waits for a second person is refused there once the row is booked
KINDS = ("payment", "return")
SAME_CHECK_WITHIN = timedelta(days=60)
"""Between the day at the counter and the day in the file; receipt numbers may begin again each year."""


@dataclass(frozen=True, slots=True)
class KnownCounterPayments:
    """By confirmation number; and by account id, cents and the number of the check."""

    by_number: dict[str, CounterPayment] = field(default_factory=dict)
    by_check: dict[tuple[int, int, str], CounterPayment] = field(default_factory=dict)

    def find(self, row: dict[str, Any], own_reference: str) -> CounterPayment | None:
        """The one that the row is about: the same number, or the same account, amount and check."""
        if row["kind"] not in KINDS:
            return None
        if payment := self.by_number.get(own_reference):
            return payment
        payment = self.by_check.get((row["id"], row["amount_cents"], check_number(row["reference"])))
        is_near = payment is not None and abs(row["posted_on"] - payment.received_on) <= SAME_CHECK_WITHIN
        return payment if is_near else None


async def find_counter_payments(
    feed: Feed, rows: Sequence[dict[str, Any]], own_references: Collection[str]
) -> KnownCounterPayments:
    """`own_references` are those of the rows as confirmation numbers."""
    query = select(CounterPayment).where(
        CounterPayment.status.in_(MATCHED_STATUSES),
        or_(
            CounterPayment.account_id.in_({row["id"] for row in rows}), CounterPayment.confirmation.in_(own_references)
        ),
    )
    known = KnownCounterPayments()
    # a check that was taken off and booked again is the booked one
    found = sorted(await feed.session.scalars(query), key=lambda each: (MATCHED_STATUSES.index(each.status), each.id))
    for payment in found:
        known.by_number[payment.confirmation] = payment
        if number := check_number(payment.reference):
            known.by_check[payment.account_id, payment.amount_cents, number] = payment
    return known


def list_differences(row: dict[str, Any], payment: CounterPayment) -> list[str]:
    """What the co-op's own system says otherwise about it."""
    if row["kind"] == "return":
        return [] if payment.status == "undone" else ["taken back there, booked here: take it off at /staff/money"]
    found = []
    if row["amount_cents"] != payment.amount_cents:
        found.append(f"{row['amount_cents']} cents there, {payment.amount_cents} cents here")
    if row["status"] == "void":
        found.append(f"void there, {payment.status} here")
    elif payment.status == "undone":
        found.append("posted there, taken off here")
    return found
