"""Formats the day and the next run of automatic payments."""

from __future__ import annotations

from datetime import date

from backend.autopay.service import NextRun
from backend.language import ENGLISH, current_language, format_day, tr
from backend.money import format_cents

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
