"""What a payment, a schedule and several accounts need of Spanish."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
import yaml

from backend.reading.dates.day_parsing import ParsedDay, is_due_date_requested
from backend.reading.extract_all import extract_all
from backend.reading.money.amount import Amount, AmountProblem
from backend.reading.money.payment_method import SAVED_WORDS, WANTS_OTHER_METHOD, WANTS_PAY_LINK
from backend.reading.money.scheduled_payment import extract_existing_act
from backend.reading.normalize import strip_accents
from backend.reading.numbers.account_separator import names_all_accounts
from backend.reading.spanish import to_english
from backend.reading.spanish.translation import TABLES_FOLDER

TODAY = date(2026, 11, 18)  # a Wednesday


@pytest.mark.parametrize(
    ("message", "cents"),
    [
        ("pagar 50", 5000),
        ("quiero pagar 84.50", 8450),
        ("quiero abonar 40 dólares", 4000),
        ("un abono de 25", 2500),
        ("nada más 30", 3000),
        ("mejor 60", 6000),
        ("20 mil dólares", 2000000),
        ("2 mil 500", 250000),
        ("ochenta y cuatro dólares y cincuenta centavos", 8450),
        ("noventa y nueve con noventa y nueve", 9999),
        ("veinte con cinco", 2005),
        ("ciento veinte con cinco centavos", 12005),
        ("un dólar", 100),
        ("no 50, 60", 6000),
        ("no, que sean 70", 7000),
    ],
)
def test_amounts_of_a_payment(message: str, cents: int) -> None:
    found = extract_all(to_english(message), asked="amount", today=TODAY).amount
    assert isinstance(found, Amount)
    assert found.cents == cents


@pytest.mark.parametrize(
    "message",
    "todo menos 20/20 más de lo que debo/al menos 50/menos de 50/entre 50 y 60/cincuenta y tantos/"
    "el cincuenta por ciento/menos 5/el doble".split("/"),
)
def test_an_amount_that_is_bent_is_asked_about(message: str) -> None:
    assert isinstance(extract_all(to_english(message), asked="amount", today=TODAY).amount, AmountProblem)


@pytest.mark.parametrize("message", ["no todo", "no quiero pagar todo", "no puedo pagar todo"])
def test_not_all_is_not_a_share(message: str) -> None:
    assert extract_all(to_english(message), asked="amount", today=TODAY).share is None


@pytest.mark.parametrize(
    ("message", "day"),
    [("no hoy, mañana", "2026-11-19"), ("de hoy en ocho", "2026-11-25"), ("a mediados de mes", "2026-12-15")],
)
def test_days_of_a_payment(message: str, day: str) -> None:
    found = extract_all(to_english(message), asked="date", today=TODAY).day
    assert isinstance(found, ParsedDay)
    assert found.day.isoformat() == day


@pytest.mark.parametrize("message", ["99999 menos 001", "99999 menos cero cero uno"])
def test_the_dash_may_be_called_minus(message: str) -> None:
    found = extract_all(to_english(message), asked="member_number", today=TODAY).member_number
    assert found
    assert found.dashed == "99999-001"


@pytest.mark.parametrize("message", ["cuando venza", "el día que vence", "en la fecha de vencimiento", "VENCIMIENTO"])
def test_the_due_date_as_a_day(message: str) -> None:
    assert is_due_date_requested(to_english(message))


@pytest.mark.parametrize(
    "message", ["¿cuándo vence?", "cuándo vence mi factura", "cuando vence mi recibo", "qué día vence"]
)
def test_a_question_about_the_due_date_chooses_no_day(message: str) -> None:
    assert not is_due_date_requested(to_english(message))


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        ("por enlace", WANTS_PAY_LINK),
        ("con una tarjeta nueva", WANTS_PAY_LINK),
        ("otra tarjeta", WANTS_OTHER_METHOD),
        ("de otra forma", WANTS_OTHER_METHOD),
        ("con mi tarjeta", SAVED_WORDS),
        ("la tarjeta guardada", SAVED_WORDS),
        ("la misma tarjeta", SAVED_WORDS),
    ],
)
def test_payment_methods_and_accounts(message: str, pattern: object) -> None:
    assert pattern.search(to_english(message))  # type: ignore[attr-defined]


@pytest.mark.parametrize("message", ["el saldo de todas mis cuentas", "las dos cuentas"])
def test_all_accounts_in_spanish(message: str) -> None:
    assert names_all_accounts(to_english(message))


@pytest.mark.parametrize(
    "message",
    ["Quisiera saber qué pagos tenemos programados", "Solo dígame si hay pagos programados, sí o no",
     "Pagos programados, por favor"],
)  # fmt: skip
def test_scheduled_payments_are_shown_without_paying(message: str) -> None:
    assert extract_existing_act(to_english(message)) == "show"


@pytest.mark.parametrize(
    ("message", "act"),
    [
        ("cancelar mi pago programado", "cancel"),
        ("quiero cancelar el pago que programé", "cancel"),
        ("qué pagos programados tengo", "show"),
        ("quiero ver mis pagos programados", "show"),
        ("cambiar el día de mi pago programado", "move"),
        ("mover mi pago programado al viernes", "move"),
        ("quiero programar un pago", None),
        ("pagar 50 el viernes", None),
    ],
)
def test_payments_that_are_there_already(message: str, act: str | None) -> None:
    assert extract_existing_act(to_english(message)) == act


def test_phrase_is_in_one_table_with_one_meaning() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for path in TABLES_FOLDER.glob("*.yml"):
        for english, phrases in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for phrase in phrases.split(","):
                meanings[" ".join(strip_accents(phrase.strip().lower()).split())].add(str(english))
    assert {phrase: found for phrase, found in meanings.items() if len(found) > 1} == {}
