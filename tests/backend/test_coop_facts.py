"""The office's facts in coop.toml: read as they are, and invalid ones refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.app import Backend
from backend.config import ROOT, Settings
from backend.coop import FILLED_IN_BY_THE_APP, KNOWN_FACTS, Coop, find_unknown_facts, load_coop
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
        (
            '"America/Chicago"',
            '"America/Chicgo"',
            r'coop\.zone names no .* "America/Chicgo".* zone = "America/Chicago"',
        ),
        (
            'monday = ["08:00", "16:30"]',
            'monday = ["8am", "16:30"]',
            r'hours\.monday must be .* = \["08:00", "16:30"\]',
        ),
        ('monday = ["08:00", "16:30"]', "monday = 8", r"hours\.monday must be two times"),
        ('monday = ["08:00", "16:30"]', 'monday = ["16:30", "08:00"]', r"hours\.monday must end after it begins"),
        ("monday =", "moonday =", r"hours\.moonday is not a day of the week"),
        ('email = "office@prairierivers.example"', "", r"office\.email is missing: write it below \[office\]"),
        ("[office]", "[offices]", r"\[office\] is missing: a line \[office\]"),
        ("card = 0", 'card = "0"', r"fees\.card must be a whole number"),
        ("most_parts = 4", "most_part = 4", r"arrangements\.most_parts is missing"),
        ('"+15555550102"', '"911"', r'phones\.outage is no phone number: 911 .* outage = "\+15555550100"'),
        ('["08:00", "20:00"]', '["08:00"]', r"alerts\.send_between must be two times"),
    ],
)
def test_the_other_tables_are_looked_at_too(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "coop.toml"
    path.write_text(WITHOUT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=named):
        load_coop(path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("refund_second_person_cents", "refund_second_persons_cents", "is it refund_second_person_cents?"),
        ("[alerts]", "[alert]", "[alert] is not known, and ignored: is it alerts?"),
        ("[fees]", "[fees]\nsurcharge = 5", "fees.surcharge is not known, and ignored; there are card, bank"),
    ],
)
def test_what_nobody_reads_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = tmp_path / "coop.toml"
    path.write_text(WITHOUT.replace(old, new, 1), encoding="utf-8")
    load_coop(path)
    [line] = find_unknown_facts(path)
    assert line.startswith(f"COOP_FILE: {path}: ")
    assert expected in line


def test_the_shipped_file_has_nothing_that_nobody_reads() -> None:
    assert find_unknown_facts(ROOT / "coop.toml") == []


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
