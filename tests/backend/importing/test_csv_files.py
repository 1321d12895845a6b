"""What spreadsheets and exports do to a file and is undone, and what is a file of another kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.importing.csv_files import UnreadableFile, detect_format, read_rows
from backend.importing.fields import InvalidField, parse_day, parse_dollars, parse_month, whole_number_parser
from backend.importing.table import clean_cell

TABS = "number\tname\r\n00417\tRené Rowe\r\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("text", [TABS, TABS.replace("\t", ",")])
def test_a_text_file_of_a_spreadsheet_is_read(tmp_path: Path, encoding: str, text: str) -> None:
    file = tmp_path / "members.csv"
    file.write_bytes(text.encode(encoding))
    assert list(read_rows(file)) == [(1, ["number", "name"]), (2, ["00417", "René Rowe"])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest", "Save As, CSV UTF-8"),
        (b"\n<!DOCTYPE html><table>", "web page"),
        (b"Rar!rest", "archive"),
        ("a,b\n".encode("utf-16") + b"x", "cut off"),
        (bytes(range(64)) + b"\0" * 200, "no text"),
    ],
)
def test_another_kind_of_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "members.csv"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        detect_format(file)


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("112.40", 11240), ("$1,234.50", 123450), ("(12.00)", -1200), ("($1,234.50)", -123450), ("-$12.00", -1200),
        ("$-12.00", -1200), ("12.00-", -1200), ("-0.05", -5), ("$ 5.00", 500), ("($ 5.00)", -500),
    ],
)  # fmt: skip
def test_amounts_as_spreadsheets_write_them(cell: str, cents: int) -> None:
    assert parse_dollars(cell) == cents


@pytest.mark.parametrize(
    "cell", ["112.4", "(-12.00)", "-(12.00)", "--12.00", "-12.00-", "($-12.00)", "1,23.00", "1.2E+3"]
)
def test_an_unclear_amount_is_refused(cell: str) -> None:
    with pytest.raises(InvalidField):
        parse_dollars(cell)


@pytest.mark.parametrize("cell", ["1/31/2026", "01/31/2026", "2026-01-31", "1/31/2026 0:00", "2026-01-31 00:00:00.000",
                                  "2026-01-31T00:00:00", "1/31/2026 12:00:00 AM"])  # fmt: skip
def test_days_as_spreadsheets_write_them(cell: str) -> None:
    assert parse_day(cell) == "2026-01-31"


@pytest.mark.parametrize("cell", ["31/1/2026", "1/31/26", "2026-01-31 14:00", "46000", "Jan 31", "4.6E+04"])
def test_an_unclear_day_is_refused(cell: str) -> None:
    with pytest.raises(InvalidField):
        parse_day(cell)


def test_months_numbers_and_marked_cells() -> None:
    assert {parse_month(cell) for cell in ("2026-01", "1/2026", "01/2026", "1/15/2026", "2026-01-15")} == {"2026-01-01"}
    assert whole_number_parser(-10_000, 10_000)("-1,234") == -1234
    assert [clean_cell(cell) for cell in ('="00417"', "'00417", " 00417\u00a0", "O'Neil")] == [
        "00417", "00417", "00417", "O'Neil",
    ]  # fmt: skip
