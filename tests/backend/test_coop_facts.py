"""The office's facts in coop.toml: read as they are, and invalid ones refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.app import Backend
from backend.config import ROOT, Settings
from backend.coop import FILLED_IN_BY_THE_APP, KNOWN_FACTS, Coop, load_coop
from backend.errors import SettingsError
from backend.language import use_language

WITHOUT = (ROOT / "coop.toml").read_text(encoding="utf-8").split("[facts]")[0]


def with_facts(folder: Path, lines: str) -> Coop:
    path = folder / "coop.toml"
    path.write_text(f"{WITHOUT}\n[facts]\n{lines}\n", encoding="utf-8")
    return load_coop(path)


def test_a_fact_is_one_text_or_one_each(tmp_path: Path) -> None:
    coop = with_facts(tmp_path, 'late_fee = "$5.00"\ndue_days = 20\nbase_charge = { en = "a dollar", es = "un dolar" }')
    assert [coop.get_fact(name) for name in ("late_fee", "due_days", "base_charge")] == ["$5.00", "20", "a dollar"]
    with use_language("es"):
        assert [coop.get_fact(name) for name in ("late_fee", "due_days", "base_charge")] == ["$5.00", "20", "un dolar"]


def test_a_fact_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "coop.toml"
    path.write_text(WITHOUT, encoding="utf-8")
    assert load_coop(path).get_fact("late_fee") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("coop_name", "Prairie Rivers Electric Cooperative"),
        ("office_phone", "555-555-0100"),
        ("outage_phone", "555-555-0102"),
        ("mail_address", "PO Box 100, Elizabeth, IL 61028"),
        ("bank_fee", "$0.00"),
    ],
)
def test_values_of_other_tables_are_facts(name: str, expected: str) -> None:
    assert load_coop(ROOT / "coop.toml").get_fact(name) == expected


def test_every_known_fact_has_words() -> None:
    coop = load_coop(ROOT / "coop.toml")
    assert {name for name in KNOWN_FACTS if not coop.get_fact(name)} == FILLED_IN_BY_THE_APP


def test_empty_fact_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "coop.toml"
    path.write_text(WITHOUT.replace('"office@prairierivers.example"', '""'), encoding="utf-8")
    assert load_coop(path).get_fact("office_email") is None


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("late_fee = 5.0", "facts.late_fee"),
        ("late_fee = true", "facts.late_fee"),
        ('late_fee = ["$5.00"]', "facts.late_fee"),
        ('late_fee = { en = "$5.00" }', "facts.late_fee"),
        ('late_fee = { en = "$5.00", es = "$5.00", fr = "5" }', "facts.late_fee"),
        ('late_fee = { en = "$5.00", es = 5 }', r"facts.late_fee \(es\)"),
        ('late_fee = ""', r"facts.late_fee \(en\)"),
        (r'late_fee = "5\n6"', r"facts.late_fee \(en\)"),
        ('"late fee" = "$5.00"', "facts.late fee"),
        ('holidays = "Christmas"', "facts.holidays is known"),
        ('office_phone = "555-555-0100"', "facts.office_phone is known"),
    ],
)
def test_invalid_fact_is_refused_by_name(tmp_path: Path, line: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        with_facts(tmp_path, line)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "Prairie Rivers Electric Cooperative"', "name = 5", "name must be a text"),
        ('office = "+15555550100"', "office = 5555550100", "office must be a text"),
    ],
)
def test_the_other_tables_are_looked_at_too(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "coop.toml"
    path.write_text(WITHOUT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=named):
        load_coop(path)


def test_facts_that_are_no_table_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "coop.toml"
    path.write_text(f"facts = 5\n{WITHOUT}", encoding="utf-8")
    with pytest.raises(SettingsError, match="facts must be a table"):
        load_coop(path)


def test_the_portal_is_our_own_unless_the_file_names_another(tmp_path: Path) -> None:
    settings = Settings.from_env({"MEMBERLINE_ENV": "test", "PUBLIC_URL": "https://bot.coop.example"})
    assert Backend.create(settings).coop.portal_url == "https://bot.coop.example/portal"
    path = tmp_path / "coop.toml"
    path.write_text(WITHOUT.replace("[coop]", '[coop]\nportal_url = "https://pay.coop.example/"'), encoding="utf-8")
    assert Backend.create(settings.with_values(coop_file=path)).coop.portal_url == "https://pay.coop.example/"


def test_the_license_is_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
