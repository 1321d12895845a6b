"""Formats the day, the start, the fee and the next run of automatic payments, for the talk and for pages."""

from __future__ import annotations

from datetime import date, timedelta

from backend.autopay.schedule import first_run_day
from backend.autopay.service import NextRun
from backend.billing.models import Bill
from backend.coop import Coop
from backend.language import ENGLISH, current_language, format_day, tr
from backend.money import format_cents
from backend.payments.models import PaymentMethod

ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def format_ordinal(day: int) -> str:
    """`15th`; in Spanish a day of the month is a plain number."""
    return f"{day}{ENDINGS.get(day, 'th')}" if current_language() == ENGLISH else str(day)


def format_run_day(day_of_month: int | None) -> str:
    """`on the 15th of each month`, as the member agrees to it."""
    if day_of_month is None:
        return tr("on the due date of each bill")
    if day_of_month > 28:
        return tr("on the {day} of each month (the last day of a shorter month)", day=format_ordinal(day_of_month))
    return tr("on the {day} of each month", day=format_ordinal(day_of_month))


def format_next_run(coming: NextRun | None, today: date) -> str:
    if coming is None:
        return tr("The next run is on the due date of your next bill.")
    day = format_day(coming.on, today)
    if coming.amount_cents:
        return tr("The next run is {day}, {amount} as of now.", day=day, amount=format_cents(coming.amount_cents))
    return tr("The next run is {day}.", day=day)


def format_coming(coming: NextRun | None, today: date) -> str:
    """The day and the amount alone, to stand beside the words `Next run`."""
    if coming is None:
        return tr("on the due date of your next bill")
    day = format_day(coming.on, today)
    if coming.amount_cents:
        return tr("{day}, {amount} as of now", day=day, amount=format_cents(coming.amount_cents))
    return day


def format_bill(bill: Bill, cents: int, today: date) -> str:
    """One open bill by its amount and due date."""
    amount, day = format_cents(cents), format_day(bill.due_on, today)
    if bill.due_on < today:
        return tr("the late bill of {amount}, which was due {day}", amount=amount, day=day)
    return tr("the bill of {amount} due {day}", amount=amount, day=day)


def format_start(coop: Coop, today: date, next_run: NextRun | None, starts_on: date | None = None) -> str:
    """The start, for a read-back. Nothing runs before `starts_on`, or without it before the first day possible."""
    if next_run is None:
        first = starts_on or first_run_day(today, coop)
        return tr("starting with the first bill due after {day}", day=format_day(first - timedelta(days=1), today))
    return tr("starting {day}", day=format_day(next_run.on, today))


def format_fee(coop: Coop, method: PaymentMethod) -> str:
    """The fee, with a space before it; empty for none."""
    fee = coop.fee_cents(method.kind)
    return tr(" plus a fee of {fee}", fee=format_cents(fee)) if fee else ""
