"""Spanish words about Auto Pay."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from actions.autopay.questions import format_run_day
from actions.turn import Turn
from backend.language import use_language
from backend.reading.money.autopay_words import extract_autopay_act, extract_draw_day
from backend.reading.spanish import to_english


def turn(words: str) -> Turn:
    """A turn of which only the words are read."""
    return cast(Turn, SimpleNamespace(text=to_english(words)))


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("cancelar mi pago automático", "cancel"),
        ("sáqueme del autopay", "cancel"),
        ("ya no quiero pago automático", "cancel"),
        ("quiero darme de baja del pago automático", "cancel"),
        ("cambiar la tarjeta del pago automático", "change"),
        ("se me venció la tarjeta del auto pay", "change"),
        ("no me cobren el autopay este mes", "pause"),
        ("suspender el pago automático", "pause"),
        ("¿cuándo es mi próximo pago automático?", "show"),
        ("¿estoy inscrito en autopay?", "show"),
        ("¿qué día cobra el pago automático?", "show"),
        ("quiero poner el pago automático", None),
    ],
)
def test_what_to_do_with_auto_pay(words: str, act: str | None) -> None:
    assert extract_autopay_act(turn(words).text) == act


@pytest.mark.parametrize(
    ("words", "asked", "day"),
    [
        ("el día 15", False, "15"),
        ("el quince de cada mes", False, "15"),
        ("mover el autopay al día 20", False, "20"),
        ("el primero de cada mes", False, "1"),
        ("en la fecha de vencimiento", False, "due"),
        ("el día que vence", True, "due"),
        ("el último día del mes", False, "31"),
        ("quince", True, "15"),
        ("15", True, "15"),
        ("el treinta y uno", True, "31"),
        ("el 45", True, "0"),
        ("cuando sea", True, None),
    ],
)
def test_a_day_of_the_month(words: str, asked: bool, day: str | None) -> None:
    assert extract_draw_day(turn(words).text, asked) == day


def test_the_day_of_a_draft_is_said_in_spanish() -> None:
    with use_language("es"):
        assert format_run_day(None) == "en la fecha de vencimiento de cada factura"
        assert format_run_day(31) == "el día 31 de cada mes (el último día en los meses más cortos)"
