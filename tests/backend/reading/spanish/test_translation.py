"""Spanish reaches the same readers: what it is put into, and what they make of it."""

from __future__ import annotations

from datetime import date

import pytest

from backend.reading.extract_all import extract_all
from backend.reading.spanish import to_english
from backend.reading.spanish.number_translation import translate_numbers

TODAY = date(2026, 11, 18)  # a Wednesday


def read(text: str, asked: str | None = None) -> dict[str, object]:
    found = extract_all(to_english(text), asked=asked, today=TODAY)
    return {name: value for name, value in vars(found).items() if value is not None}


@pytest.mark.parametrize(
    ("message", "cents"),
    [
        ("ochenta y cuatro con cincuenta", 8450),
        ("112 con 40", 11240),
        ("112,40", 11240),
        ("ciento doce con cuarenta", 11240),
        ("cincuenta dólares con veinte centavos", 5020),
        ("doscientos treinta y cinco dólares", 23500),
        ("mil doscientos", 120000),
        ("dos mil quinientos dólares", 250000),
        ("veintiún dólares", 2100),
        ("no, mejor 50", 5000),
        ("cien", 10000),
    ],
)
def test_amounts(message: str, cents: int) -> None:
    assert read(message, "amount")["amount"].cents == cents  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("message", "share"),
    [
        ("todo", "all"),
        ("la mitad", "half"),
        ("sólo lo vencido", "past_due"),
        ("el total", "all"),
        ("la atrasada", "past_due"),
        ("solo la parte atrasada", "past_due"),
    ],
)
def test_shares(message: str, share: str) -> None:
    assert read(message, "amount")["share"] == share


@pytest.mark.parametrize(
    ("message", "day"),
    [
        ("mañana", "2026-11-19"),
        ("pasado mañana", "2026-11-20"),
        ("el viernes", "2026-11-20"),
        ("el viernes que viene", "2026-11-20"),
        ("el 15 de diciembre", "2026-12-15"),
        ("el quince", "2026-12-15"),
        ("día 20", "2026-11-20"),
        ("en dos semanas", "2026-12-02"),
        ("a fin de mes", "2026-11-30"),
        ("25/12", "2026-12-25"),
        ("el primero de diciembre", "2026-12-01"),
    ],
)
def test_days(message: str, day: str) -> None:
    assert read(message, "date")["day"].day.isoformat() == day  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "message",
    [
        "99999-001",
        "nueve nueve nueve nueve nueve cero cero uno",
        "nueve nueve nueve nueve nueve guión doble cero uno",
        "mi número es 99999-001",
    ],
)
def test_member_numbers(message: str) -> None:
    assert read(message, "member_number")["member_number"].dashed == "99999-001"  # type: ignore[attr-defined]


def test_last_four_with_a_correction() -> None:
    assert read("4576 no espere 4567", "last4")["last4"] == "4567"


@pytest.mark.parametrize("message", ["luz.garcia@example.com", "mi usuario es luz.mitad", "www.todo.example"])
def test_addresses_and_user_ids_stay(message: str) -> None:
    assert to_english(message).split()[-1] == message.split()[-1]


def test_tens_and_ones_of_thousands() -> None:
    assert translate_numbers("cuarenta y uno mil cuarenta y uno") == "forty one thousand forty one"
    assert translate_numbers("mil doscientos") == "one thousand two hundred"
