"""Tables for people: dollars, local times, one line a row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.commands.tables import format_cell, format_member, format_table

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("amount_cents", 123450, "$1,234.50"),
        ("amount_cents", None, "-"),
        ("created_at", datetime(2026, 11, 18, 16, tzinfo=UTC), "2026-11-18 10:00"),
        ("due_on", date(2026, 12, 9), "2026-12-09"),
        ("phone", "+15555550142", "555-555-0142"),
        ("active", False, "no"),
        ("lines", [{"label": "Energy", "cents": 950}, {"label": "Tax", "cents": 50}], "Energy $9.50; Tax $0.50"),
        ("body", "two\nlines  and more", "two lines and more"),
        ("parts", [], "-"),
    ],
)
def test_values_are_shown_as_people_read_them(name: str, value: object, said: str) -> None:
    assert format_cell(name, value, CHICAGO) == said


def test_columns_stand_below_each_other_and_fit_the_width() -> None:
    rows = [{"number": "1", "amount_cents": 5}, {"number": "22", "amount_cents": 123456, "body": "x" * 80}]
    lines = format_table(rows, CHICAGO, width=50).splitlines()
    assert lines[0].split() == ["number", "amount", "body"]
    assert lines[1].startswith("  1           $0.05")
    assert lines[2].startswith("  22      $1,234.56")
    assert max(map(len, lines)) <= 50
    assert format_table([], CHICAGO) == "  none"


def test_member_is_shown_with_what_there_is_none_of() -> None:
    shown = {
        "member": {"number": "99999", "phone_since": None},
        "balance": {"amount_due_cents": 11240},
        "accounts": [{"number": "99999-001", "balance": {"amount_due_cents": 11240}}],
        "drafts": [],
    }
    text = format_member(shown, CHICAGO)
    assert "phone since  -" in text
    assert "Accounts (1)" in text
    assert text.endswith("None: drafts")
    assert text.count("$112.40") == 2
