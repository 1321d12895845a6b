"""Reads a CSV file row by row into the staging database: its columns, the checks of a row, and the repair of what
spreadsheets do to files."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from backend.importing.bulk_load import BulkLoader
from backend.importing.errors import ErrorReport
from backend.importing.fields import CellParser, InvalidField, Value, quote_value
from backend.importing.staging import BATCH_SIZE, Staging

SURROGATES = range(0xDC80, 0xDD00)  # what `surrogateescape` turns bytes into that are not UTF-8
ParsedRow = dict[str, Value]


@dataclass(frozen=True)
class Column:
    """One column. `alternative` is another header for the same value and its parser: dollars instead of cents."""

    name: str
    parse: CellParser
    required: bool = True
    default: Value = None
    alternative: tuple[str, CellParser] | None = None

    @property
    def parsers(self) -> dict[str, CellParser]:
        """By header."""
        parsers = {self.name: self.parse}
        if self.alternative:
            parsers.update([self.alternative])
        return parsers


@dataclass(frozen=True)
class Table:
    """One kind of file. Each entry of `unique` is a set of columns that no two rows share; `load` writes the checked
    rows; `find_errors` checks values against each other; `fill_statement` (SQL) fills in what may be left out."""

    name: str
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...]
    load: Callable[[BulkLoader], Awaitable[None]]
    find_errors: Callable[[ParsedRow], Iterator[str]] | None = None
    fill_statement: str = ""

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def headers(self) -> list[str]:
        return [header for column in self.columns for header in column.parsers]


def stage(table: Table, folder: Path, staging: Staging, report: ErrorReport) -> None:
    """Read the file, if it exists, into its staging table. A cell that cannot be used is reported and left empty."""
    staging.create(table.name, [column.name for column in table.columns])
    path = folder / table.file
    if not os.path.lexists(path):
        return
    batch: list[tuple[Value, ...]] = []
    try:
        for line, values in _parse_rows(table, path, report):
            batch.append((line, *values))
            if len(batch) == BATCH_SIZE:
                staging.insert(table.name, batch)
                batch = []
    except UnreadableFile as error:
        report.add(table.file, error.line, str(error))
    except OSError as error:
        report.add(table.file, 0, f"cannot be read: {error.strerror}")
    staging.insert(table.name, batch)
    if table.fill_statement:
        staging.run(table.fill_statement)
    for unique in table.unique:
        _report_duplicates(table, unique, staging, report)


def _parse_rows(table: Table, path: Path, report: ErrorReport) -> Iterator[tuple[int, list[Value]]]:
    rows = _read_rows(path)
    line, header = next(rows, (1, []))
    if not _is_utf8(header):
        raise UnreadableFile(line, "is not UTF-8 text: save the file as CSV UTF-8")
    header = [_normalize_spaces(name).strip().lower() for name in header]
    positions = _locate_columns(table, header, line, report)
    if positions is None:
        return
    unnamed = [place for place, name in enumerate(header) if not name]
    for line, row in rows:
        # spreadsheets write empty cells after the last column where there once was content
        row = row if any(cell.strip() for cell in row[len(header) :]) else row[: len(header)]
        if len(row) != len(header):
            report.add(table.file, line, f"has {len(row)} columns where the header names {len(header)}")
        elif not _is_utf8(row):
            report.add(table.file, line, "is not UTF-8 text: save the file as CSV UTF-8")
        elif filled := [place + 1 for place in unnamed if row[place].strip()]:
            report.add(table.file, line, f"has something in column {filled[0]}, which has no name in the header")
        else:
            yield line, _parse_row(table, positions, line, row, report)


class _Position(NamedTuple):
    """Where a column is in this file: its header, the place of its cells in a row, and their parser."""

    header: str
    place: int
    parse: CellParser


def _locate_columns(table: Table, header: list[str], line: int, report: ErrorReport) -> list[_Position | None] | None:
    """For each column of the table its position, None where it is left out. None when the header has errors."""
    errors = _find_header_errors(header, table.headers)
    positions: list[_Position | None] = []
    for column in table.columns:
        given = [name for name in column.parsers if name in header]
        if len(given) > 1:
            errors.append(f"give {' or '.join(given)}, not both")
        elif given:
            positions.append(_Position(given[0], header.index(given[0]), column.parsers[given[0]]))
        else:
            positions.append(None)
            if column.required:
                errors.append(f"the column {' or '.join(column.parsers)} is missing")
    for reason in errors:
        report.add(table.file, line, reason)
    return None if errors else positions


def _parse_row(
    table: Table, positions: list[_Position | None], line: int, row: list[str], report: ErrorReport
) -> list[Value]:
    values: list[Value] = []
    complete = True
    for column, position in zip(table.columns, positions, strict=True):
        cell = _normalize_spaces(row[position.place]).strip() if position else ""
        if not cell or position is None:
            if column.required:
                report.add(table.file, line, f"{position.header if position else column.name} is empty")
                complete = False
            values.append(column.default)
            continue
        try:
            values.append(position.parse(cell))
        except InvalidField as error:
            report.add(table.file, line, f"{position.header} {error}")
            values.append(None)
            complete = False
    if complete and table.find_errors:
        for reason in table.find_errors(dict(zip([column.name for column in table.columns], values, strict=True))):
            report.add(table.file, line, reason)
    return values


def _report_duplicates(table: Table, unique: tuple[str, ...], staging: Staging, report: ErrorReport) -> None:
    keys = ", ".join(unique)
    query = (
        f"SELECT line, first FROM (SELECT line, {keys}, min(line) OVER (PARTITION BY {keys}) AS first "  # noqa: S608
        f"FROM {table.name}) WHERE line > first AND {' AND '.join(f'{key} IS NOT NULL' for key in unique)}"
    )
    columns = " and ".join(name.replace("_", " ") for name in unique)
    for line, first in staging.rows(query):
        report.add(table.file, line, f"the same {columns} as in line {first}")


class UnreadableFile(Exception):
    """The file cannot be read from this line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def _read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the number of its first line. Raises UnreadableFile."""
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
    """Raise UnreadableFile for what Excel's other save formats produce."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")):
        raise UnreadableFile(1, "it is a workbook or an archive and no CSV file: save it as CSV UTF-8")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise UnreadableFile(1, "it is UTF-16: save it as CSV UTF-8")


def _normalize_spaces(text: str) -> str:
    """Every Unicode space, such as the no-break space that spreadsheets insert, as a plain one."""
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)


def _is_utf8(row: Sequence[str]) -> bool:
    text = "".join(row)
    return text.isascii() or not any(ord(character) in SURROGATES for character in text)


def _find_header_errors(header: Sequence[str], known: Sequence[str]) -> list[str]:
    """Problems of the header line, apart from missing columns."""
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        return ["its columns are not separated by commas: save it as CSV with commas"]
    twice = {name for name in header if name and header.count(name) > 1}
    unknown = [name for name in header if name and name not in known]  # a header without a name is checked row by row
    errors = [f"the column {quote_value(name)} occurs twice" for name in sorted(twice)]
    return errors + [f"unknown column {quote_value(name)}; there are: {', '.join(known)}" for name in unknown]
