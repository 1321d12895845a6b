"""Opens a CSV file as a spreadsheet or a billing system saved it: its encoding and separator, and files that are no
CSV at all."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SURROGATES = range(0xDC80, 0xDD00)  # what `surrogateescape` turns bytes into that are not UTF-8
HEAD_BYTES = 4096
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls
ARCHIVE_STARTS = (b"\x1f\x8b", b"%PDF", b"7z\xbc\xaf", b"Rar!")
WEB_PAGE_STARTS = (b"<!doctype", b"<html", b"<table", b"<?xml")


class UnreadableFile(Exception):
    """The file cannot be read from this line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How the text of a file is encoded, and what separates its columns."""

    encoding: str
    separator: str


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the number of its first line. Raises UnreadableFile and OSError."""
    form = detect_format(path)
    strict = "surrogateescape" if form.encoding.startswith("utf-8") else "replace"
    with path.open(encoding=form.encoding, errors=strict, newline="") as file:
        reader = csv.reader(file, delimiter=form.separator, strict=True)
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


def detect_format(path: Path) -> FileFormat:
    """By content, whatever the file is called. Raises UnreadableFile for what is no CSV file."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        size = os.fstat(file.fileno()).st_size
    if head.startswith(WORKBOOK_STARTS):
        raise UnreadableFile(
            1,
            "it is a workbook (.xlsx, .xls or .ods), whatever its name ends in, and no CSV file: open it in the "
            "spreadsheet and choose Save As, CSV UTF-8 (comma delimited)",
        )
    if head.startswith(ARCHIVE_STARTS):
        raise UnreadableFile(1, "it is an archive or a PDF and no CSV file: unpack it, or save it as CSV UTF-8")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(WEB_PAGE_STARTS):
        raise UnreadableFile(1, "it is a web page and no CSV file: open it in a spreadsheet and save it as CSV UTF-8")
    encoding = _detect_encoding(head)
    if encoding.startswith("utf-16") and size % 2:
        raise UnreadableFile(1, "its UTF-16 text ends in the middle of a letter: was the copy cut off?")
    return FileFormat(encoding, _detect_separator(head, encoding))


def _detect_encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise UnreadableFile(1, "it is UTF-32: save it as CSV UTF-8")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.count(0) * 8 <= len(head):
        return "utf-8-sig"  # a zero byte in a cell is reported with its line
    # without a mark: every other byte of plain letters is zero
    zeros_second, zeros_first = head[1::2].count(0), head[::2].count(0)
    if zeros_second > len(head) // 4 and not zeros_first:
        return "utf-16-le"
    if zeros_first > len(head) // 4 and not zeros_second:
        return "utf-16-be"
    raise UnreadableFile(1, "it has zero bytes in it and is no text: save it as CSV UTF-8")


def _detect_separator(head: bytes, encoding: str) -> str:
    """A comma, or the tab of a spreadsheet's "Unicode Text" where the first line has tabs and no comma."""
    first = head.decode(encoding, errors="replace").lstrip("\r\n").splitlines()[:1]
    return "\t" if first and "\t" in first[0] and "," not in first[0] else ","


def normalize_spaces(text: str) -> str:
    """Every Unicode space, such as the no-break space that spreadsheets insert, as a plain one."""
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)


def is_decoded(text: str) -> bool:
    """Whether all bytes of it were text in the file's encoding."""
    return text.isascii() or not any(ord(character) in SURROGATES for character in text)
