"""By which way a message asks for bills."""

from __future__ import annotations

import pytest

from backend.reading.service.bill_delivery import extract_choice
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("factura sin papel", "email"),
        ("quiero mi recibo por correo electrónico", "email"),
        ("ya no me manden papel", "email"),
        ("dejen de mandar recibos de papel", "email"),
        ("cambiar de papel a email", "email"),
        ("mándeme el recibo por email en vez de papel", "email"),
        ("quiero otra vez mi factura en papel", "paper"),
        ("mándenme la factura por correo", "paper"),
        ("cancelar la factura sin papel", "paper"),
        ("desactivar la factura electrónica", "paper"),
        ("cambiar de email a papel", "paper"),
        ("¿tengo la factura sin papel?", None),
        ("¿estoy en factura electrónica?", None),
    ],
)
def test_how_bills_are_to_come(words: str, expected: str | None) -> None:
    assert extract_choice(to_english(words)) == expected


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("it comes on paper, can it come by email instead?", "email"),
        ("paper instead of email please", "paper"),
        ("put me back on paper, not by email", "paper"),
    ],
)
def test_how_bills_are_to_come_in_english(words: str, way: str) -> None:
    assert extract_choice(words) == way
