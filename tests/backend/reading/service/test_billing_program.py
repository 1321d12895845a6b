"""Spanish words about budget and levelized billing."""

from __future__ import annotations

import pytest

from backend.reading.service.billing_program import (
    JOIN,
    LEAVE,
    VIEW,
    agrees_to_program,
    extract_program,
    extract_program_act,
)
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    ("words", "act", "program"),
    [
        ("¿qué es la facturación presupuestada?", VIEW, "budget"),
        ("¿cómo funciona el plan nivelado?", VIEW, "levelized"),
        ("¿estoy en el plan de presupuesto?", VIEW, "budget"),
        ("inscríbame en la facturación nivelada", JOIN, "levelized"),
        ("quiero la facturación presupuestada", JOIN, "budget"),
        ("salirme del plan nivelado", LEAVE, "levelized"),
        ("dejar la facturación presupuestada", LEAVE, "budget"),
        ("diferencia entre presupuesto y pago nivelado", VIEW, None),
    ],
)
def test_billing_programs(words: str, act: str, program: str | None) -> None:
    assert (extract_program_act(to_english(words)), extract_program(to_english(words))) == (act, program)


@pytest.mark.parametrize("words", ["INSCRIBIR", "sí, inscríbame", "Inscribame por favor"])
def test_a_yes_to_a_program(words: str) -> None:
    assert agrees_to_program(to_english(words))
