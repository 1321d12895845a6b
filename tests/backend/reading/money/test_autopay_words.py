"""What a message asks of Auto Pay and of bank drafts, in both languages."""

from __future__ import annotations

import pytest

from backend.reading.dates.day_parsing import parse_named_day_of_month
from backend.reading.money.autopay_words import (
    ORDINALS_NOT_DAYS,
    asks_about_drafts,
    extract_autopay_act,
    extract_draw_day,
)
from backend.reading.spanish import to_english


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
def test_spanish_autopay_act(words: str, act: str | None) -> None:
    assert extract_autopay_act(to_english(words)) == act


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
def test_spanish_draw_day(words: str, asked: bool, day: str | None) -> None:
    assert extract_draw_day(to_english(words), asked) == day


@pytest.mark.parametrize(
    "words", ["qué es el débito bancario", "cómo pongo un débito bancario", "me conviene el débito"]
)
def test_spanish_question_about_drafts(words: str) -> None:
    assert asks_about_drafts(to_english(words))


@pytest.mark.parametrize(
    ("words", "asked", "day"),
    [
        ("on the 15th", False, "15"),
        ("the fifteenth please", False, "15"),
        ("twenty second", False, "22"),
        ("the checking one. On the thirty-first.", False, "31"),
        ("No! Not the first! The thirty-first, three one!", False, "31"),
        ("on the twenty-third of each month", False, "23"),
        ("not the 5th, the 15th", False, "15"),
        ("due date", False, "due"),
        ("on the due date of my bill", True, "due"),
        ("last day of the month", False, "31"),
        ("change autopay from the first to the tenth", False, "10"),
        ("15", True, "15"),
        ("15", False, None),
        ("fifteen", True, "15"),
        ("day 31", True, "31"),
        ("45", True, "0"),
        ("0", True, "0"),
        ("set up autopay for 99999-001", False, None),
        ("whenever", True, None),
    ],
)
def test_draw_day(words: str, asked: bool, day: str | None) -> None:
    assert extract_draw_day(words, asked) == day


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("cancel my autopay", "cancel"),
        ("take me off autopay", "cancel"),
        ("turn autopay off", "cancel"),
        ("i don't want autopay anymore", "cancel"),
        ("change the card on autopay", "change"),
        ("move my autopay to the 20th", "change"),
        ("pause autopay", "pause"),
        ("skip autopay this month", "pause"),
        ("when does my autopay come out next", "show"),
        ("what card is my autopay on", "show"),
        ("set up autopay", None),
    ],
)
def test_autopay_act(words: str, act: str | None) -> None:
    assert extract_autopay_act(words) == act


def test_second_thought_is_not_a_day() -> None:
    assert parse_named_day_of_month(ORDINALS_NOT_DAYS.sub("", "on second thought, i ought to have auto pay")) is None
