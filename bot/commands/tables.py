"""What `show` and `outbox` print for people: tables in plain text."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from backend.coop import format_phone
from backend.money import format_cents

MAX_CELL = 60  # characters
WIDE_WHERE_NOBODY_LOOKS = 160
"""In a pipe there is no width to keep to."""


def format_table(rows: Iterable[dict[str, Any]], zone: ZoneInfo, width: int | None = None) -> str:
    """The rows under their names, at most `width` characters wide (by default the terminal's); "none" without rows.

    Times are shown in `zone`, `…_cents` as dollars. The last column is cut where the line would be too long.
    """
    columns: dict[str, None] = {}
    cells = []
    for row in rows:
        columns |= dict.fromkeys(row)
        cells.append({name: format_cell(name, value, zone) for name, value in row.items()})
    if not cells:
        return "  none"
    wide = width or shutil.get_terminal_size((WIDE_WHERE_NOBODY_LOOKS, 24)).columns
    heads = {name: name.removesuffix("_cents").replace("_", " ") for name in columns}
    sizes = {name: max(len(heads[name]), *(len(row.get(name, "")) for row in cells)) for name in columns}
    lines = [
        [(heads[name], name) for name in columns],
        *[[(row.get(name, ""), name) for name in columns] for row in cells],
    ]
    right = {name for name in columns if name.endswith("_cents")}
    return "\n".join(
        "  "
        + "  ".join(
            cell.rjust(sizes[name]) if name in right else cell.ljust(sizes[name]) for cell, name in line
        ).rstrip()[: wide - 2]
        for line in lines
    )


def format_cell(name: str, value: Any, zone: ZoneInfo) -> str:
    """One value as people read it, in one line."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("cents") and isinstance(value, int):
        return format_cents(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if name in ("phone", "recipient") and str(value).startswith("+"):
        return format_phone(value)
    if isinstance(value, list | tuple):
        return _shorten("; ".join(format_cell(name, each, zone) for each in value) or "-")
    if isinstance(value, dict) and set(value) == {"label", "cents"}:  # a line of a bill
        return f"{value['label']} {format_cents(value['cents'])}"
    if isinstance(value, dict):
        return _shorten(", ".join(f"{key} {format_cell(key, each, zone)}" for key, each in value.items()) or "-")
    return _shorten(str(value))


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CELL else f"{line[: MAX_CELL - 3]}..."


def format_member(shown: dict[str, Any], zone: ZoneInfo) -> str:
    """What `memberline show` prints: the member, the balance, then each list that is not empty."""
    return "\n".join(_member_lines(shown, zone))


def _member_lines(shown: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    for name in ("member", "balance"):
        yield name.capitalize()
        facts = {key.removesuffix("_cents").replace("_", " "): format_cell(key, value, zone)
                 for key, value in shown[name].items()}  # fmt: skip
        size = max(map(len, facts), default=0)
        yield from (f"  {key.ljust(size)}  {value}" for key, value in facts.items())
    empty = []
    for name, rows in shown.items():
        if name in ("member", "balance"):
            continue
        if not rows:
            empty.append(name)
            continue
        yield f"\n{name.replace('_', ' ').capitalize()} ({len(rows)})"
        yield format_table((_flatten(row) for row in rows), zone)
    if empty:
        yield "\nNone: " + ", ".join(name.replace("_", " ") for name in empty)


def _flatten(row: dict[str, Any]) -> dict[str, Any]:
    """A dictionary within the row, such as an account's balance, as columns of its own."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat |= value if name == "balance" else {name: value}
    return flat
