"""Reads a CSV file row by row into the staging database: its columns, the checks of a row, and the repair of what
spreadsheets do to files."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from backend.importing.bulk_load import BulkLoader
from backend.importing.csv_files import UnreadableFile, is_decoded, normalize_spaces, read_rows
from backend.importing.errors import ErrorReport
from backend.importing.fields import CellParser, InvalidField, Value, quote_value
from backend.importing.staging import BATCH_SIZE, Staging

TEXT_FORMULA = re.compile(r'="([^"]*)"')  # how spreadsheets keep the zeros of ="00417"
TEXT_MARK = re.compile(r"'(\d[\d -]*)")  # '00417: the mark of a cell that is text
NOT_UTF8_TEXT = "is not UTF-8 text: save the file as CSV UTF-8"
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
    reader = TableReader(table, path, report)
    for line, row in reader.rows():
        batch.append((line, *reader.parse(line, row)))
        if len(batch) == BATCH_SIZE:
            staging.insert(table.name, batch)
            batch = []
    staging.insert(table.name, batch)
    finish_staging(table, staging, report)


def finish_staging(table: Table, staging: Staging, report: ErrorReport) -> None:
    """Fill in what may be left out, and report rows that are there twice."""
    if table.fill_statement:
        staging.run(table.fill_statement)
    for unique in table.unique:
        _report_duplicates(table, unique, staging, report)


@dataclass
class TableReader:
    """Reads one file. Everything wrong with it is reported, and never raised."""

    table: Table
    path: Path
    report: ErrorReport
    header: list[str] = field(default_factory=list)
    _positions: list[_Position | None] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(first line, cells) of every row that has the columns that the header names."""
        try:
            yield from self._rows()
        except UnreadableFile as error:
            self.report.add(self.table.file, error.line, str(error))
        except OSError as error:
            self.report.add(self.table.file, 0, f"cannot be read: {error.strerror}")

    def given(self) -> frozenset[str]:
        """The columns of the table that the file has."""
        columns = zip(self.table.columns, self._positions, strict=False)  # without positions when the header has errors
        return frozenset(column.name for column, position in columns if position)

    def parse(self, line: int, row: list[str]) -> list[Value]:
        """The values in the order of the table's columns; what cannot be used is reported and None."""
        return _parse_row(self.table, self._positions, line, row, self.report)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        rows = read_rows(self.path)
        line, header = next(rows, (1, []))
        if not is_decoded("".join(header)):
            raise UnreadableFile(line, NOT_UTF8_TEXT)
        self.header = [normalize_spaces(name).strip().lower() for name in header]
        positions = _locate_columns(self.table, self.header, line, self.report)
        if positions is None:
            return
        self._positions = positions
        width = len(self.header)
        unnamed = [place for place, name in enumerate(self.header) if not name]
        for line, row in rows:
            if len(row) > width and not any(cell.strip() for cell in row[width:]):
                row = row[:width]  # spreadsheets write empty cells after the last column where there once was content
            if len(row) != width:
                self._add_error(line, f"has {len(row)} columns where the header names {width}")
            elif not is_decoded("".join(row)):
                self._add_error(line, NOT_UTF8_TEXT)
            elif filled := [place + 1 for place in unnamed if row[place].strip()]:
                self._add_error(line, f"has something in column {filled[0]}, which has no name in the header")
            else:
                yield line, row

    def _add_error(self, line: int, reason: str) -> None:
        self.report.add(self.table.file, line, reason)


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
        cell = clean_cell(row[position.place]) if position else ""
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


def clean_cell(cell: str) -> str:
    """Without what a spreadsheet puts around a value: spaces, `="00417"`, `'00417`."""
    cell = normalize_spaces(cell).strip()
    if found := TEXT_FORMULA.fullmatch(cell) or TEXT_MARK.fullmatch(cell):
        return found[1].strip()
    return cell


def _find_header_errors(header: Sequence[str], known: Sequence[str]) -> list[str]:
    """Problems of the header line, apart from missing columns."""
    if len(header) == 1 and any(mark in header[0] for mark in ";|"):
        return ["its columns are not separated by commas: save it as CSV with commas"]
    twice = {name for name in header if name and header.count(name) > 1}
    unknown = [name for name in header if name and name not in known]  # a header without a name is checked row by row
    errors = [f"the column {quote_value(name)} occurs twice" for name in sorted(twice)]
    return errors + [f"unknown column {quote_value(name)}; there are: {', '.join(known)}" for name in unknown]
