"""Payments and bills as rows of a table and as words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from actions.turn import Turn
from backend.billing.models import Bill
from backend.money import format_cents
from backend.payments.models import Payment, PaymentMethod

STATUS = {
    "started": "on its way",
    "authorised": "on its way",
    "posted": "posted",
    "declined": "declined",
    "returned": "returned by the bank",
    "voided": "voided",
}


@dataclass(frozen=True)
class Listed:
    """One item: its words for the channel, and its cells under `head`."""

    words: str
    cells: list[str]
    head: list[str]


PAYMENT_HEAD = ["Date", "Amount", "Paid with", "Confirmation", "Status"]
BILL_HEAD = ["Bill of", "Amount", "Due", "kWh"]


async def payment_rows(payments: Sequence[Payment], turn: Turn) -> list[Listed]:
    return [await _payment(payment, turn) for payment in payments]


async def _payment(payment: Payment, turn: Turn) -> Listed:
    method = await turn.session.get_one(PaymentMethod, payment.method_id)
    on = payment.posted_on or payment.created_at.astimezone(turn.backend.coop.zone).date()
    amount, status = format_cents(payment.amount_cents + payment.fee_cents), STATUS[payment.status]
    cells = [_day(on), amount, method.label, payment.confirmation, status]
    if turn.channel == "voice":
        said = "" if payment.status == "posted" else f", {status}"
        return Listed(f"On {spoken(on)}, {amount}{said}, confirmation {payment.confirmation}.", cells, PAYMENT_HEAD)
    return Listed(f"{_day(on)} {amount} {payment.confirmation} {status}", cells, PAYMENT_HEAD)


def bill_rows(bills: Sequence[Bill], turn: Turn) -> list[Listed]:
    return [_bill(bill, turn) for bill in bills]


def _bill(bill: Bill, turn: Turn) -> Listed:
    amount = format_cents(bill.amount_cents)
    cells = [_day(bill.issued_on), amount, _day(bill.due_on), f"{bill.kwh:,}"]
    if turn.channel == "voice":
        words = f"The bill of {spoken(bill.issued_on)}: {amount} for {bill.kwh} kWh, due {spoken(bill.due_on)}."
    else:
        words = f"{_day(bill.issued_on)} {amount}, {bill.kwh:,} kWh, due {bill.due_on:%b} {bill.due_on.day}"
    return Listed(words, cells, BILL_HEAD)


def _day(on: date) -> str:
    """`Nov 3, 2026`."""
    return f"{on:%b} {on.day}, {on.year}"


def spoken(on: date) -> str:
    return f"{on:%B} {on.day}"
