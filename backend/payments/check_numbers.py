"""Numbers of checks, money orders and receipts, as clerks type them: what is one, and what must not be kept."""

from __future__ import annotations

import re
import unicodedata

from backend.language import mark, tr
from backend.luhn import is_card_number

LONGEST = 20
"""Letters and digits. Money orders have about 11, and cashier's checks at most about 15."""
LONGEST_ALONE = 15
"""Digits in one row that may begin like a routing number; longer ones have an account number behind it."""
LABEL = re.compile(
    r"^(?:(?:cashier'?s|certified|personal|bank)?\s*(?:che(?:ck|que)|chk|ck)|(?:postal\s+)?money\s*order|m\.?o\.?(?![a-z])|"
    r"(?:receipt|rcpt)|(?:number|num|nr|no)(?![a-z]))[\s.:#-]*"
)
CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
MICR = re.compile(r"[\u2446-\u2449]|[|:a]\s?\d{9}\s?[|:a]", re.IGNORECASE)
"""The signs around a routing number, in Unicode or as readers of checks and people write them."""
ROUTING_WEIGHTS = (3, 7, 1) * 3
"""The check digit of the American Bankers Association's routing numbers."""
ACCOUNT_TOO = mark("Please give the check's own number alone: account and routing numbers are not kept here.")


def check_number(reference: str | None) -> str:
    """To compare what two clerks wrote: `Check #01042` and `1042-` are one. Empty without a digit: words name none."""
    plain = _strip_label(_simplify(reference or "")).lstrip("0")
    return plain if re.search(r"\d", plain) else ""


def find_number_problem(reference: str) -> tuple[str, str] | None:
    """(code, why in words) when this must not be kept as the number of a check, money order or receipt; else None.

    The code is card_number, bank_account, strange_number or long_number. Nine digits alone are fine.
    """
    plain = _simplify(reference)
    if any(is_card_number(re.sub(r"\D", "", found)) for found in CARD.findall(plain)):
        return "card_number", tr(
            "That is a card's number, which is not kept here. Please give the number on the check."
        )
    if SSN.search(plain):
        return "card_number", tr("That looks like a social security number, which is not kept here.")
    if MICR.search(plain) or _has_routing_number(re.findall(r"\d+", plain)):
        return "bank_account", tr(ACCOUNT_TOO)
    if re.search(r"[^\w\s.,#:'/()+-]", plain) or plain.startswith("+"):
        return "strange_number", tr("Please give letters and digits alone.")
    if len(_strip_label(plain)) > LONGEST or len(plain) > 2 * LONGEST:
        words = tr("The number has more than {longest} letters and digits.", longest=LONGEST)
        return "long_number", f"{words} {tr(ACCOUNT_TOO)}"
    return None


def _has_routing_number(rows: list[str]) -> bool:
    """Whether a routing number stands beside, or in one row with, another number.

    Money orders such as `17-123456789` have two digits before nine others.
    """
    if any(len(row) > LONGEST_ALONE and is_routing_number(row[:9]) for row in rows):
        return True
    others = [row for row in rows if not is_routing_number(row)]
    return len(others) < len(rows) and any(len(row) > 2 for row in others)


def is_routing_number(digits: str) -> bool:
    """Nine digits with the check digit and a first pair that the Federal Reserve has given out."""
    if not re.fullmatch(r"(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}", digits):
        return False
    weighted = (int(digit) * weight for digit, weight in zip(digits, ROUTING_WEIGHTS, strict=True))
    return sum(weighted) % 10 == 0


def _strip_label(plain: str) -> str:
    """Letters and digits alone, without words such as `check no.` in front."""
    while (shorter := LABEL.sub("", plain)) != plain:
        plain = shorter
    return re.sub(r"[\W_]", "", plain)


def _simplify(text: str) -> str:
    """One line in small letters, other scripts' widths and digits as ASCII."""
    plain = unicodedata.normalize("NFKC", text) if not MICR.search(text) else text
    return " ".join(plain.casefold().split())
