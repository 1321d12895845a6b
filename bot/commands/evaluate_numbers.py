"""Evaluates the reading of numbers, amounts and dates on a file of labeled sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from backend.errors import MemberlineError
from backend.reading.dates.day_parsing import DayProblem, ParsedDay, parse_day
from backend.reading.dates.past_date import parse_past_date
from backend.reading.extract_all import extract_all
from bot.commands.evaluate_nlu import read_rows

BIRTH_DATE = "date of birth"
# a date is read on the first day of two leap years: if it moves with them it was said without a year
FIRST_TODAY, SECOND_TODAY = date(2024, 1, 1), date(2028, 1, 1)

LabeledRow = Mapping[str, Any]
ReadRow = tuple[LabeledRow, str | None]
"""A row and the value that was read in it."""


def evaluate_numbers(file: Path) -> dict[str, Any]:
    """Scores for FILE: rows are JSON objects with `text`, `kind` and `value`, and `ask`, `ref_date`, `asr_error`.

    A row whose text was misheard (`asr_error`) is also right if nothing is read: the member is then asked again;
    `misheard` counts those rows separately, and `exact_heard` leaves them out.
    """
    rows = read_rows(file, "text", "kind", "value")
    for number, row in enumerate(rows, 1):
        if row["kind"] not in READERS:
            raise MemberlineError(f"{file}, line {number}: kind must be one of {', '.join(READERS)}")
    return compute_scores([(row, READERS[row["kind"]](row)) for row in rows])


def compute_scores(results: list[ReadRow]) -> dict[str, Any]:
    heard = [pair for pair in results if not pair[0].get("asr_error")]
    misheard = [pair for pair in results if pair[0].get("asr_error")]
    by_kind = {kind: [pair for pair in results if pair[0]["kind"] == kind] for kind in sorted(READERS)}
    return {
        "rows": len(results),
        "exact": _accuracy(results),
        "exact_heard": _accuracy(heard),
        "kinds": {kind: {"rows": len(rows), "exact": _accuracy(rows)} for kind, rows in by_kind.items() if rows},
        "misheard": {
            "rows": len(misheard),
            "right": sum(value == row["value"] for row, value in misheard),
            "asked_again": sum(value is None for _, value in misheard),
        },
        "wrong": [{**row, "read": value} for row, value in results if not _is_correct(row, value)],
    }


def _accuracy(results: list[ReadRow]) -> float:
    return round(sum(_is_correct(row, value) for row, value in results) / len(results), 4) if results else 0.0


def _is_correct(row: LabeledRow, value: str | None) -> bool:
    return value == row["value"] or (bool(row.get("asr_error")) and value is None)


def _reference_date(row: LabeledRow) -> date:
    return date.fromisoformat(row["ref_date"]) if row.get("ref_date") else FIRST_TODAY


def _read_account_number(row: LabeledRow) -> str | None:
    extracted = extract_all(row["text"], asked="member_number", today=_reference_date(row))
    return extracted.member_number.digits if extracted.member_number else None


def _read_last4(row: LabeledRow) -> str | None:
    """Without an `ask` the four digits are part of a request, where they count only if they are named."""
    return extract_all(row["text"], asked="last4" if row.get("ask") else None, today=_reference_date(row)).last4


def _read_amount(row: LabeledRow) -> str | None:
    extracted = extract_all(row["text"], asked="amount", today=_reference_date(row))
    cents = getattr(extracted.amount, "cents", None)
    return extracted.share if cents is None else f"{cents // 100}.{cents % 100:02d}"


def _read_date(row: LabeledRow) -> str | None:
    if row.get("ask") == BIRTH_DATE:
        born = parse_past_date(row["text"], date.today(), day_first=True)
        return born.isoformat() if born else None
    if row.get("ref_date"):
        day = _named_date(parse_day(row["text"], _reference_date(row)))
        return day.isoformat() if day else None
    first, second = (_named_date(parse_day(row["text"], today)) for today in (FIRST_TODAY, SECOND_TODAY))
    if first is None or second is None:
        return None
    return first.isoformat() if first == second else f"--{first:%m-%d}"


def _named_date(read: ParsedDay | DayProblem | None) -> date | None:
    """The date that was named, even if it has passed and cannot be used."""
    return read.day if isinstance(read, ParsedDay) else read.past_day if read else None


READERS: dict[str, Callable[[LabeledRow], str | None]] = {
    "account_number": _read_account_number,
    "last4": _read_last4,
    "amount": _read_amount,
    "date": _read_date,
}
