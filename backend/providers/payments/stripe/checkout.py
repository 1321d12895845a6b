"""Stripe's hosted page (Checkout in setup mode): it keeps a card or bank account, and no number passes through us."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from backend.language import SPANISH, current_language
from backend.money import format_cents
from backend.providers.payments.base import EntryResult, ProviderRejected
from backend.providers.payments.stripe.client import find_expanded, read_id

PAGE_ORIGIN = "https://checkout.stripe.com"
SESSION_ID = re.compile(r"cs_[A-Za-z0-9_]{1,200}")
METHOD_ID = re.compile(r"pm_[A-Za-z0-9_]{1,100}")
LONGEST_TEXT = 1200
"""Characters of custom_text."""
CARD_BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}


def is_session_id(entry_id: str) -> bool:
    return SESSION_ID.fullmatch(entry_id) is not None


def is_method_id(token: str) -> bool:
    return METHOD_ID.fullmatch(token) is not None


def build_session_request(reference: str, amount_cents: int, description: str, return_url: str) -> dict[str, Any]:
    """A page that keeps a method. It charges nothing itself: the amount is shown, and charged after the read-back.

    Wallets of the member's device (Apple Pay, Google Pay, Link) are offered with the cards. May raise ProviderRejected.
    """
    parts = urlsplit(return_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s\x00-\x1f]", return_url):
        raise ProviderRejected("invalid_request", "The way back must be a web address.")
    amount = f" {format_cents(amount_cents)}." if amount_cents else ""
    return {
        "mode": "setup",
        "currency": "usd",
        "payment_method_types": ["card", "us_bank_account"],
        # the other way, two small deposits, takes days: longer than a pay link lives
        "payment_method_options": {"us_bank_account": {"verification_method": "instant"}},
        "customer_creation": "always",  # a method without a customer can be used once only
        "client_reference_id": reference,
        "custom_text": {"submit": {"message": f"{description}: account {reference}.{amount}"[:LONGEST_TEXT]}},
        "success_url": return_url,
        "cancel_url": return_url,
        # without it the page has the language of the browser
        **({"locale": SPANISH} if current_language() == SPANISH else {}),
    }


def read_entry_result(session: Any) -> EntryResult:
    """What the member left on the page. A bank account that waits for its two small deposits is still pending."""
    if getattr(session, "status", None) == "expired":
        return EntryResult("abandoned")
    setup = find_expanded(session, "setup_intent")
    method = find_expanded(setup, "payment_method") if setup else None
    if session.status != "complete" or setup is None or setup.status != "succeeded" or method is None:
        return EntryResult("pending")
    return describe_method(method, read_id(session, "customer"))


def describe_method(method: Any, customer: str) -> EntryResult:
    """What may be kept of a payment method, with the token that charges it; `customer` may be empty."""
    token = f"{customer}:{method.id}"
    if method.type == "card":
        card = method.card
        brand = CARD_BRANDS.get(card.brand, "Card")
        return EntryResult("complete", f"card:{token}", "card", brand, card.last4, card.exp_month, card.exp_year)
    bank = method.us_bank_account
    return EntryResult("complete", f"bank:{token}", "bank", bank.account_type or "checking", bank.last4)
