"""One cell of a CSV file: what it must look like, and how it is kept. A cell that does not fit raises BadCell."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from backend.importing.wording import name_fault, word_fault
from backend.luhn import luhn
from backend.members.service import BASE_LENGTHS, SEPARATOR
from backend.reading import phones

Value = str | int | None
Reader = Callable[[str], Value]

LONGEST_SHOWN_DIGITS = 8  # a longer run might be a social security, bank or card number
SPREADSHEET = re.compile(r"-?\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)
CARD = re.compile(r"\d(?:[ -]?\d){12,18}")
SSN = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
DOLLARS = re.compile(r"-?\$?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)\.[0-9]{2}")
CENTS = re.compile(r"-?[0-9]{1,12}")
WHOLE = re.compile(r"-?[0-9]{1,9}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # the library reads weeks too, such as 2026-W01-1
MARKS = str.maketrans("", "", "$,.")
MOST_CENTS = 100_000_000
YEARS = range(1950, 2101)
AS_TEXT = "a spreadsheet drops leading zeros, so keep the column as text"


class BadCell(ValueError):
    """Why a cell cannot be used. Never holds digits that might be a card's or a bank account's."""


def shown(value: str) -> str:
    """The value in quotes, for a message; hidden when it might be something that nobody may see."""
    if len(re.findall(r"\d", value)) > LONGEST_SHOWN_DIGITS:
        return "(not shown, it has many digits)"
    return f'"{value[:40]}"'


def member_number(value: str) -> str:
    """The digits in front of the dash."""
    if value.isascii() and value.isdigit() and len(value) in BASE_LENGTHS:
        return value
    _refuse_spreadsheet(value)
    if value.isdigit() and len(value) < BASE_LENGTHS.start:
        raise BadCell(f"{shown(value)} is shorter than {BASE_LENGTHS.start} digits: {AS_TEXT}")
    raise BadCell(f"{shown(value)} is not {BASE_LENGTHS.start} to {BASE_LENGTHS.stop - 1} digits without the separator")


def separator(value: str) -> str:
    """The digits behind the dash."""
    if value.isascii() and value.isdigit() and len(value) == SEPARATOR:
        return value
    if value.isdigit() and len(value) < SEPARATOR:
        raise BadCell(f"{shown(value)} is shorter than {SEPARATOR} digits: {AS_TEXT}")
    raise BadCell(f"{shown(value)} is not {SEPARATOR} digits")


@lru_cache(maxsize=1024)  # rows of one account mostly stand together
def account_number(value: str) -> str:
    """With its dash, whether it was written with one or not."""
    base, dash, end = value.partition("-")
    if not dash:
        base, end = value[:-SEPARATOR], value[-SEPARATOR:]
    try:
        return f"{member_number(base)}-{separator(end)}"
    except BadCell:
        _refuse_spreadsheet(value)
        raise BadCell(f"{shown(value)} is not a full account number such as 99999-001: {AS_TEXT}") from None


def text(longest: int) -> Reader:
    """Words that a person may have written, up to that many characters, but no card or social security number."""

    def read(value: str) -> str:
        if len(value) > longest:
            raise BadCell(f"is longer than {longest} characters")
        if not value.isprintable():
            place, odd = next((at, each) for at, each in enumerate(value, 1) if not each.isprintable())
            raise BadCell(f"has a character that cannot be printed: U+{ord(odd):04X} as its character {place}")
        refuse_card(value)
        if fault := word_fault(value):
            raise BadCell(fault)
        return value

    return read


def name(longest: int) -> Reader:
    """The name of a person or business, up to that many characters."""
    words = text(longest)

    def read(value: str) -> Value:
        if fault := name_fault(value):
            raise BadCell(fault)
        return words(value)

    return read


def refuse_card(value: str) -> None:
    """Raises BadCell, without the value, for what might be a card's or a social security number."""
    if any(luhn(re.sub(r"[ -]", "", found)) for found in CARD.findall(value)):
        raise BadCell("looks like a card number, which must never be in a file like this: remove it (it is not shown)")
    if SSN.search(value):
        raise BadCell("looks like a social security number: remove it (it is not shown)")


def phone(value: str) -> str:
    """E.164, from that or from any way in which Americans write one."""
    _refuse_spreadsheet(value)
    if phones.is_withheld(value):
        raise BadCell(f'"{value[:40]}" {phones.SAID["placeholder"]}')
    try:
        return phones.read_one(value)
    except phones.NoPhone as error:
        if error.problem == "extension":
            raise BadCell(str(error)) from None
        # a placeholder is nobody's secret, whatever its length
        value = f'"{value[:40]}"' if error.problem == "placeholder" else shown(value)
        raise BadCell(f"{value} {error}") from None


@lru_cache(maxsize=4096)
def day(value: str) -> str:
    """An ISO date, kept as it is."""
    try:
        if DAY.fullmatch(value) and date.fromisoformat(value).year in YEARS:
            return value
    except ValueError:
        pass
    raise BadCell(f"{shown(value)} is not a day such as 2026-01-31")


@lru_cache(maxsize=1024)
def month(value: str) -> str:
    """`2026-01`, or any day of that month; kept as its first day."""
    try:
        return f"{day(value if len(value) == 10 else f'{value}-01')[:7]}-01"
    except BadCell:
        raise BadCell(f"{shown(value)} is not a month such as 2026-01") from None


def dollars(value: str) -> int:
    """`112.40` as integer cents."""
    if not DOLLARS.fullmatch(value):
        raise BadCell(f"{shown(value)} is not an amount with two digits behind the point, such as 112.40")
    return cents(value.translate(MARKS))


def cents(value: str) -> int:
    if not CENTS.fullmatch(value):
        raise BadCell(f"{shown(value)} is not a whole number of cents")
    amount = int(value)
    if abs(amount) > MOST_CENTS:
        raise BadCell("is more than a million dollars")
    return amount


def whole(least: int, most: int) -> Reader:
    """A whole number from `least` to `most`."""

    def read(value: str) -> int:
        if not WHOLE.fullmatch(value):
            raise BadCell(f"{shown(value)} is not a whole number")
        number = int(value)
        if not least <= number <= most:
            raise BadCell(f"{shown(value)} is not from {least} to {most}")
        return number

    return read


def one_of(*allowed: str) -> Reader:
    def read(value: str) -> str:
        if value.lower() not in allowed:
            raise BadCell(f"{shown(value)} is none of {', '.join(allowed)}")
        return value.lower()

    return read


def _refuse_spreadsheet(value: str) -> None:
    if SPREADSHEET.fullmatch(value):
        raise BadCell("was turned into a number by a spreadsheet: keep the column as text")
