"""Payments and bills as sentences and as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

from actions.turn import Turn
from backend.billing.models import Account, Bill
from backend.language import format_day_of_month, format_short_date, join_words, mark, tr
from backend.money import format_balance, format_cents
from backend.payments.groups import list_paid_with
from backend.payments.models import Payment, PaymentMethod
from backend.payments.past_payments import PastPayment, describe_source, is_paid_at_counter

STATUS_LABELS = {
    "started": mark("on its way"),
    "authorized": mark("on its way"),
    "posted": mark("posted"),
    "declined": mark("declined"),
    "returned": mark("returned by the bank"),
    "voided": mark("not taken"),
}


@dataclass(frozen=True)
class HistoryRow:
    """A payment or bill: its words for the channel, and its cells under the titles `head`."""

    words: str
    cells: list[str]
    head: list[str]


PAYMENT_HEAD = (mark("Date"), mark("Amount"), mark("Paid with"), mark("Confirmation"), mark("Status"))
BILL_HEAD = (mark("Bill of"), mark("Amount"), mark("Due"), "kWh")


async def build_payment_row(payment: PastPayment, turn: Turn) -> HistoryRow:
    if isinstance(payment, Payment):
        label = (await turn.session.get_one(PaymentMethod, payment.method_id)).label
    else:
        label = describe_source(payment)
    on = payment.posted_on or payment.created_at.astimezone(turn.backend.coop.zone).date()
    amount = format_cents(payment.amount_cents + payment.fee_cents)
    posted = tr(STATUS_LABELS[payment.status])
    if isinstance(payment, Payment) and (others := await list_paid_with(turn.session, payment)):
        accounts = [(await turn.session.get_one(Account, other.account_id)).separator for other in others]
        posted = tr("{status}, together with account {accounts}", status=posted, accounts=join_words(accounts))
    cells = [format_short_date(on, year=True), amount, label, payment.confirmation, posted]
    status = tr("paid at the counter") if is_paid_at_counter(payment) else posted
    words = " ".join([cells[0], amount, payment.confirmation, status])
    if turn.channel == "voice":
        words = tr(
            "On {day}, {amount}{status}, confirmation {confirmation}.",
            day=format_day_of_month(on),
            amount=amount,
            status=f", {status}" if payment.status != "posted" or is_paid_at_counter(payment) else "",
            confirmation=payment.confirmation,
        )
    return HistoryRow(words, cells, [tr(word) for word in PAYMENT_HEAD])


def build_bill_row(bill: Bill, turn: Turn) -> HistoryRow:
    amount = format_balance(bill.amount_cents)  # a bill of more power fed in than used is a credit, and never due
    is_credit = bill.amount_cents < 0
    cells = [
        format_short_date(bill.issued_on, year=True),
        amount,
        "" if is_credit else format_short_date(bill.due_on, year=True),
        f"{bill.kwh:,}",
    ]
    if is_credit and turn.channel == "voice":
        day = format_day_of_month(bill.issued_on)
        words = tr("The bill of {day}: {amount} for {kwh} kWh.", day=day, amount=amount, kwh=bill.kwh)
    elif is_credit:
        words = tr("{day} {amount}, {kwh} kWh", day=cells[0], amount=amount, kwh=cells[3])
    elif turn.channel == "voice":
        words = tr(
            "The bill of {day}: {amount} for {kwh} kWh, due {due}.",
            day=format_day_of_month(bill.issued_on),
            amount=amount,
            kwh=bill.kwh,
            due=format_day_of_month(bill.due_on),
        )
    else:
        words = tr(
            "{day} {amount}, {kwh} kWh, due {due}",
            day=cells[0],
            amount=amount,
            kwh=cells[3],
            due=format_short_date(bill.due_on),
        )
    return HistoryRow(words, cells, [tr(word) for word in BILL_HEAD])
