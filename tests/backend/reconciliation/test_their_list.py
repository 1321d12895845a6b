"""The billing system's list is read however it was exported; what has two meanings is refused by line and field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from backend.reconciliation.their_list import TheirListRefused, parse_amount, read_their_list

PLAIN = "key,confirmation,account,amount,date\npayment:a,K7M-4Q2,00417-001,112.40,2026-11-18\n"
LOOSE = (
    "\ufeffAcct #;Conf. No.;Amount Paid;Post Date;Type\r\n;;;;\r\n"
    '00417-001;k7m4q2;"$1,112.40 ";11/18/2026 10:15;Payment\r\n'
    "417001;K7M 4Q2;12.00;11/19/26;NSF Return\r\n"
    "Total;;1100.40;;\r\n"
)


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "theirs.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_plain_list_is_read(tmp_path: Path) -> None:
    (row,) = read_their_list(write(tmp_path, PLAIN))
    assert (row.line, row.key, row.confirmation, row.account) == (2, "payment:a", "K7M-4Q2", "00417001")
    assert (row.cents, row.on) == (11240, date(2026, 11, 18))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_other_names_signs_delimiters_and_encodings_are_understood(tmp_path: Path, encoding: str) -> None:
    content = LOOSE.encode("utf-8") if encoding == "utf-8" else LOOSE.removeprefix("\ufeff").encode("utf-16")
    paid, returned = read_their_list(write(tmp_path, content))
    assert (paid.confirmation, paid.cents, paid.on) == ("K7M-4Q2", 111240, date(2026, 11, 18))
    assert (returned.confirmation, returned.cents, returned.on) == ("K7M-4Q2", -1200, date(2026, 11, 19))


def test_a_number_without_a_letter_is_none_of_ours(tmp_path: Path) -> None:
    (row,) = read_their_list(write(tmp_path, "confirmation,amount\n234567,5.00\n"))
    assert not row.names_ours


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("112.40", 11240), ("$1,234.50", 123450), ("(12.00)", -1200), ("-12", -1200), ("12.00-", -1200),
        ("12.00 CR", -1200), ("112.4", 11240), (".50", 50), ("112.4000", 11240), ("-$3.10", -310), ("0.29", 29),
    ],
)  # fmt: skip
def test_amounts_are_read_to_the_cent(text: str, cents: int) -> None:
    assert parse_amount(text) == cents


@pytest.mark.parametrize("text", ["", "1.2E+3", "12,50", "112.405", "1,23.00", "abc", "1 . 2 . 3", "--5", "(5", "-5-"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("confirmation,date\nK7M-4Q2,2026-11-18\n", "theirs.csv:1: has no column for the amount"),
        ("account,amount\n00417-001,5.00\n", "theirs.csv:1: has no column by which payments are recognized"),
        ("", "theirs.csv:1: has no column"),
        (PLAIN + "payment:b,,,12O.00,\n", 'theirs.csv:3: amount "12O.00" is not an amount such as 112.40'),
        (PLAIN + "payment:b,,,12.00,18.11.2026\n", 'theirs.csv:3: date "18.11.2026" is not a day such as'),
        (b"PK\x03\x04 and more", "theirs.csv: is a workbook: save it as CSV"),
    ],
)
def test_a_fault_is_named_by_line_and_field(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(TheirListRefused) as refused:
        read_their_list(write(tmp_path, content))
    assert message in str(refused.value)


def test_many_faults_are_counted(tmp_path: Path) -> None:
    with pytest.raises(TheirListRefused) as refused:
        read_their_list(write(tmp_path, "key,amount\n" + "a,x\n" * 50))
    assert str(refused.value).endswith("... and 30 more")
