"""The cards of the web page: what was paid, and what a member agrees to, set apart from the words around it.

The words beside a card say the same: a screen reader is told those, and a text message has nothing else. A response
asks for a card by its hint `card`; the other hints hold the values, in the language of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.language import mark, tr, use_language

RESULT_TITLES = {
    "paid": mark("Paid: {amount}"),
    "scheduled": mark("To be paid: {amount}"),
    "pending": mark("On its way: {amount}"),
    "declined": mark("Not paid: {amount}"),
}
"""By the state of a payment. A later card with the same number takes the place of the earlier one on the page."""
CONSENT_TITLES = {
    "autopay": mark("Auto Pay"),
    "draft": mark("Bank draft"),
    "paperless": mark("Paperless bills"),
    "budget": mark("Budget billing"),
    "levelized": mark("Levelized billing"),
    "arrangement": mark("Payment arrangement"),
}
"""By what is agreed to."""
FIXED_ROWS = {
    "autopay": {
        "amount": mark("The full amount then due"),
        "ends": mark("Here or at the office, two business days before a run"),
    },
    "draft": {
        "amount": mark("The full amount then due"),
        "day": mark("The due date of each bill"),
        "ends": mark("Here or at the office, two business days before a run"),
    },
    "paperless": {
        "starts": mark("With your next bill"),
        "ends": mark("Paper again at any time, at no cost"),
    },
    "budget": {
        "amount": mark("{amount} a month"),
        "starts": mark("With your next bill"),
        "ends": mark("You can leave at any time; what is left over is settled"),
    },
    "levelized": {
        "amount": mark("The average of that month and the 11 before, now {amount}"),
        "starts": mark("With your next bill"),
        "ends": mark("You can leave at any time; what is left over is settled"),
    },
    "arrangement": {"ends": mark("Say: cancel the arrangement. A part that is missed ends it too.")},
}
"""By what is agreed to: rows whose words are always the same."""
LABELS = {
    "account": mark("Account"),
    "amount": mark("Amount"),
    "fee": mark("Fee"),
    "plan": mark("Payments"),
    "method": mark("From"),
    "email": mark("Email"),
    "day": mark("Day"),
    "starts": mark("Starts"),
    "ends": mark("To end it"),
    "number": mark("Confirmation"),
}
"""By the name of a hint: the label of its row. The rows are in this order."""


def build_card(hints: Mapping[str, Any], language: str, public_url: str = "") -> dict[str, Any] | None:
    """`{"kind", "title", "rows": [[label, words]]}` in this language; None if the hints ask for no card.

    A payment's card also has `id`, its confirmation number, and `link`, the page of its receipt: who opens it signs in.
    `used` is the address of the secure page that it was paid on.
    """
    kind = str(hints.get("card") or "")
    with use_language(language):
        if kind in RESULT_TITLES:
            title = tr(RESULT_TITLES[kind], amount=str(hints.get("amount", "")))
            shown = {**hints, "amount": ""}  # the title has it
            used = {"used": hints["used"]} if hints.get("used") else {}
            return {
                "kind": kind,
                "title": title,
                "rows": _build_rows(shown),
                **used,
                **_link_receipt(hints, public_url),
            }
        if kind not in CONSENT_TITLES:
            return None
        fixed = {name: tr(words, amount=str(hints.get("amount", ""))) for name, words in FIXED_ROWS[kind].items()}
        return {"kind": "consent", "title": tr(CONSENT_TITLES[kind]), "rows": _build_rows({**hints, **fixed})}


def _build_rows(values: Mapping[str, Any]) -> list[list[str]]:
    return [[tr(label), _word_value(name, str(values[name]))] for name, label in LABELS.items() if values.get(name)]


def _word_value(name: str, words: str) -> str:
    """With a capital, except an email: it stays as it was given."""
    return words if name == "email" else words[:1].upper() + words[1:]


def _link_receipt(hints: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    number = str(hints.get("number") or "")
    if not number:
        return {}
    if hints["card"] not in ("paid", "scheduled") or not public_url:
        return {"id": number}
    link = {"url": f"{public_url}/portal/payments/{number}", "title": tr("See it in your account")}
    return {"id": number, "link": link}
