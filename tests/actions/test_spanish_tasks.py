"""What Spanish words about automatic payments, bills, programs and histories are heard as."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from actions.alerts.questions import read_back_values
from actions.autopay.questions import format_run_day
from actions.identity.forms import ASKS_HOW
from actions.turn import Turn
from backend.language import use_language
from backend.reading.dates.usage_months import extract_months
from backend.reading.money.autopay_words import asks_about_drafts, extract_autopay_act, extract_draw_day
from backend.reading.money.payment_words import extract_count, wants_copy
from backend.reading.service.bill_delivery import extract_choice
from backend.reading.service.billing_program import (
    JOIN,
    LEAVE,
    VIEW,
    agrees_to_program,
    extract_program,
    extract_program_act,
)
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


@pytest.mark.parametrize(
    "words", ["qué es el débito bancario", "cómo pongo un débito bancario", "me conviene el débito"]
)
def test_a_question_about_drafts(words: str) -> None:
    assert asks_about_drafts(turn(words).text)


@pytest.mark.parametrize(
    ("words", "wish"),
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
def test_how_bills_are_to_come(words: str, wish: str | None) -> None:
    assert extract_choice(turn(words).text) == wish


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
    assert (extract_program_act(turn(words).text), extract_program(turn(words).text)) == (act, program)


@pytest.mark.parametrize("words", ["INSCRIBIR", "sí, inscríbame", "Inscribame por favor"])
def test_a_yes_to_a_program(words: str) -> None:
    assert agrees_to_program(turn(words).text)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("mis últimos tres pagos", 3),
        ("las últimas 5 facturas", 5),
        ("mi último pago", 1),
        ("cuándo pagué por última vez", 1),
        ("mis pagos", None),
    ],
)
def test_how_many(words: str, count: int | None) -> None:
    assert extract_count(turn(words).text) == count


@pytest.mark.parametrize(
    "words",
    [
        "cómo pongo el pago automático",
        "cómo me inscribo en autopay",
        "qué alertas hay",
        "cómo cancelo mi débito bancario",
    ],
)
def test_a_question_of_how(words: str) -> None:
    assert ASKS_HOW.search(turn(words).text)


def test_a_copy_of_a_bill() -> None:
    assert wants_copy(turn("quiero una copia de mi factura").text)
    assert not wants_copy(turn("mis facturas anteriores").text)


@pytest.mark.parametrize(
    ("words", "month"),
    [("consumo de julio", "2026-07-01"), ("¿cuánto usé en mayo?", "2026-05-01"), ("diciembre", "2025-12-01")],
)
def test_a_month(words: str, month: str) -> None:
    assert extract_months(turn(words).text, date(2026, 11, 18)) == [month]


def test_days_and_alerts_are_said_in_spanish() -> None:
    with use_language("es"):
        assert format_run_day(None) == "en la fecha de vencimiento de cada factura"
        assert format_run_day(31) == "el día 31 de cada mes (el último día en los meses más cortos)"
        told = read_back_values({"bill_due": 3, "usage_over": 1200}, ["text", "email"])
    assert told["ways"] == "texto y correo electrónico"
    assert told["when"] == "su factura esté a 3 días de vencer y el consumo de una factura pase de 1,200 kWh"
