"""Reads a wish for the receipt of a payment by email, and which payment it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from backend.reading.dates.day_parsing import DayProblem, ParsedDay
from backend.reading.detectors import detector
from backend.reading.extract_all import extract_all
from backend.reading.money.amount import Amount

_MAIL = re.compile(r"\b(?:e-?mail\w*|mail|inbox|correo)\b", re.IGNORECASE)
_YESTERDAY = re.compile(r"\byesterday\b", re.IGNORECASE)
_names_receipt = detector(
    r"\b(?:receipts?|recibo|comprobante|proof of (?:my )?payment|bill de(?:l)? (?:my|pay|last|yesterday|\w+ \d))\b",
    unless=r"^\W*(?:do|does|did|will|is|are|where|when|why)\b",
)
"""A question such as `do I get a receipt` asks for none. English has `bill` for the Spanish word for both."""


@dataclass(frozen=True, slots=True)
class NamedPayment:
    """Cents and the co-op's local day by which a payment is named; None where it is not."""

    cents: int | None
    day: date | None


def wants_receipt_mailed(text: str) -> bool:
    """`Email me the receipt for the $40 payment`."""
    return _names_receipt(text) and _MAIL.search(text) is not None


def read_named_payment(text: str, today: date) -> NamedPayment:
    """By which amount and day a payment that was made is named."""
    values = extract_all(text, asked=None, today=today)
    cents = values.amount.cents if isinstance(values.amount, Amount) else None
    if _YESTERDAY.search(text):
        return NamedPayment(cents, today - timedelta(days=1))
    if isinstance(values.day, DayProblem):
        return NamedPayment(cents, values.day.past_day)
    return NamedPayment(cents, values.day.day if isinstance(values.day, ParsedDay) else None)
