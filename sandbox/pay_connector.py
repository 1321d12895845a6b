"""The network's end of a carrier's connector: it takes what a caller keyed in, and gives a token for it.

The exchange has the names of Twilio's Generic Pay Connector. Like the hosted page it takes public test numbers alone,
and keeps none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sandbox.entry_form import FormResult, check_bank, check_card

HOLDER = "Keyed in on the phone"
"""<Pay> asks for no name."""
REFUSALS = {
    "number": "card is declined",
    "expiry": "expired card",
    "cvc": "incorrect security code",
    "zip": "incorrect postal code",
    "routing": "invalid routing number",
    "account": "invalid account number",
}
"""The network's words for a refusal, by the field that is wrong."""


def check_request(body: Mapping[str, object], today: date) -> FormResult:
    """Check a request to make a token; the errors are by field, as on the hosted page."""
    text = {name: str(value) for name, value in body.items()}
    if text.get("method") == "ach-debit":
        account = text.get("bank_account_number", "")
        return check_bank(
            {
                "name": HOLDER,
                "routing": text.get("bank_routing_number", ""),
                "account": account,
                "account_again": account,
            }
        )
    return check_card(
        {
            "name": HOLDER,
            "number": text.get("cardnumber", ""),
            "expiry": f"{text.get('expiry_month', '')}/{text.get('expiry_year', '')}",
            "cvc": text.get("cvv", ""),
            "zip": text.get("postal_code", ""),
        },
        today,
    )


def describe_refusal(checked: FormResult) -> str:
    return next((REFUSALS[name] for name in checked.errors if name in REFUSALS), "invalid request")
