"""Reading a CSV file row by row, however long it is, with whatever a spreadsheet does to one."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from backend.importing.fields import quote_value

SURROGATES = range(0xDC80, 0xDD00)  # what bytes that are not UTF-8 are read as


class UnreadableFile(Exception):
    """The file cannot be read from this line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that has anything in it, with the line that it begins on. Raises Unreadable."""
    _reject_other_formats(path)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise UnreadableFile(
                    line, f"it cannot be read from here on ({error}): is a quote not closed?"
                ) from None
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield line, row


def _reject_other_formats(path: Path) -> None:
    """What Excel's other ways of saving make. Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")):
        raise UnreadableFile(1, "it is a workbook or an archive and no CSV file: save it as CSV UTF-8")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise UnreadableFile(1, "it is UTF-16: save it as CSV UTF-8")


def normalize_spaces(text: str) -> str:
    """The text with every kind of blank, such as the no-break space of a spreadsheet, as a plain one."""
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)


def is_utf8(row: Sequence[str]) -> bool:
    text = "".join(row)
    return text.isascii() or not any(ord(character) in SURROGATES for character in text)


def find_header_errors(header: Sequence[str], known: Sequence[str]) -> list[str]:
    """What is wrong with the line that names the columns, apart from those that are missing."""
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        return ["its columns are not parted by commas: save it as CSV with commas"]
    twice = {name for name in header if name and header.count(name) > 1}
    unknown = [name for name in header if name and name not in known]  # one without a name is no column
    faults = [f"the column {quote_value(name)} is there twice" for name in sorted(twice)]
    return faults + [f"unknown column {quote_value(name)}; there are: {', '.join(known)}" for name in unknown]
