"""Checks what a member typed on the hosted page. Pure: nothing is stored, logged or sent on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from backend.language import tr
from backend.luhn import is_luhn_valid
from sandbox.instruments import ACCOUNTS, CARDS, TEST_ROUTING, Instrument

CARD_FIELDS = ("name", "number", "expiry", "cvc", "zip")
BANK_FIELDS = ("name", "routing", "account", "account_again")
SECRET_FIELDS = frozenset({"number", "cvc", "account", "account_again"})
"""Never written back into a page."""

_SEPARATORS = re.compile(r"[\s\-]+")
_DIGITS = re.compile(r"[0-9]+")
_EXPIRY = re.compile(r"([0-9]{1,2})\s*[/\-. ]\s*([0-9]{2}|[0-9]{4})|([0-9]{2})([0-9]{2}|[0-9]{4})")
_ZIP = re.compile(r"[0-9]{5}(-?[0-9]{4})?")
_YEARS_AHEAD = 20
MAX_SHOWN_DIGITS = 9
"""A routing number or ZIP+4 has nine digits; more may be a card or an account."""


@dataclass
class FormResult:
    """The card or account, or the errors by field name in the order of the form."""

    instrument: Instrument | None = None
    errors: dict[str, str] = field(default_factory=dict)


def check_card(form: Mapping[str, str], today: date) -> FormResult:
    number = _SEPARATORS.sub("", form.get("number", ""))
    expiry = parse_expiry(form.get("expiry", ""))
    problems = {
        "name": _name_problem(form),
        "number": _number_problem(number),
        "expiry": _expiry_problem(form.get("expiry", ""), expiry, today),
        "cvc": _cvc_problem(form.get("cvc", "").strip(), number),
        "zip": None if _ZIP.fullmatch(form.get("zip", "").strip()) else tr("Enter the 5-digit billing ZIP code."),
    }
    errors = {name: problem for name, problem in problems.items() if problem}
    if errors or expiry is None:
        return FormResult(errors=errors)
    month, year = expiry
    return FormResult(replace(CARDS[number], exp_month=month, exp_year=year))


def check_bank(form: Mapping[str, str]) -> FormResult:
    routing = _SEPARATORS.sub("", form.get("routing", ""))
    account = _SEPARATORS.sub("", form.get("account", ""))
    again = _SEPARATORS.sub("", form.get("account_again", ""))
    problems = {
        "name": _name_problem(form),
        "routing": _routing_problem(routing),
        "account": _account_problem(account),
        "account_again": None if again == account else tr("The two account numbers are not the same."),
    }
    errors = {name: problem for name, problem in problems.items() if problem}
    return FormResult(errors=errors) if errors else FormResult(ACCOUNTS[account])


def redisplay_values(form: Mapping[str, str], fields: tuple[str, ...]) -> dict[str, str]:
    """The values to show again after an error: nothing secret, and no card number in the wrong field."""
    return {
        name: "" if len(re.findall(r"[0-9]", form.get(name, ""))) > MAX_SHOWN_DIGITS else form.get(name, "")
        for name in fields
        if name not in SECRET_FIELDS
    }


def is_routing_number_valid(digits: str) -> bool:
    """The check digit of a nine-digit routing number."""
    weights = (3, 7, 1) * 3
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 10 == 0


def parse_expiry(text: str) -> tuple[int, int] | None:
    """(month, four-digit year) of "7/30", "07 / 2030" or "0730"; None for anything else."""
    match = _EXPIRY.fullmatch(text.strip())
    if match is None:
        return None
    month, year = int(match[1] or match[3]), int(match[2] or match[4])
    return (month, year + 2000 if year < 100 else year) if 1 <= month <= 12 else None


def _name_problem(form: Mapping[str, str]) -> str | None:
    name = form.get("name", "").strip()
    if not name:
        return tr("Enter the name as it is on the card or account.")
    if len(name) > 100:
        return tr("Enter a name of 100 characters at most.")
    return tr("Enter a name, not a number.") if len(re.findall(r"[0-9]", name)) > 6 else None


def _number_problem(number: str) -> str | None:
    if not number:
        return tr("Please enter the card number.")
    if not _DIGITS.fullmatch(number) or not 12 <= len(number) <= 19:
        return tr("Enter the card number as 12 to 19 digits.")
    if not is_luhn_valid(number):
        return tr("This card number has a mistake in it. Check each digit.")
    return None if number in CARDS else tr("This is a test page: use one of the test card numbers listed below.")


def _expiry_problem(text: str, expiry: tuple[int, int] | None, today: date) -> str | None:
    if not text.strip():
        return tr("Enter the expiry date.")
    if expiry is None:
        return tr("Enter the expiry date as month and year, like 07/30.")
    month, year = expiry
    if (year, month) < (today.year, today.month):
        return tr("This card has expired. Check the date, or use another card.")
    return tr("Check the expiry year.") if year > today.year + _YEARS_AHEAD else None


def _cvc_problem(cvc: str, number: str) -> str | None:
    length = 4 if number.startswith(("34", "37")) else 3
    if not cvc:
        return tr("Enter the security code.")
    good = _DIGITS.fullmatch(cvc) and len(cvc) == length
    return None if good else tr("Enter the {length}-digit security code.", length=length)


def _routing_problem(routing: str) -> str | None:
    if not routing:
        return tr("Enter the routing number.")
    if not _DIGITS.fullmatch(routing) or len(routing) != 9 or not is_routing_number_valid(routing):
        return tr("Enter the 9-digit routing number from the bottom left of a check.")
    return (
        None
        if routing == TEST_ROUTING
        else tr("This is a test page: use the routing number {number}.", number=TEST_ROUTING)
    )


def _account_problem(account: str) -> str | None:
    if not account:
        return tr("Enter the account number.")
    if not _DIGITS.fullmatch(account) or not 4 <= len(account) <= 17:
        return tr("Enter the account number as 4 to 17 digits.")
    return None if account in ACCOUNTS else tr("This is a test page: use one of the test account numbers listed below.")
