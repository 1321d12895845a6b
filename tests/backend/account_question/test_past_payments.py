"""The last payment, and whether one was taken twice: from the bookings, never a guess."""

from __future__ import annotations

import pytest

from backend.app import Backend
from tests.backend.account_question.asking import add_payment, ask, in_both
from tests.backend.household import Household


async def test_a_payment_that_went_through(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 5_000, days_ago=40)
    await add_payment(backend, home, "KKK-333", 6_000, days_ago=9)
    assert await in_both(backend, home, "last_payment") == [
        "Your payment went through: $60.00 on Monday, November 9, number KKK-333.",
        "Su pago pasó bien: $60.00 el lunes 9 de noviembre, número KKK-333.",
    ]


async def test_pending_payment_and_the_last_one_before(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 5_000, days_ago=9)
    await add_payment(backend, home, "KKK-333", 6_000, status="authorized")
    assert await in_both(backend, home, "last_payment") == [
        "Your payment is on its way: $60.00 on Wednesday, November 18, number KKK-333. "
        "The last one that went through: $50.00 on Monday, November 9, number KKK-222.",
        "Su pago está en camino: $60.00 el miércoles 18 de noviembre, número KKK-333. "
        "El último que sí pasó: $50.00 el lunes 9 de noviembre, número KKK-222.",
    ]


@pytest.mark.parametrize(
    ("status", "english", "spanish"),
    [
        ("declined", "Your payment did not go through, and nothing was taken:", "Su pago no pasó, y no se cobró nada:"),
        ("voided", "Your payment did not go through, and nothing was taken:", "Su pago no pasó, y no se cobró nada:"),
        (
            "returned",
            "The bank sent your payment back, so it is due again:",
            "El banco devolvió su pago, así que se debe otra vez:",
        ),
        ("started", "Your payment is on its way:", "Su pago está en camino:"),
    ],
)
async def test_outcome_of_the_last_payment(
    backend: Backend, home: Household, status: str, english: str, spanish: str
) -> None:
    await add_payment(backend, home, "KKK-333", 6_000, days_ago=1, status=status)
    assert await in_both(backend, home, "last_payment") == [
        f"{english} $60.00 on Tuesday, November 17, number KKK-333.",
        f"{spanish} $60.00 el martes 17 de noviembre, número KKK-333.",
    ]


async def test_no_payment_yet(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "last_payment", "did you get my check", "recibieron mi cheque") == [
        "No payment is on this account yet. What comes by mail shows here once the office has posted it.",
        "Todavía no hay ningún pago en esta cuenta. Lo que llega por correo aparece aquí cuando la oficina lo "
        "registra.",
    ]


async def test_the_payment_that_is_named_by_its_amount(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 5_000, days_ago=9)
    await add_payment(backend, home, "KKK-333", 6_000, days_ago=1)
    assert await in_both(backend, home, "last_payment", "i paid $50, did you get it", "pagué $50, les llegó") == [
        "Your payment went through: $50.00 on Monday, November 9, number KKK-222.",
        "Su pago pasó bien: $50.00 el lunes 9 de noviembre, número KKK-222.",
    ]


async def test_missing_payment_is_not_mistaken_for_another(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-333", 6_000, days_ago=1)
    assert await ask(backend, home, "last_payment", "i paid $70.00, did you get it") == (
        "I see no payment of $70.00 on this account. "
        "Your payment went through: $60.00 on Tuesday, November 17, number KKK-333."
    )


@pytest.mark.parametrize(("apart", "twice"), [(0, True), (1, True), (3, True), (4, False)])
async def test_twice_is_one_amount_within_three_days(
    backend: Backend, home: Household, apart: int, twice: bool
) -> None:
    await add_payment(backend, home, "KKK-222", 11_240, days_ago=2 + apart)
    await add_payment(backend, home, "KKK-333", 11_240, days_ago=2)
    answer = await ask(backend, home, "charged_twice") or ""
    assert answer.startswith(
        "Yes, I see two payments of $112.40" if twice else "No, in the last 35 days no two payments"
    )


async def test_payment_charged_twice(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 11_240, days_ago=3)
    await add_payment(backend, home, "KKK-333", 11_240, days_ago=2, status="authorized")
    assert await in_both(backend, home, "charged_twice") == [
        "Yes, I see two payments of $112.40: on Sunday, November 15, number KKK-222, and on Monday, November 16, "
        "number KKK-333. If only one was meant, the office can look into it: 555-555-0100.",
        "Sí, veo dos pagos de $112.40: el domingo 15 de noviembre, número KKK-222, y el lunes 16 de noviembre, número "
        "KKK-333. Si quería hacer uno solo, la oficina lo puede revisar: 555-555-0100.",
    ]


@pytest.mark.parametrize("status", ["declined", "voided", "returned"])
async def test_failed_payment_is_not_a_second_payment(backend: Backend, home: Household, status: str) -> None:
    await add_payment(backend, home, "KKK-222", 11_240, days_ago=3, status=status)
    await add_payment(backend, home, "KKK-333", 11_240, days_ago=2)
    assert await in_both(backend, home, "charged_twice") == [
        "No, one payment was taken in the last 35 days: $112.40 on Monday, November 16, number KKK-333.",
        "No, en los últimos 35 días se cobró un solo pago: $112.40 el lunes 16 de noviembre, número KKK-333.",
    ]


async def test_two_amounts_are_not_twice(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 5_000, days_ago=3)
    await add_payment(backend, home, "KKK-333", 6_240, days_ago=2)
    assert await in_both(backend, home, "charged_twice") == [
        "No, in the last 35 days no two payments of one amount are within 3 days of each other. "
        "The newest are $62.40 on Monday, November 16, number KKK-333 and $50.00 on Sunday, November 15, "
        "number KKK-222.",
        "No, en los últimos 35 días no hay dos pagos de la misma cantidad con 3 días o menos entre ellos. "
        "Los más nuevos son $62.40 el lunes 16 de noviembre, número KKK-333 y $50.00 el domingo 15 de noviembre, "
        "número KKK-222.",
    ]


async def test_old_payments_are_not_searched(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 11_240, days_ago=36)
    await add_payment(backend, home, "KKK-333", 11_240, days_ago=37)
    assert await in_both(backend, home, "charged_twice") == [
        "No payment was taken on this account in the last 35 days.",
        "En los últimos 35 días no se cobró ningún pago en esta cuenta.",
    ]
    await add_payment(backend, home, "KKK-444", 11_240, days_ago=35)
    assert (await ask(backend, home, "charged_twice") or "").startswith("No, one payment was taken")
