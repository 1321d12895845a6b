"""Reads the billing system's own list of a day's payments: whatever CSV it can export.

Column names, delimiter, encoding, and the ways of writing amounts and days differ between systems, so all usual ones
are understood. What could be understood in two ways is refused by file, line and field.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from backend.confirmation_numbers import LETTERS, normalize_number
from backend.errors import MemberlineError

Signs = tuple[str, str | None]
COLUMNS = {
    "key": ("key", "postingkey", "externalid", "externalkey", "externalreference"),
    "reference": (
        "reference",
        "ref",
        "referencenumber",
        "transaction",
        "transactionid",
        "transactionnumber",
        "batchref",
    ),
    "confirmation": (
        "confirmation",
        "confirmationnumber",
        "conf",
        "confno",
        "confirmationno",
        "receipt",
        "receiptnumber",
    ),
    "account": ("account", "accountnumber", "acct", "acctno", "acctnumber", "accountno"),
    "kind": ("kind", "type", "transactiontype", "paymenttype"),
    "amount": ("amount", "paymentamount", "amountpaid", "paid", "payment", "total", "transactionamount"),
    "date": ("date", "paymentdate", "postdate", "posteddate", "posted", "transactiondate", "datepaid"),
}
"""What a column may be called, in small letters, without spaces and signs."""
REVERSED = re.compile(r"return|revers|refund|nsf|chargeback|void", re.IGNORECASE)
AMOUNT = re.compile(r"(?P<minus>[(-]?)(?P<number>(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|\.\d+)(?P<after>\)|-|CR)?")
PLUS: Signs = ("", None)
SIGNS: frozenset[Signs] = frozenset({PLUS, ("-", None), ("(", ")"), ("", "-"), ("", "CR")})
"""What may stand before and after an amount."""
TOTAL = re.compile(r"(?:grand |sub)?totals?:?", re.IGNORECASE)
DAY_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%Y%m%d")
MAX_FAULTS = 20


class TheirListRefused(MemberlineError):
    """The file cannot be used. The message has a line for each fault, by file, line and field."""

    code = "their_list"


@dataclass(frozen=True, slots=True)
class TheirRow:
    """One payment as the billing system has it; `cents` is negative for what went back. Texts may be empty."""

    line: int
    key: str
    reference: str
    confirmation: str
    account: str
    cents: int
    on: date | None

    @property
    def names_ours(self) -> bool:
        """Whether it carries a number that only we give."""
        return bool(self.confirmation) or self.key.startswith(("payment:", "return:", "refund:"))


def read_their_list(path: Path) -> list[TheirRow]:
    """The rows of the file. Raises TheirListRefused.

    A row with neither a key, a confirmation, a reference nor an account is left out, and so are totals.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TheirListRefused(f"{path.name}: cannot be read: {error.strerror}") from error
    if content.startswith(b"PK\x03\x04"):
        raise TheirListRefused(f"{path.name}: is a workbook: save it as CSV")
    lines = _parse(_decode(content))
    header_line, header = next(lines, (1, []))
    places = _find_columns(path.name, header_line, header)
    faults: list[str] = []
    found: list[TheirRow] = []
    for line, cells in lines:
        values = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        named = any(values.get(name) for name in ("key", "reference", "confirmation", "account"))
        if not named or any(TOTAL.fullmatch(value) for value in values.values()):
            continue
        try:
            found.append(_row(line, values))
        except ValueError as error:
            faults.append(f"{path.name}:{line}: {error}")
    if faults:
        more = [f"... and {len(faults) - MAX_FAULTS} more"] if len(faults) > MAX_FAULTS else []
        raise TheirListRefused("\n".join([*faults[:MAX_FAULTS], *more]))
    return found


def _decode(content: bytes) -> str:
    """Its text: UTF-16 with its mark, UTF-8, or the Windows code page of older systems."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _parse(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells of lines that are not empty."""
    text = text.replace("\xa0", " ").replace("\x00", "")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _find_columns(name: str, line: int, header: list[str]) -> dict[str, int]:
    plain = [re.sub(r"[^a-z]", "", cell.lower()) for cell in header]
    places = {
        column: next(place for place, cell in enumerate(plain) if cell in names)
        for column, names in COLUMNS.items()
        if set(names) & set(plain)
    }
    if "amount" not in places:
        raise TheirListRefused(f"{name}:{line}: has no column for the amount, such as `amount`")
    if not {"key", "confirmation", "reference"} & set(places):
        raise TheirListRefused(
            f"{name}:{line}: has no column by which payments are recognized: `key`, `confirmation` or `reference`"
        )
    return places


def _row(line: int, values: dict[str, str]) -> TheirRow:
    cents = parse_amount(values["amount"])
    if cents > 0 and REVERSED.search(values.get("kind", "")):
        cents = -cents
    confirmation = normalize_number(values.get("confirmation", "")) or ""
    return TheirRow(
        line=line,
        key=values.get("key", ""),
        reference=values.get("reference", ""),
        # numbers of other systems have no letter; ours always have one
        confirmation=confirmation if any(letter in LETTERS for letter in confirmation) else "",
        account=re.sub(r"\D", "", values.get("account", "")),
        cents=cents,
        on=_parse_day(values.get("date", "")),
    )


def parse_amount(text: str) -> int:
    """Cents of `112.40`, `$1,234.50`, `(12.00)`, `-12`, `12.00-` or `12.00 CR`. Raises ValueError."""
    found = AMOUNT.fullmatch(re.sub(r"[$\s]|USD", "", text.upper()))
    amount = Decimal(found["number"].replace(",", "")) * 100 if found else None
    signs = (found["minus"], found["after"]) if found else PLUS
    if amount is None or amount != amount.to_integral_value() or signs not in SIGNS:
        raise ValueError(f'amount "{text[:20]}" is not an amount such as 112.40')
    return int(amount) if signs == PLUS else -int(amount)


def _parse_day(text: str) -> date | None:
    """The day of `2026-11-18` or `11/18/2026`, with or without a time; None of an empty cell. Raises ValueError."""
    if not text:
        return None
    day = re.split(r"[ T]", text, maxsplit=1)[0]
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(day, form).date()
        except ValueError:
            continue
    raise ValueError(f'date "{text[:20]}" is not a day such as 2026-11-18 or 11/18/2026')
