"""Stripe's words for a failure, as the codes that the rest of the product knows."""

from __future__ import annotations

from typing import Any

RETURN_CODES = {
    "insufficient_funds": "R01",
    "account_closed": "R02",
    "no_account": "R03",
    "incorrect_account_details": "R03",
    "invalid_account_number": "R04",
    "customer_initiated": "R08",
    "debit_not_authorized": "R10",
    "bank_ownership_changed": "R12",
    "bank_account_restricted": "R16",
    "invalid_currency": "R20",
    "bank_cannot_process": "R20",
}
"""Failure codes of ACH debits, and reasons of their disputes, to Nacha's return codes."""
UNKNOWN_RETURN = "R31"
DISPUTE_LOST = "dispute"
"""Of a card: its bank took the money back after the holder objected. Nacha has no code for that."""
NEEDS_HOLDER = "authentication_required"
"""The bank wants the holder on a page (3-D Secure), or to verify two small deposits."""


def find_decline_code(error: Any) -> str:
    """Why a card was refused, from an intent's last_payment_error or an error body: its decline code, else its code."""
    code = _get(error, "code")
    if code == NEEDS_HOLDER:
        return NEEDS_HOLDER
    return str(_get(error, "decline_code") or code or "declined")[:40]


def find_return_code(error: Any) -> str:
    """Nacha's code for a debit that a bank sent back."""
    found = (RETURN_CODES.get(str(_get(error, name))) for name in ("decline_code", "code", "reason"))
    return next((code for code in found if code), UNKNOWN_RETURN)


def _get(error: Any, name: str) -> Any:
    return error.get(name) if isinstance(error, dict) else getattr(error, name, None)
