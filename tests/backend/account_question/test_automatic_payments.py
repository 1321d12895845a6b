"""Automatic payments and their days, described as the run would make them: Auto Pay, a draft, a scheduled payment."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.autopay.models import AutomaticDraft, AutoPay
from backend.payments.models import PaymentMethod
from tests.backend.account_question.asking import add_payment, add_scheduled, ask, in_both, in_days
from tests.backend.autopay.enrollments import add_autopay, add_draft, cancel, change, enroll, set_token
from tests.backend.household import Household, add_bill, make_household

DUE_ON = date(2026, 12, 8)


async def test_auto_pay_is_on(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home, day=15)
    assert await in_both(backend, home, "autopay_status") == [
        "Yes, Auto Pay is on: it pays from Visa ending 4242 on the 15th of each month. "
        "The next run is Tuesday, December 15, $112.40 as of now.",
        "Sí, Auto Pay está activo: paga con Visa terminada en 4242 el día 15 de cada mes. "
        "El próximo cobro es el martes 15 de diciembre, por ahora $112.40.",
    ]


async def test_neither_is_on(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "autopay_status") == [
        "No, neither Auto Pay nor a bank draft is on for this account.",
        "No, esta cuenta no tiene Auto Pay ni débito bancario.",
    ]


async def test_bank_draft_is_not_auto_pay(backend: Backend, home: Household) -> None:
    await add_draft(backend, home)
    assert await in_both(backend, home, "autopay_status") == [
        "Auto Pay is not on, but a bank draft is: it takes each bill on its due date from checking ending 6789. "
        "The next run is Tuesday, December 8, $112.40 as of now.",
        "Auto Pay no está activo, pero hay un débito bancario: cobra cada factura en su fecha de vencimiento de su "
        "cuenta de cheques terminada en 6789. El próximo cobro es el martes 8 de diciembre, por ahora $112.40.",
    ]


async def test_auto_pay_that_was_turned_off_just_before_a_run(backend: Backend) -> None:
    home = await make_household(backend, due_on=in_days(1))
    await add_autopay(backend, home)
    await cancel(backend, home)
    assert await in_both(backend, home, "autopay_status") == [
        "Auto Pay was turned off and ends on Friday, November 20; a run before that still happens. "
        "The next run is Thursday, November 19, $112.40 as of now.",
        "Auto Pay se quitó y termina el viernes 20 de noviembre; un cobro antes de esa fecha todavía se hace. "
        "El próximo cobro es el jueves 19 de noviembre, por ahora $112.40.",
    ]
    assert await ask(backend, home, "next_automatic") == "Auto Pay takes $112.40 tomorrow."


async def test_auto_pay_that_was_turned_off_is_off(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home)
    await cancel(backend, home)
    assert (await ask(backend, home, "autopay_status") or "").startswith("No, neither")


async def test_a_change_that_comes_after_the_next_run(backend: Backend) -> None:
    home = await make_household(backend, due_on=in_days(1))
    await add_autopay(backend, home)
    await change(backend, home, home.bank_id, 15)
    english, spanish = await in_both(backend, home, "autopay_status")
    assert english
    assert spanish
    assert english.startswith("Yes, Auto Pay is on: it pays from Visa ending 4242 on the due date of each bill.")
    assert english.endswith("From Friday, November 20 on it pays from checking ending 6789 on the 15th of each month.")
    assert spanish.endswith("paga con cuenta de cheques terminada en 6789 el día 15 de cada mes.")


async def test_auto_pay_that_replaces_a_draft(backend: Backend) -> None:
    home = await make_household(backend, due_on=in_days(1))
    await add_draft(backend, home)
    await enroll(backend, home, day_of_month=25, replace_draft=True)
    assert await in_both(backend, home, "autopay_status") == [
        "Auto Pay is set up and begins on Friday, November 20: it pays from Visa ending 4242 on the 25th of each "
        "month.",
        "Auto Pay está puesto y empieza el viernes 20 de noviembre: paga con Visa terminada en 4242 el día 25 de cada "
        "mes.",
    ]
    assert await ask(backend, home, "next_automatic") == (
        "The bank draft takes $112.40 tomorrow. Auto Pay runs next on Wednesday, November 25 and takes what is open "
        "then."
    )


@pytest.mark.parametrize("topic", ["autopay_status", "next_automatic"])
async def test_card_that_will_have_expired_is_mentioned_before_it_fails(
    backend: Backend, home: Household, topic: str
) -> None:
    await add_autopay(backend, home, day=15)
    async with backend.db.transaction() as session:
        await session.execute(
            update(PaymentMethod).where(PaymentMethod.id == home.card_id).values(exp_year=2026, exp_month=11)
        )
    english, spanish = await in_both(backend, home, topic)
    assert english
    assert spanish
    assert english.endswith("It cannot run like this: Visa ending 4242 has expired.")
    assert "Así no puede cobrar: " in spanish


async def test_the_next_automatic_payment(backend: Backend, home: Household) -> None:
    await add_draft(backend, home)
    assert await in_both(backend, home, "next_automatic") == [
        "The bank draft takes $112.40 on Tuesday, December 8.",
        "El débito bancario cobra $112.40 el martes 8 de diciembre.",
    ]


async def test_first_payment_is_listed_first(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home, day=15)
    await add_scheduled(backend, home, "KKK-444", 4_000, in_days(2))
    assert await in_both(backend, home, "next_automatic") == [
        "A scheduled payment of $40.00 goes out on Friday, November 20. Auto Pay takes $72.40 on Tuesday, December 15.",
        "Un pago programado de $40.00 sale el viernes 20 de noviembre. "
        "Auto Pay cobra $72.40 el martes 15 de diciembre.",
    ]


@pytest.mark.parametrize(
    ("english", "spanish", "yes"),
    [
        ("will it go out tomorrow", "se cobra mañana", True),
        ("is it coming out on thursday?", "sale el jueves", True),
        ("does it come out today", "sale hoy", False),
        ("will anything be taken on friday", "cobran algo el viernes", False),
    ],
)
async def test_the_day_that_is_asked_about(
    backend: Backend, home: Household, english: str, spanish: str, yes: bool
) -> None:
    await add_scheduled(backend, home, "KKK-444", 4_000, in_days(1))
    answer, dicho = await in_both(backend, home, "next_automatic", english, spanish)
    assert answer
    assert dicho
    assert answer.startswith("Yes. A scheduled payment of $40.00" if yes else "No, nothing is set to go out")
    assert answer.endswith("goes out tomorrow.")
    assert dicho.startswith("Sí. Un pago programado de $40.00" if yes else "No, no hay nada fijado para salir")
    assert dicho.endswith("sale mañana.")


async def test_run_before_a_scheduled_payment_is_listed_first(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home)
    await add_scheduled(backend, home, "KKK-444", 4_000, date(2026, 12, 15))
    assert await ask(backend, home, "next_automatic") == (
        "Auto Pay takes $112.40 on Tuesday, December 8. A scheduled payment of $40.00 goes out on Tuesday, December 15."
    )


async def paid_and_billed_anew(backend: Backend, home: Household) -> None:
    """The bill of tomorrow is on its way to be paid; another one is due on the day after it."""
    await add_payment(backend, home, "KKK-222", 11_240, status="authorized")
    await add_bill(backend, home.account_id, 5_000, in_days(2))


async def test_a_change_counts_from_its_day(backend: Backend) -> None:
    home = await make_household(backend, due_on=in_days(1))
    await add_autopay(backend, home)
    await change(backend, home, home.bank_id, 25)
    await paid_and_billed_anew(backend, home)
    assert await in_both(backend, home, "next_automatic") == [
        "Auto Pay takes $50.00 on Wednesday, November 25.",
        "Auto Pay cobra $50.00 el miércoles 25 de noviembre.",
    ]


async def test_nothing_is_taken_from_the_end_day_of_auto_pay(backend: Backend) -> None:
    home = await make_household(backend, due_on=in_days(1))
    await add_autopay(backend, home)
    await cancel(backend, home)
    await paid_and_billed_anew(backend, home)
    assert await in_both(backend, home, "next_automatic") == [
        "Nothing more is set to go out by itself.",
        "No hay nada más fijado para salir solo.",
    ]


async def test_draft_takes_nothing_from_the_day_of_its_replacement(backend: Backend) -> None:
    home = await make_household(backend, due_on=in_days(1))
    await add_draft(backend, home)
    await enroll(backend, home, day_of_month=25, replace_draft=True)
    await paid_and_billed_anew(backend, home)
    assert await ask(backend, home, "next_automatic") == "Auto Pay takes $50.00 on Wednesday, November 25."


async def test_abandoned_draft_is_not_tried_again(backend: Backend, home: Household) -> None:
    await set_token(backend, home.card_id, "tok_visa_insufficient")
    await add_autopay(backend, home)
    await run_autopay(backend, DUE_ON)
    async with backend.db.transaction() as session:
        await session.execute(update(AutomaticDraft).values(status="failed"))
    assert "tried again" not in (await ask(backend, home, "next_automatic") or "")


async def test_no_automatic_payment(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "next_automatic", "will it go out tomorrow", "sale mañana") == [
        "No, nothing is set to go out tomorrow.",
        "No, no hay nada fijado para salir mañana.",
    ]
    assert await in_both(backend, home, "next_automatic") == [
        "Nothing goes out by itself: there is no Auto Pay, no bank draft and no scheduled payment.",
        "Nada sale solo: no hay Auto Pay, débito bancario ni pago programado.",
    ]


async def test_paid_bill_is_not_taken(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home)
    await add_payment(backend, home, "KKK-222", 11_240, status="authorized")
    assert await in_both(backend, home, "next_automatic") == [
        "Nothing is set to be taken now; your next bill is taken on its due date.",
        "No hay ningún cobro fijado ahora; su próxima factura se cobra en su fecha de vencimiento.",
    ]


async def test_a_declined_run_is_tried_again(backend: Backend, home: Household) -> None:
    await set_token(backend, home.card_id, "tok_visa_insufficient")
    await add_autopay(backend, home)
    await run_autopay(backend, DUE_ON)
    english, spanish = await in_both(backend, home, "next_automatic")
    assert english == "An automatic payment of $112.40 is tried again on Friday, December 11."
    assert spanish == "Un pago automático de $112.40 se intenta otra vez el viernes 11 de diciembre."


@pytest.mark.parametrize(("day", "ordinal"), [(29, "29th"), (30, "30th"), (31, "31st")])
async def test_a_short_month(backend: Backend, home: Household, day: int, ordinal: str) -> None:
    await add_autopay(backend, home, day=day)
    english, spanish = await in_both(backend, home, "short_month")
    assert english
    assert spanish
    assert english.startswith(f"Your Auto Pay is set for the {ordinal}; in a shorter month it runs on the last day.")
    assert spanish.startswith(f"Su Auto Pay está puesto para el día {day}; en un mes más corto cobra el último día.")
    if day == 31:
        assert english.endswith("The next run is Monday, November 30, $112.40 as of now.")


async def test_short_month_changes_nothing_for_most(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "short_month") == [None, None]
    await add_autopay(backend, home, day=28)
    assert await in_both(backend, home, "short_month") == [
        "Your Auto Pay runs on the 28th, which every month has.",
        "Su Auto Pay cobra el día 28, que todos los meses tienen.",
    ]
    async with backend.db.transaction() as session:
        await session.execute(update(AutoPay).values(day_of_month=None))
    assert await in_both(backend, home, "short_month") == [
        "Your Auto Pay runs on the due date of each bill, so a short month changes nothing.",
        "Su Auto Pay cobra en la fecha de vencimiento de cada factura, así que un mes corto no cambia nada.",
    ]
