"""Plans of payments, as members say them in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from backend.reading.money.payment_plan import RequestedPlan, parse_payment_plan, plan_from_slot
from backend.reading.money.payment_plan_patterns import Frequency
from backend.reading.spanish import to_english

TODAY = date(2026, 11, 18)  # a Wednesday
FRIDAY = "11-20"
WEEK, TWO_WEEKS, MONTH = Frequency(1, "week"), Frequency(2, "week"), Frequency(1, "month")


def parts(plan: RequestedPlan) -> list[tuple[object, str | None]]:
    return [(part.share, f"{part.on:%m-%d}" if part.on else None) for part in plan.parts]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("can i have till the 10th", [("all", "12-10")]),
        ("an extension until december 10", [("all", "12-10")]),
        ("can you give me another week", [("all", "11-25")]),
        ("give me two weeks", [("all", "12-02")]),
        ("can i pay it all on the 5th", [("all", "12-05")]),
        ("half today and half friday", [("1/2", "11-18"), ("1/2", FRIDAY)]),
        ("today and friday, half each", [("1/2", "11-18"), ("1/2", FRIDAY)]),
        ("i lost my job, can i pay half now and half on the 4th", [("1/2", "11-18"), ("1/2", "12-04")]),
        ("100 now and the rest on the 5th", [(10000, "11-18"), ("rest", "12-05")]),
        ("friday 50, the 10th 62.40", [(5000, FRIDAY), (6240, "12-10")]),
        ("50 today 30 friday 32.40 the 4th", [(5000, "11-18"), (3000, FRIDAY), (3240, "12-04")]),
        (
            "50 on friday, 40 on the 10th and the rest on christmas",
            [(5000, FRIDAY), (4000, "12-10"), ("rest", "12-25")],
        ),
        (
            "a third now, a third on the 1st, a third on the 15th",
            [("1/3", "11-18"), ("1/3", "12-01"), ("1/3", "12-15")],
        ),
        ("can i do 2 payments one today and one on the 4th", [("1/2", "11-18"), ("1/2", "12-04")]),
        ("i can pay 60, friday", [(6000, FRIDAY)]),
        ("60 first, then 52.40 on the 10th", [(6000, None), (5240, "12-10")]),
        ("pay 50 on the 1st and the 15th", [(5000, "12-01"), (None, "12-15")]),
        ("100 friday no wait 80 friday and the rest on the 5th", [(8000, FRIDAY), ("rest", "12-05")]),
        ("i get paid on friday", [(None, FRIDAY)]),
        ("31005-001 last four 4821 and i want half now half friday", [("1/2", "11-18"), ("1/2", FRIDAY)]),
    ],
)
def test_payments_one_by_one(words: str, found: list[tuple[object, str | None]]) -> None:
    assert parts(parse_payment_plan(words, TODAY)) == found


@pytest.mark.parametrize(
    ("words", "count", "each", "every", "start"),
    [
        ("three equal parts", 3, None, None, None),
        ("in 3 payments", 3, None, None, None),
        ("can i split it in 3", 3, None, None, None),
        ("split it in half", 2, None, None, None),
        ("half and half", 2, None, None, None),
        ("in 3 monthly payments", 3, None, MONTH, None),
        ("3 payments of 40", 3, 4000, None, None),
        ("50 every friday", None, 5000, WEEK, "11-20"),
        ("i can do 50 every friday starting december 4", None, 5000, WEEK, "12-04"),
        ("$25 a week starting friday", None, 2500, WEEK, "11-20"),
        ("40 a month", None, 4000, MONTH, None),
        ("i can pay forty dollars a week", None, 4000, WEEK, None),
        ("40 every two weeks", None, 4000, TWO_WEEKS, None),
        ("50 dollars on the 1st of every month", None, 5000, MONTH, "12-01"),
        ("hold off until the 1st then 40 a week", None, 4000, WEEK, "12-01"),
        ("monthly payments", None, None, MONTH, None),
    ],
)
def test_payments_in_a_rhythm(
    words: str, count: int | None, each: int | None, every: Frequency | None, start: str | None
) -> None:
    plan = parse_payment_plan(words, TODAY)
    assert (plan.count, plan.each_cents, plan.frequency) == (count, each, every)
    assert (f"{plan.start_date:%m-%d}" if plan.start_date else None) == start
    assert plan.parts == ()


def test_a_payment_and_then_a_rhythm() -> None:
    plan = parse_payment_plan("100 today and then 20 a week", TODAY)
    assert (parts(plan), plan.each_cents, plan.frequency) == ([(10000, "11-18")], 2000, WEEK)
    plan = parse_payment_plan("half now and the rest in 3 payments", TODAY)
    assert (parts(plan), plan.count) == ([("1/2", "11-18")], 3)


@pytest.mark.parametrize("words", ["nothing until the 1st", "i can't pay anything until december 1st"])
def test_nothing_until_a_day(words: str) -> None:
    plan = parse_payment_plan(words, TODAY)
    assert (plan.pays_nothing_now, parts(plan)) == (True, [(None, "12-01")])


@pytest.mark.parametrize(
    "words",
    [
        "i need a payment arrangement",
        "my hours were cut and i have 2 kids and i'm 3 weeks behind",
        "i need an arrangement 31005-001 0142",
        "i got a disconnect notice and can't pay it all",
    ],
)
def test_no_plan(words: str) -> None:
    assert parse_payment_plan(words, TODAY).is_empty


@pytest.mark.parametrize(
    ("words", "asked"), [("31005-001 4821", "member_number"), ("4821", "last4"), ("482113", "code")]
)
def test_identity_statement_is_not_a_plan(words: str, asked: str) -> None:
    assert parse_payment_plan(words, TODAY, asked).is_empty


@pytest.mark.parametrize(
    ("words", "asked", "found"),
    [
        ("50", "amount", [(5000, None)]),
        ("15", "date", [(None, "12-15")]),
        ("friday", "date", [(None, FRIDAY)]),
        ("no make it 60 today", "change", [(6000, "11-18")]),
        ("not friday, saturday", "change", [(None, "11-21")]),
    ],
)
def test_answers(words: str, asked: str, found: list[tuple[object, str | None]]) -> None:
    assert parts(parse_payment_plan(words, TODAY, asked)) == found


@pytest.mark.parametrize(("words", "problem"), [("next month", "unclear"), ("yesterday", "past"), ("friday", "")])
def test_invalid_day(words: str, problem: str) -> None:
    assert parse_payment_plan(words, TODAY, "date").day_problem == problem


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("la mitad hoy y la mitad el viernes", [("1/2", "11-18"), ("1/2", FRIDAY)]),
        ("la mitad hoy y la otra mitad el viernes", [("1/2", "11-18"), ("rest", FRIDAY)]),
        ("me pueden esperar hasta el día 10", [("all", "12-10")]),
        ("deme una semana más", [("all", "11-25")]),
        ("100 ahorita y lo demás el 5 de diciembre", [(10000, "11-18"), ("rest", "12-05")]),
        (
            "cincuenta hoy, cuarenta el viernes y el resto en navidad",
            [(5000, "11-18"), (4000, FRIDAY), ("rest", "12-25")],
        ),
        ("nada hasta el primero", [(None, "12-01")]),
        ("me pagan el viernes", [(None, FRIDAY)]),
    ],
)
def test_payments_in_spanish(words: str, found: list[tuple[object, str | None]]) -> None:
    assert parts(parse_payment_plan(to_english(words), TODAY)) == found


@pytest.mark.parametrize(
    ("words", "count", "each", "every"),
    [
        ("en tres partes iguales", 3, None, None),
        ("tres pagos iguales", 3, None, None),
        ("dividirlo en 3", 3, None, None),
        ("50 cada viernes", None, 5000, WEEK),
        ("40 al mes", None, 4000, MONTH),
        ("veinte dólares cada semana", None, 2000, WEEK),
        ("puedo dar 50 cada quincena", None, 5000, TWO_WEEKS),
    ],
)
def test_a_rhythm_in_spanish(words: str, count: int | None, each: int | None, every: Frequency | None) -> None:
    plan = parse_payment_plan(to_english(words), TODAY)
    assert (plan.count, plan.each_cents, plan.frequency) == (count, each, every)


@pytest.mark.parametrize("words", ["half today and half friday", "40 every two weeks", "nothing until the 1st"])
def test_a_plan_in_a_slot_comes_back_as_it_was(words: str) -> None:
    plan = parse_payment_plan(words, TODAY)
    assert plan_from_slot(plan.to_slot()) == plan


def test_the_last_day_of_a_month_in_a_shorter_one() -> None:
    assert [MONTH.date_after(date(2026, 12, 31), times) for times in (1, 2)] == [date(2027, 1, 31), date(2027, 2, 28)]


@pytest.mark.parametrize("plan", ["1", "press 1", "#1", "one please", "option 2", "number 3"])
def test_choice_number_is_not_a_payment(plan: str) -> None:
    for asked in ("amount", "change", None):
        assert parse_payment_plan(plan, TODAY, asked).is_empty
    assert not parse_payment_plan("$1", TODAY, "amount").is_empty
