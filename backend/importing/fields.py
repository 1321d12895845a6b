"""Parsers of one CSV cell: text in, stored value out (days in ISO form, amounts in cents).

All raise InvalidField, whose text follows the name of the column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from backend.importing.text_checks import find_name_problem, find_text_problem
from backend.luhn import is_luhn_valid
from backend.members.service import ACCOUNT_SUFFIX_LENGTH, MEMBER_NUMBER_LENGTHS
from backend.reading.contact import phone_numbers

Value = str | int | None
CellParser = Callable[[str], Value]

LONGEST_SHOWN_DIGITS = 8  # a longer run might be a social security, bank or card number
SCIENTIFIC_NOTATION = re.compile(r"-?\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)
CARD = re.compile(r"\d(?:[ -]?\d){12,18}")
SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
DOLLARS = re.compile(r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)\.[0-9]{2}")
NEGATIVE_FORMS = (re.compile(r"-\s?\$?\s?(.+)"), re.compile(r"\$\s?-\s?(.+)"), re.compile(r"\(\$?\s?(.+)\)"),
                  re.compile(r"\$?(.+)-"))  # fmt: skip
"""`-12.00`, `-$12.00`, `$-12.00`, `(12.00)`, `($12.00)` and `12.00-`, which mainframes print."""
CENTS = re.compile(r"-?[0-9]{1,12}")
WHOLE = re.compile(r"-?([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2})")
KWH = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,3})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # date.fromisoformat also accepts weeks, such as 2026-W01-1
AMERICAN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0+)?)?( ?AM)?$|[ ]12:00(:00)? ?AM$", re.IGNORECASE)
STRIP_MARKS = str.maketrans("", "", "$,.")
MAX_CENTS = 100_000_000
YEARS = range(1950, 2101)
KEEP_AS_TEXT_HINT = "a spreadsheet drops leading zeros, so keep the column as text"


class InvalidField(ValueError):
    """Why a cell cannot be used. Never holds digits that might be a card's or a bank account's."""


def quote_value(value: str) -> str:
    """The value in quotes, for a message; hidden when it may be a card, bank or social security number."""
    if len(re.findall(r"\d", value)) > LONGEST_SHOWN_DIGITS:
        return "(not shown, it has many digits)"
    return f'"{value[:40]}"'


def parse_member_number(value: str) -> str:
    """The digits before the dash of an account number."""
    reject_scientific_notation(value)
    lengths = MEMBER_NUMBER_LENGTHS
    return _parse_digits(value, lengths, f"{lengths.start} to {lengths.stop - 1} digits without the separator")


def parse_separator(value: str) -> str:
    """The digits after the dash."""
    return _parse_digits(
        value, range(ACCOUNT_SUFFIX_LENGTH, ACCOUNT_SUFFIX_LENGTH + 1), f"{ACCOUNT_SUFFIX_LENGTH} digits"
    )


def _parse_digits(value: str, lengths: range, expected: str) -> str:
    if value.isascii() and value.isdigit() and len(value) in lengths:
        return value
    if value.isdigit() and len(value) < lengths.start:
        raise InvalidField(f"{quote_value(value)} is shorter than {lengths.start} digits: {KEEP_AS_TEXT_HINT}")
    raise InvalidField(f"{quote_value(value)} is not {expected}")


@lru_cache(maxsize=1024)  # rows of one account are mostly adjacent
def parse_account_number(value: str) -> str:
    """`99999-001`, with or without the dash; stored with it."""
    base, dash, end = value.partition("-")
    if not dash:
        base, end = value[:-ACCOUNT_SUFFIX_LENGTH], value[-ACCOUNT_SUFFIX_LENGTH:]
    try:
        return f"{parse_member_number(base)}-{parse_separator(end)}"
    except InvalidField:
        reject_scientific_notation(value)
        raise InvalidField(
            f"{quote_value(value)} is not a full account number such as 99999-001: {KEEP_AS_TEXT_HINT}"
        ) from None


def text_parser(longest: int) -> CellParser:
    """Free text up to `longest` characters, without card or social security numbers."""

    def parse(value: str) -> str:
        if len(value) > longest:
            raise InvalidField(f"is longer than {longest} characters")
        if not value.isprintable():
            position, odd = next((at, each) for at, each in enumerate(value, 1) if not each.isprintable())
            raise InvalidField(f"has a character that cannot be printed: U+{ord(odd):04X} as its character {position}")
        reject_card(value)
        if fault := find_text_problem(value):
            raise InvalidField(fault)
        return value

    return parse


def name_parser(longest: int) -> CellParser:
    """The name of a person or business, up to `longest` characters."""
    parse_text = text_parser(longest)

    def parse(value: str) -> Value:
        if fault := find_name_problem(value):
            raise InvalidField(fault)
        return parse_text(value)

    return parse


def reject_card(value: str) -> None:
    """Raise InvalidField, without the value, for what looks like a card or social security number."""
    if any(is_luhn_valid(re.sub(r"[ -]", "", found)) for found in CARD.findall(value)):
        raise InvalidField(
            "looks like a card number, which must never be in a file like this: remove it (it is not shown)"
        )
    if SSN.search(value):
        raise InvalidField("looks like a social security number: remove it (it is not shown)")


def parse_phone(value: str) -> str:
    """E.164, from any common US notation."""
    reject_scientific_notation(value)
    if phone_numbers.is_withheld(value):
        raise InvalidField(f'"{value[:40]}" {phone_numbers.PROBLEM_TEXTS["placeholder"]}')
    try:
        return phone_numbers.parse_phone(value)
    except phone_numbers.InvalidPhone as error:
        if error.problem == "extension":
            raise InvalidField(str(error)) from None
        # a placeholder such as 9999999999 may be shown, whatever its length
        value = f'"{value[:40]}"' if error.problem == "placeholder" else quote_value(value)
        raise InvalidField(f"{value} {error}") from None


@lru_cache(maxsize=4096)
def parse_day(value: str) -> str:
    """An ISO date, from `2026-01-31` or the American `1/31/2026`, also with the midnight that exports add."""
    plain = MIDNIGHT.sub("", value)
    if found := AMERICAN_DAY.fullmatch(plain):
        plain = f"{found[3]}-{found[1]:0>2}-{found[2]:0>2}"
    try:
        if DAY.fullmatch(plain) and date.fromisoformat(plain).year in YEARS:
            return plain
    except ValueError:
        pass
    reject_scientific_notation(value)
    raise InvalidField(f"{quote_value(value)} is not a day such as 2026-01-31 or 1/31/2026 (the month first)")


@lru_cache(maxsize=1024)
def parse_month(value: str) -> str:
    """`2026-01`, `1/2026`, or any day of that month; stored as its first day."""
    try:
        if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{4})", value):
            value = f"{found[2]}-{found[1]:0>2}"
        return f"{parse_day(value if len(value) != 7 else f'{value}-01')[:7]}-01"
    except InvalidField:
        raise InvalidField(f"{quote_value(value)} is not a month such as 2026-01") from None


def parse_dollars(value: str) -> int:
    """`112.40`, `$1,234.50` or `(12.00)`, which is negative, as integer cents."""
    negative = next((found[1] for form in NEGATIVE_FORMS if (found := form.fullmatch(value))), None)
    plain = (value if negative is None else negative).removeprefix("$").strip()
    if not DOLLARS.fullmatch(plain):
        reject_scientific_notation(value)
        raise InvalidField(f"{quote_value(value)} is not an amount with two digits behind the point, such as 112.40")
    cents = parse_cents(plain.translate(STRIP_MARKS))
    return cents if negative is None else -cents


def parse_cents(value: str) -> int:
    if not CENTS.fullmatch(value):
        reject_scientific_notation(value)
        raise InvalidField(f"{quote_value(value)} is not a whole number of cents")
    amount = int(value)
    if abs(amount) > MAX_CENTS:
        raise InvalidField("is more than a million dollars")
    return amount


def whole_number_parser(least: int, most: int) -> CellParser:
    def parse(value: str) -> int:
        if not WHOLE.fullmatch(value):
            reject_scientific_notation(value)
            raise InvalidField(f"{quote_value(value)} is not a whole number")
        number = int(value.replace(",", ""))
        if not least <= number <= most:
            raise InvalidField(f"{quote_value(value)} is not from {least} to {most}")
        return number

    return parse


def parse_kwh(value: str) -> int:
    """Kilowatt hours with up to three decimals, as watt hours: `23.4` is 23400."""
    if not KWH.fullmatch(value):
        reject_scientific_notation(value)
        raise InvalidField(f"{quote_value(value)} is not a number of kWh, such as 23.4")
    return int(Decimal(value) * 1000)


def choice_parser(*allowed: str) -> CellParser:
    def parse(value: str) -> str:
        if value.lower() not in allowed:
            raise InvalidField(f"{quote_value(value)} is none of {', '.join(allowed)}")
        return value.lower()

    return parse


def reject_scientific_notation(value: str) -> None:
    """Raise InvalidField for `1.0E+10`, whose last digits are lost."""
    if SCIENTIFIC_NOTATION.fullmatch(value):
        raise InvalidField(
            f'"{value[:40]}" was turned into a number by a spreadsheet, and its digits are lost: '
            "format the column as text and export it again"
        )
