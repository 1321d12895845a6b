"""The office's holidays: their rules, what they close, and their wording."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backend.config import ROOT
from backend.coop import Coop, load_coop
from backend.errors import SettingsError
from backend.holidays import parse_rule
from backend.language import use_language

ZONE = ZoneInfo("America/Chicago")


@pytest.fixture(scope="module")
def coop() -> Coop:
    return load_coop(ROOT / "coop.toml")


@pytest.mark.parametrize(
    ("rule", "year", "day"),
    [
        ("december 25", 2026, date(2026, 12, 25)),
        ("4th thursday of november", 2026, date(2026, 11, 26)),
        ("Day after 4th Thursday of November", 2026, date(2026, 11, 27)),
        ("last monday of may", 2027, date(2027, 5, 31)),
        ("1st monday of september", 2026, date(2026, 9, 7)),
        ("july 4", 2026, date(2026, 7, 4)),
        ("july 4, or the nearest weekday", 2026, date(2026, 7, 3)),
        ("july 4, or the nearest weekday", 2027, date(2027, 7, 5)),
        ("january 1, or the nearest weekday", 2028, date(2027, 12, 31)),
        ("2026-12-24", 2026, date(2026, 12, 24)),
    ],
)
def test_rules(rule: str, year: int, day: date) -> None:
    assert parse_rule(rule)(year) == [day]


def test_a_single_day_and_a_leap_day_are_not_every_year() -> None:
    assert parse_rule("2026-12-24")(2027) == []
    assert parse_rule("february 29")(2027) == []


@pytest.mark.parametrize(
    "rule", ["christmas", "february 30", "5th monday of may", "thursday of november", "25 december"]
)
def test_invalid_rules(rule: str) -> None:
    with pytest.raises(ValueError, match=r"there is no|is no day"):
        parse_rule(rule)


@pytest.mark.parametrize(
    ("at", "is_open", "opens"),
    [
        ("2026-11-25 10:00", True, "2026-11-25 10:00"),
        ("2026-11-25 16:30", False, "2026-11-30 08:00"),  # Thanksgiving, the day after, a weekend
        ("2026-11-26 10:00", False, "2026-11-30 08:00"),
        ("2026-11-27 10:00", False, "2026-11-30 08:00"),
        ("2026-11-30 07:59", False, "2026-11-30 08:00"),
        ("2026-12-31 23:59", False, "2027-01-04 08:00"),
        ("2027-12-31 10:00", False, "2028-01-03 08:00"),  # New Year's Day is a Saturday
    ],
)
def test_when_it_is_open(coop: Coop, at: str, is_open: bool, opens: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    assert coop.is_open(moment) == is_open
    assert f"{coop.next_open(moment):%Y-%m-%d %H:%M}" == opens


def test_the_hours_name_the_closed_days_of_the_coming_week(coop: Coop) -> None:
    before = replace(coop, today=lambda: date(2026, 11, 22))
    hours = "Monday to Friday 8:00 AM to 4:30 PM"
    assert before.hours_text == f"{hours}, closed on Thursday, November 26 and Friday, November 27"
    with use_language("es"):
        assert before.hours_text.endswith(", cerrada el jueves 26 de noviembre y el viernes 27 de noviembre")
    christmas = replace(coop, today=lambda: date(2026, 12, 19))
    assert christmas.hours_text == f"{hours}, closed on Friday, December 25"
    assert replace(coop, today=lambda: date(2026, 11, 18)).hours_text == hours
    assert coop.hours_text == hours


def test_all_of_them_by_name(coop: Coop) -> None:
    assert coop.get_fact("holidays") == (
        "New Year's Day, Memorial Day, Independence Day, Labor Day, Thanksgiving, "
        "the day after Thanksgiving and Christmas"
    )
    with use_language("es"):
        assert str(coop.get_fact("holidays")).endswith("y Navidad")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('eve = "december 24"', "holidays.eve must be"),
        ('eve = { on = "december 24", en = "Eve" }', "holidays.eve must be"),
        ('eve = { on = "soon", en = "Eve", es = "Vispera" }', 'holidays.eve: "soon" is no day'),
    ],
)
def test_unreadable_rule_is_refused_by_name(tmp_path: Path, line: str, named: str) -> None:
    text = (ROOT / "coop.toml").read_text(encoding="utf-8")
    head, rest = text.split("[holidays]", 1)
    path = tmp_path / "coop.toml"
    path.write_text(f"{head}[holidays]\n{line}\n[arrangements]{rest.split('[arrangements]', 1)[1]}", encoding="utf-8")
    with pytest.raises(SettingsError, match=named):
        load_coop(path)
