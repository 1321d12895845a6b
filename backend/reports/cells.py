"""What a report's tables hold, and how each is shown on the page and in a CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backend.language import format_short_date, tr
from backend.money import format_cents

SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is taken for a formula by spreadsheets."""


@dataclass(frozen=True)
class Money:
    cents: int


@dataclass(frozen=True)
class Seconds:
    """A time span; None where nothing was measured."""

    value: float | None


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, shown in percent."""

    part: int
    whole: int


Cell = int | str | date | Money | Seconds | Share


def format_cell(cell: Cell) -> str:
    """For a person, in the current language."""
    match cell:
        case Money(cents):
            return format_cents(cents)
        case Seconds(value):
            return tr("no data") if value is None else format_seconds(value)
        case Share(part, whole):
            return tr("no data") if not whole else f"{_percent(part, whole)}%"
        case date():
            return format_short_date(cell, year=True)
        case int():
            return f"{cell:,}"
    return cell


def format_csv_cell(cell: Cell) -> str:
    """For a spreadsheet: dollars with a point, seconds, percent, ISO dates; no text that would be a formula."""
    match cell:
        case Money(cents):
            return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
        case Seconds(value):
            return "" if value is None else f"{value:.1f}"
        case Share(part, whole):
            return "" if not whole else str(_percent(part, whole))
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
    return f"'{cell}" if cell.startswith(SIGNS) else cell


def _percent(part: int, whole: int) -> int:
    """Half a percent up."""
    return (200 * part + whole) // (2 * whole)


def format_seconds(value: float) -> str:
    """`0.4 s`, `42 s`, `12 min`, `3 h 5 min`, `2 days`."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{round(value)} s"
    minutes = round(value / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return tr("{count} days", count=round(hours / 24))
