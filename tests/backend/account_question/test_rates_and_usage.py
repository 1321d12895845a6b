"""The price of power, an estimated reading, and a bill against that of a year before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.billing import bills
from backend.billing.models import Bill
from backend.members.models import Member
from backend.usage.models import MeterReading
from tests.backend.account_question.asking import in_both
from tests.backend.household import NOW, Household, make_household

OCTOBER, LAST_OCTOBER = date(2026, 10, 31), date(2025, 10, 31)
ONE_EACH = {"en": "$0.11", "es": "$0.11"}


async def add(
    backend: Backend, home: Household, ends: date, cents: int, kwh: int, days: int = 31, label: str = "Energy"
) -> None:
    """A bill for the `days` up to `ends`."""
    async with backend.db.transaction() as session:
        bill = Bill(
            account_id=home.account_id,
            number=f"{home.account_id}-{ends}",
            issued_on=ends + timedelta(days=3),
            due_on=ends + timedelta(days=23),
            period_start=ends - timedelta(days=days - 1),
            period_end=ends,
            kwh=kwh,
            amount_cents=cents,
            lines=[{"label": label, "cents": cents}],
        )
        await bills.issue(session, bill, at=NOW)


@pytest.fixture
async def empty(backend: Backend) -> Household:
    return await make_household(backend, due_cents=0)


async def test_the_rate_of_a_home(backend: Backend, home: Household) -> None:
    backend.coop = replace(
        backend.coop,
        facts={"energy_rate": ONE_EACH, "base_charge": {"en": "$29.50 a month", "es": "$29.50 al mes"}},
    )
    assert await in_both(backend, home, "my_rate") == [
        "The energy charge for homes here is $0.11 a kilowatt-hour. The base charge is $29.50 a month. "
        "If you are on another rate, your bill names it.",
        "El cargo de energía para casas aquí es de $0.11 por kilovatio-hora. El cargo base es de $29.50 al mes. "
        "Si usted tiene otra tarifa, su factura la indica.",
    ]


async def test_a_rate_that_is_not_known_is_not_made_up(backend: Backend, home: Household) -> None:
    backend.coop = replace(backend.coop, facts={"energy_rate": ONE_EACH})
    assert await in_both(backend, home, "my_rate") == [
        "The energy charge for homes here is $0.11 a kilowatt-hour. If you are on another rate, your bill names it.",
        "El cargo de energía para casas aquí es de $0.11 por kilovatio-hora. "
        "Si usted tiene otra tarifa, su factura la indica.",
    ]
    backend.coop = replace(backend.coop, facts={})
    assert await in_both(backend, home, "my_rate") == [None, None]


async def test_business_is_not_given_the_home_rate(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(Member).values(kind="commercial"))
    assert await in_both(backend, home, "my_rate") == [None, None]


async def test_estimated_reading_is_mentioned_where_the_bill_has_it(backend: Backend, empty: Household) -> None:
    await add(backend, empty, OCTOBER, 11_240, 700, label="Energy (estimated reading)")
    assert await in_both(backend, empty, "estimated") == [
        "Yes, your newest bill, made on Tuesday, November 3, is from an estimated reading.",
        "Sí, su factura más nueva, hecha el martes 3 de noviembre, viene de una lectura estimada.",
    ]


async def test_unknown_data_is_not_mentioned(backend: Backend, empty: Household) -> None:
    assert await in_both(backend, empty, "estimated") == [None, None]
    assert await in_both(backend, empty, "higher_than_last_year") == [None, None]
    await add(backend, empty, LAST_OCTOBER, 9_000, 650, label="Energy, estimated")
    await add(backend, empty, OCTOBER, 11_240, 700)
    assert await in_both(backend, empty, "estimated") == [None, None], "the newest one was read"


async def test_a_bill_against_the_year_before(backend: Backend, empty: Household) -> None:
    await add(backend, empty, LAST_OCTOBER, 9_820, 650)
    await add(backend, empty, date(2026, 9, 30), 7_000, 500)
    await add(backend, empty, OCTOBER, 11_240, 1_723, days=30)
    assert await in_both(backend, empty, "higher_than_last_year") == [
        "Your bill for October 2026 is $112.40 for 1,723 kWh, and for October 2025 it was $98.20 for 650 kWh: "
        "$14.20 more.",
        "Su factura de octubre de 2026 es de $112.40 por 1,723 kWh, y la de octubre de 2025 fue de $98.20 por 650 kWh: "
        "$14.20 más.",
    ]


@pytest.mark.parametrize(
    ("cents", "english", "spanish"), [(9_000, "$8.20 less", "$8.20 menos"), (9_820, "the same", "lo mismo")]
)
async def test_a_bill_that_is_not_higher(
    backend: Backend, empty: Household, cents: int, english: str, spanish: str
) -> None:
    await add(backend, empty, LAST_OCTOBER, 9_820, 0)
    await add(backend, empty, OCTOBER, cents, 0)
    answer, dicho = await in_both(backend, empty, "higher_than_last_year")
    assert answer
    assert dicho
    assert answer.endswith(f"it was $98.20: {english}.")
    assert dicho.endswith(f"fue de $98.20: {spanish}.")


async def test_longer_period_is_mentioned(backend: Backend, empty: Household) -> None:
    await add(backend, empty, LAST_OCTOBER, 9_820, 650, days=31)
    await add(backend, empty, OCTOBER, 11_240, 700, days=33)
    answer, dicho = await in_both(backend, empty, "higher_than_last_year")
    assert answer
    assert dicho
    assert answer.endswith("$14.20 more. The new one covers 33 days, the old one 31.")
    assert dicho.endswith("$14.20 más. La nueva cubre 33 días, la anterior 31.")


async def test_without_the_bill_of_a_year_before_the_use_is_compared(backend: Backend, empty: Household) -> None:
    await add(backend, empty, OCTOBER, 11_240, 700)
    assert await in_both(backend, empty, "higher_than_last_year") == [None, None]
    async with backend.db.transaction() as session:
        for month, kwh in ((date(2026, 10, 1), 1_700), (date(2025, 10, 1), 650)):
            session.add(MeterReading(account_id=empty.account_id, month=month, kwh=kwh, days=31))
    assert await in_both(backend, empty, "higher_than_last_year") == [
        "In October 2026 you used 1,700 kWh, against 650 kWh in October 2025.",
        "En octubre de 2026 usó 1,700 kWh, contra 650 kWh en octubre de 2025.",
    ]
