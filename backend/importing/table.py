"""What a file holds: its columns, what makes a row one of its kind, and how its rows get into the staging database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.importing import csvfile
from backend.importing.errors import ErrorReport
from backend.importing.fields import InvalidField, Reader, Value
from backend.importing.staging import Staging

BATCH = 5000
ParsedRow = dict[str, Value]


@dataclass(frozen=True)
class Column:
    """One column. `other` is another header for the same fact and how it is read there: dollars beside cents."""

    name: str
    read: Reader
    required: bool = True
    default: Value = None
    alternative: tuple[str, Reader] | None = None

    @property
    def headers(self) -> list[str]:
        return [self.name, self.alternative[0]] if self.alternative else [self.name]


@dataclass(frozen=True)
class Table:
    """One kind of file. Each of `unique` is columns that no two rows share; `wrong` tells what does not fit in a row.

    `fill` is a statement that fills in what may be left out.
    """

    name: str
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...]
    find_errors: Callable[[ParsedRow], Iterator[str]] | None = None
    fill_statement: str = ""

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def headers(self) -> list[str]:
        return [header for column in self.columns for header in column.headers]


def stage(table: Table, folder: Path, staging: Staging, faults: ErrorReport) -> None:
    """Read the file, if it is there, into its staging table. A cell that cannot be used is named and left empty."""
    staging.create(table.name, [column.name for column in table.columns])
    path = folder / table.file
    if not os.path.lexists(path):
        return
    batch: list[tuple[Value, ...]] = []
    try:
        for line, values in _read(table, path, faults):
            batch.append((line, *values))
            if len(batch) == BATCH:
                staging.insert(table.name, batch)
                batch = []
    except csvfile.UnreadableFile as error:
        faults.add(table.file, error.line, str(error))
    except OSError as error:
        faults.add(table.file, 0, f"cannot be read: {error.strerror}")
    staging.insert(table.name, batch)
    if table.fill_statement:
        staging.run(table.fill_statement)
    for unique in table.unique:
        _report_duplicates(table, unique, staging, faults)


def _read(table: Table, path: Path, faults: ErrorReport) -> Iterator[tuple[int, list[Value]]]:
    found = csvfile.read_rows(path)
    line, header = next(found, (1, []))
    if not csvfile.is_utf8(header):
        raise csvfile.UnreadableFile(line, "is not UTF-8 text: save the file as CSV UTF-8")
    header = [csvfile.normalize_spaces(name).strip().lower() for name in header]
    readers = _locate_columns(table, header, line, faults)
    if readers is None:
        return
    unnamed = [place for place, name in enumerate(header) if not name]
    for line, row in found:
        row = _strip_trailing_blanks(row, len(header))
        if len(row) != len(header):
            faults.add(table.file, line, f"has {len(row)} columns where line 1 names {len(header)}")
        elif not csvfile.is_utf8(row):
            faults.add(table.file, line, "is not UTF-8 text: save the file as CSV UTF-8")
        elif full := [place + 1 for place in unnamed if row[place].strip()]:
            faults.add(table.file, line, f"has something in column {full[0]}, which has no name in line 1")
        else:
            yield line, _parse_row(table, readers, line, row, faults)


def _strip_trailing_blanks(row: list[str], width: int) -> list[str]:
    """A spreadsheet writes empty cells behind the last column where once was something."""
    return row if any(cell.strip() for cell in row[width:]) else row[:width]


ColumnPosition = tuple[
    Column, str, int, Reader
]  # a column, the header it stands under, where, and how it is read there


def _locate_columns(
    table: Table, header: list[str], line: int, faults: ErrorReport
) -> list[ColumnPosition | None] | None:
    """For each column of the table where it stands; None for one that is left out. None at all: unusable."""
    wrong = csvfile.find_header_errors(header, table.headers)
    places: list[ColumnPosition | None] = []
    for column in table.columns:
        there = [name for name in column.headers if name in header]
        if len(there) > 1:
            wrong.append(f"give {' or '.join(there)}, not both")
        elif there:
            read = column.read if there[0] == column.name or not column.alternative else column.alternative[1]
            places.append((column, there[0], header.index(there[0]), read))
        else:
            places.append(None)
            if column.required:
                wrong.append(f"the column {' or '.join(column.headers)} is missing")
    for reason in wrong:
        faults.add(table.file, line, reason)
    return None if wrong else places


def _parse_row(
    table: Table, places: list[ColumnPosition | None], line: int, row: list[str], faults: ErrorReport
) -> list[Value]:
    values: list[Value] = []
    whole = True
    for column, place in zip(table.columns, places, strict=True):
        cell = csvfile.normalize_spaces(row[place[2]]).strip() if place else ""
        if not cell or place is None:
            if column.required:
                faults.add(table.file, line, f"{place[1] if place else column.name} is empty")
                whole = False
            values.append(column.default)
            continue
        try:
            values.append(place[3](cell))
        except InvalidField as error:
            faults.add(table.file, line, f"{place[1]} {error}")
            values.append(None)
            whole = False
    if whole and table.find_errors:
        for reason in table.find_errors(dict(zip([column.name for column in table.columns], values, strict=True))):
            faults.add(table.file, line, reason)
    return values


def _report_duplicates(table: Table, unique: tuple[str, ...], staging: Staging, faults: ErrorReport) -> None:
    keys = ", ".join(unique)
    query = (
        f"SELECT line, first FROM (SELECT line, {keys}, min(line) OVER (PARTITION BY {keys}) AS first "  # noqa: S608
        f"FROM {table.name}) WHERE line > first AND {' AND '.join(f'{key} IS NOT NULL' for key in unique)}"
    )
    said = " and ".join(name.replace("_", " ") for name in unique)
    for line, first in staging.rows(query):
        faults.add(table.file, line, f"the same {said} as in line {first}")
