"""When and how much is due, and what is known of a shutoff and a late charge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from tests.backend.account_question.asking import add_payment, add_scheduled, ask, in_both, in_days
from tests.backend.autopay.enrollments import add_autopay
from tests.backend.household import Household, add_bill, make_household


async def late(backend: Backend, *, rest: int = 0) -> Household:
    """Something that was due 11 days ago, and with `rest` another bill that is due in 19."""
    home = await make_household(backend, due_cents=10_000, due_on=in_days(-11))
    if rest:
        await add_bill(backend, home.account_id, rest, in_days(19))
    return home


async def with_credit(backend: Backend) -> Household:
    home = await make_household(backend)
    await add_payment(backend, home, "KKK-222", 13_740)
    return home


async def test_the_due_date(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "due_when") == [
        "$112.40 is due on Tuesday, December 8.",
        "Se deben $112.40, que vencen el martes 8 de diciembre.",
    ]


@pytest.mark.parametrize(("days", "expected"), [(0, "today"), (1, "tomorrow"), (2, "on Friday, November 20")])
async def test_a_due_date_that_is_near(backend: Backend, days: int, expected: str) -> None:
    home = await make_household(backend, due_on=in_days(days))
    assert await ask(backend, home, "due_when") == f"$112.40 is due {expected}."


async def test_past_due_amount_and_the_rest(backend: Backend) -> None:
    home = await late(backend, rest=8_000)
    assert await in_both(backend, home, "due_when") == [
        "$100.00 is past due, and $80.00 is due on Monday, December 7.",
        "Hay $100.00 vencidos, y $80.00 vencen el lunes 7 de diciembre.",
    ]


async def test_all_of_it_is_past_due(backend: Backend) -> None:
    home = await late(backend)
    assert await in_both(backend, home, "due_when") == [
        "$100.00 is past due: it was due on Saturday, November 7.",
        "Hay $100.00 vencidos: la fecha era el sábado 7 de noviembre.",
    ]


async def test_without_an_amount_due(backend: Backend) -> None:
    home = await make_household(backend, due_cents=0)
    assert await in_both(backend, home, "due_when") == [
        "Nothing is due on this account now.",
        "Esta cuenta no debe nada ahora.",
    ]


async def test_a_credit(backend: Backend) -> None:
    home = await with_credit(backend)
    assert await in_both(backend, home, "due_when") == [
        "Nothing is due: the account has a credit of $25.00.",
        "No debe nada: la cuenta tiene $25.00 a su favor.",
    ]


async def test_no_shutoff_is_set_without_past_due(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "shutoff") == [
        "Nothing is past due on this account, so nothing owed calls for a shutoff. "
        "$112.40 is due on Tuesday, December 8.",
        "No hay nada vencido en esta cuenta, así que nada de lo que se debe lleva a un corte. "
        "Se deben $112.40, que vencen el martes 8 de diciembre.",
    ]


async def test_a_bill_is_late_the_day_after_it_is_due(backend: Backend, clock: ManualClock) -> None:
    home = await make_household(backend, due_on=in_days(0))
    assert "nothing owed calls" in (await ask(backend, home, "shutoff") or "")
    assert "$112.40 is due today" in (await ask(backend, home, "late_fee_now") or "")
    clock.advance(days=1)
    assert (await ask(backend, home, "shutoff") or "").startswith("$112.40 is past due on this account.")
    assert (await ask(backend, home, "late_fee_now") or "").startswith("$112.40 has been past due since Wednesday,")


async def test_the_office_sets_the_day_of_a_shutoff(backend: Backend) -> None:
    home = await late(backend, rest=8_000)
    assert await in_both(backend, home, "shutoff") == [
        "$100.00 is past due on this account. The office sets the day of a shutoff and can tell you where yours "
        "stands: 555-555-0100.",
        "En esta cuenta hay $100.00 vencidos. La oficina fija el día de un corte y le puede decir cómo está el suyo: "
        "555-555-0100.",
    ]


async def test_pending_money_is_named_without_a_promise(backend: Backend) -> None:
    home = await late(backend)
    await add_payment(backend, home, "KKK-222", 10_000, status="authorized")
    english, spanish = await in_both(backend, home, "shutoff")
    assert english
    assert spanish
    assert english.endswith("stands: 555-555-0100. $100.00 is on its way and not counted yet.")
    assert spanish.endswith("suyo: 555-555-0100. Hay $100.00 en camino que aún no se cuentan.")


async def test_a_late_charge_can_come(backend: Backend) -> None:
    home = await late(backend)
    backend.coop = replace(backend.coop, facts={"late_fee": {"en": "$5.00", "es": "$5.00"}})
    assert await in_both(backend, home, "late_fee_now") == [
        "$100.00 has been past due since Saturday, November 7, so a late charge can come on the next bill. "
        "The late charge here is $5.00.",
        "Hay $100.00 vencidos desde el sábado 7 de noviembre, así que puede venir un recargo en la próxima factura. "
        "El recargo aquí es de $5.00.",
    ]


async def test_unset_late_charge_is_not_mentioned(backend: Backend, home: Household) -> None:
    backend.coop = replace(backend.coop, facts={})
    assert await in_both(backend, home, "late_fee_now") == [
        "Nothing is past due now: $112.40 is due on Tuesday, December 8, and a late charge can come only after that.",
        "Ahora no hay nada vencido: $112.40 vencen el martes 8 de diciembre, y un recargo solo puede venir después.",
    ]


async def test_no_late_charge_where_nothing_is_owed(backend: Backend) -> None:
    home = await with_credit(backend)
    backend.coop = replace(backend.coop, facts={})
    assert await in_both(backend, home, "late_fee_now") == [
        "Nothing is past due on this account now, so no late charge is coming.",
        "Ahora no hay nada vencido en esta cuenta, así que no viene ningún recargo.",
    ]


async def test_remaining_balance_without_coming_payments(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "what_is_left") == [
        "$112.40 is due on Tuesday, December 8. Nothing is past due. No payment is on its way or scheduled.",
        "Se deben $112.40, que vencen el martes 8 de diciembre. No hay nada vencido. "
        "No hay ningún pago en camino ni programado.",
    ]


async def test_remaining_balance_where_auto_pay_takes_it(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home)
    english, _ = await in_both(backend, home, "what_is_left")
    assert english
    assert "Nothing is past due. Auto Pay takes $112.40" in english
    assert "scheduled" not in english


async def test_remaining_balance_after_coming_payments(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 5_000, status="authorized")
    await add_payment(backend, home, "KKK-333", 1_000, status="declined")
    await add_scheduled(backend, home, "KKK-444", 2_000, in_days(2))
    assert await in_both(backend, home, "what_is_left") == [
        "Your balance is $112.40. With $50.00 on its way and $20.00 scheduled for Friday, November 20 taken off, "
        "it comes to $42.40.",
        "Su saldo es de $112.40. Descontando $50.00 en camino y $20.00 programados para el viernes 20 de noviembre, "
        "queda en $42.40.",
    ]


async def test_too_much_is_a_credit(backend: Backend, home: Household) -> None:
    await add_scheduled(backend, home, "KKK-444", 12_000, in_days(2))
    english, spanish = await in_both(backend, home, "what_is_left")
    assert english
    assert spanish
    assert english.endswith("it comes to $7.60 credit.")
    assert spanish.endswith("queda en $7.60 a su favor.")
