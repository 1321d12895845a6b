"""Rows of payments.csv about what the office did at /staff/money: payments at the counter, and refunds.

Both are in the balance already, and must not count twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from backend.payments.alike import NEAR
from backend.payments.check_numbers import check_number
from backend.payments.failed_refunds import GIVEN_KEY
from backend.payments.models import CounterPayment, PaymentRefund
from backend.posting.models import QueuedPosting
from backend.syncing.feed import Feed

MATCHED_STATUSES = ("undone", "booked")  # one that waits for a second person is refused there once the row is booked
COUNTER_KINDS = ("payment", "return")
REFUND_KINDS = ("return", "adjustment")
SAME_CHECK_WITHIN = timedelta(days=60)
"""Between the day at the counter and the day in the file; receipt numbers may begin again each year."""


@dataclass(frozen=True, slots=True)
class KnownOfficeMoney:
    """Payments by confirmation number and by key; by account id and cents; and by these and the number of the check.
    Refunds by confirmation number and by key. `sent_back` are keys of payments whose being taken off goes to the other
    system as a return."""

    by_number: dict[str, CounterPayment] = field(default_factory=dict)
    by_amount: dict[tuple[int, int], list[CounterPayment]] = field(default_factory=dict)
    by_check: dict[tuple[int, int, str], CounterPayment] = field(default_factory=dict)
    refunds: dict[str, PaymentRefund] = field(default_factory=dict)
    sent_back: set[str] = field(default_factory=set)

    def find(self, row: dict[str, Any], own_reference: str) -> CounterPayment | PaymentRefund | None:
        """What the row is about: the same number, or the same account, amount and check."""
        if row["kind"] in (*REFUND_KINDS, "payment") and own_reference in self.refunds:
            return self.refunds[own_reference]  # as a payment it is one that failed, booked back
        if row["kind"] not in COUNTER_KINDS:
            return None
        if payment := self.by_number.get(own_reference):
            return payment
        payment = self.by_check.get((row["id"], row["amount_cents"], check_number(row["reference"])))
        is_near = payment is not None and abs(row["posted_on"] - payment.received_on) <= SAME_CHECK_WITHIN
        return payment if is_near else None

    def find_alike(self, row: dict[str, Any]) -> CounterPayment | None:
        """A booked one of the same account, amount and about the same day that no number tells apart from the row."""
        for payment in self.by_amount.get((row["id"], row["amount_cents"]), []):
            if (
                payment.status == "booked"
                and abs(row["posted_on"] - payment.received_on) <= NEAR
                and not (check_number(payment.reference) and check_number(row["reference"]))
            ):
                return payment
        return None

    @property
    def account_ids(self) -> set[int]:
        payments = {payment.account_id for payment in self.by_number.values()}
        return payments | {refund.account_id for refund in self.refunds.values()}


async def find_office_money(
    feed: Feed, rows: Sequence[dict[str, Any]], own_references: Collection[str]
) -> KnownOfficeMoney:
    """`own_references` are those of the rows as confirmation numbers or keys."""
    accounts = {row["id"] for row in rows}
    query = select(CounterPayment).where(
        CounterPayment.status.in_(MATCHED_STATUSES),
        or_(
            CounterPayment.account_id.in_(accounts),
            CounterPayment.confirmation.in_(own_references),
            CounterPayment.key.in_(own_references),
        ),
    )
    known = KnownOfficeMoney()
    # a check that was taken off and booked again is the booked one
    found = sorted(await feed.session.scalars(query), key=lambda each: (MATCHED_STATUSES.index(each.status), each.id))
    for payment in found:
        known.by_number[payment.confirmation] = known.by_number[payment.key] = payment
        known.by_amount.setdefault((payment.account_id, payment.amount_cents), []).append(payment)
        if number := check_number(payment.reference):
            known.by_check[payment.account_id, payment.amount_cents, number] = payment
    undone = [f"return:{payment.key}" for payment in found if payment.status == "undone"]
    sent_back = await feed.session.scalars(select(QueuedPosting.key).where(QueuedPosting.key.in_(undone)))
    known.sent_back.update(key.removeprefix("return:") for key in sent_back)
    keys = {each.removeprefix(GIVEN_KEY) for each in own_references}
    named = PaymentRefund.confirmation.in_(own_references) | PaymentRefund.key.in_(keys)
    for refund in await feed.session.scalars(select(PaymentRefund).where(named)):
        known.refunds[refund.confirmation] = known.refunds[refund.key] = refund
        known.refunds[f"{GIVEN_KEY}{refund.key}"] = refund
    return known


def list_differences(
    row: dict[str, Any], ours: CounterPayment | PaymentRefund, sent_back: Collection[str]
) -> list[str]:
    """What the co-op's own system says otherwise about it."""
    if isinstance(ours, PaymentRefund):
        return _list_refund_differences(row, ours)
    if row["kind"] == "return":
        return [] if ours.status == "undone" else ["taken back there, booked here: take it off at /staff/money"]
    found = []
    if row["amount_cents"] != ours.amount_cents:
        found.append(f"{row['amount_cents']} cents there, {ours.amount_cents} cents here")
    if row["status"] == "void":
        found.append(f"void there, {ours.status} here")
    elif ours.status == "undone" and ours.key not in sent_back:
        found.append("posted there, taken off here")
    return found


def _list_refund_differences(row: dict[str, Any], refund: PaymentRefund) -> list[str]:
    if row["kind"] == "payment":
        is_back = refund.status == "failed" and refund.accepted_at is not None
        return [] if is_back else [f"a refund that is booked back there, {refund.status} here"]
    found = []
    if row["amount_cents"] not in (refund.amount_cents, refund.total_cents, refund.handled_cents, refund.given_cents):
        found.append(f"a refund of {row['amount_cents']} cents there, {refund.amount_cents} cents here")
    if row["status"] == "void":
        found.append(f"a refund that is void there, {refund.status} here")
    elif refund.handled_cents is None and (refund.accepted_at is None or refund.status == "failed"):
        found.append(f"a refund that is booked there, {refund.status} here")
    return found
