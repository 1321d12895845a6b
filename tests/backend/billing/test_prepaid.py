"""What is left on a prepaid account and for how long, by our own books, and the warning that it is low."""

from __future__ import annotations

import pytest

from backend.alerts.delivery import deliver_alerts
from backend.app import Backend
from backend.billing.accounts import lock_account
from backend.billing.prepaid import count_days_left, describe_left
from backend.clock import ManualClock
from backend.coop import Coop
from backend.language import use_language
from backend.payments import prechecks
from backend.payments.balances import get_balance
from backend.providers.billing.base import PaymentFact
from backend.providers.billing.system import Prepaid
from tests.backend.account_question.asking import in_both
from tests.backend.alerts.alert_settings import on, sent_alerts
from tests.backend.household import NOW, TODAY, Household, make_household
from tests.backend.prepaid_accounts import make_prepaid
from tests.backend.providers.billing.elsewhere import NUMBER, move_books


@pytest.fixture
async def home(backend: Backend) -> Household:
    return await make_household(backend, due_cents=0)


async def add_money(backend: Backend, home: Household, cents: int) -> None:
    async with backend.db.transaction() as session:
        await backend.billing.payment_posted(session, PaymentFact(f"p{cents}", home.account_id, cents, 0, NOW))


@pytest.mark.parametrize(
    ("left", "daily", "days"), [(2000, 400, 5), (1999, 400, 4), (100, 400, 0), (-500, 400, 0), (2000, None, None)]
)
def test_days_are_whole_ones(left: int, daily: int | None, days: int | None) -> None:
    assert count_days_left(left, daily) == days


@pytest.mark.parametrize(
    ("prepaid", "english", "spanish"),
    [
        (
            Prepaid(2000, 5),
            "$20.00 left on your prepaid account. At your recent use that lasts about 5 days.",
            "unos 5",
        ),
        (Prepaid(2000, None), "$20.00 left on your prepaid account.", "Le quedan $20.00"),
        (Prepaid(90, 0), "lasts less than a day", "menos de un día"),
        (Prepaid(0, 0), "used up", "se acabó"),
        (Prepaid(-350, 0), "$3.50 below zero", "$3.50 por debajo"),
    ],
)
def test_what_is_left_in_words(prepaid: Prepaid, english: str, spanish: str) -> None:
    assert english in describe_left(prepaid)
    with use_language("es"):
        assert spanish in describe_left(prepaid)


async def test_a_payment_adds_to_what_is_left(backend: Backend, home: Household) -> None:
    await make_prepaid(backend, home, 2000)
    await add_money(backend, home, 3000)
    async with backend.db.read_session() as session:
        balance = await get_balance(session, backend, home.account_id)
    assert (balance.prepaid, balance.due_on) == (Prepaid(5000, 12), None)


async def test_nothing_forbids_paying_ahead(backend: Backend, home: Household) -> None:
    await make_prepaid(backend, home, 2000)
    async with backend.db.transaction() as session:
        account = await lock_account(session, home.account_id)
        assert await prechecks.find_warnings(session, backend, account, 9000, TODAY) == []


async def test_questions_about_it(backend: Backend, home: Household) -> None:
    await make_prepaid(backend, home, 2000)
    english, spanish = await in_both(backend, home, "prepaid_left")
    assert english is not None
    assert spanish is not None
    assert "$20.00 left" in english
    assert "can be turned off on working days from 9 a.m. to 2 p.m., never at night" in english
    assert "back within the hour" in english
    assert "Le quedan $20.00" in spanish
    for topic, part in (("due_when", "no bill and no due date"), ("late_fee_now", "no late charge")):
        answer, _ = await in_both(backend, home, topic)
        assert part in str(answer)
        assert "$20.00 left" in str(answer)


async def test_what_happens_at_zero_is_the_offices_to_tell_where_it_is_not_known(
    backend: Backend, home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_prepaid(backend, home, 100)
    monkeypatch.setattr(Coop, "get_fact", lambda _coop, _name: None)
    answer, _ = await in_both(backend, home, "shutoff")
    assert "the power can be turned off. The office can tell you the rest at" in str(answer)


async def test_an_account_with_bills_is_not_taken_for_prepaid(backend: Backend) -> None:
    home = await make_household(backend)
    answer, _ = await in_both(backend, home, "prepaid_left")
    assert "not prepaid" in str(answer)
    assert "$112.40 is due" in str(answer)


async def test_a_low_balance_is_told_once_a_day(backend: Backend, home: Household, clock: ManualClock) -> None:
    await make_prepaid(backend, home, 1200)
    await on(backend, home, {"prepaid_low": 2000}, "text")
    for _ in range(2):
        await deliver_alerts(backend, backend.today())
    clock.advance(days=1)
    await deliver_alerts(backend, backend.today())
    alerts = await sent_alerts(backend)
    assert len(alerts) == 2
    assert "$12.00 is left on your prepaid account, about 3 days. Text us PAY to add money." in alerts[0].body
    assert len(alerts[0].body) <= 160
    await add_money(backend, home, 5000)
    clock.advance(days=1)
    await deliver_alerts(backend, backend.today())
    assert len(await sent_alerts(backend)) == 2


async def test_a_low_balance_by_the_other_systems_word(backend: Backend, home: Household, clock: ManualClock) -> None:
    system = await move_books(backend)
    system.owe(NUMBER, 0, prepaid=Prepaid(5000, 12))
    await backend.billing.refresh(backend.db, home.account_id)
    await on(backend, home, {"prepaid_low": 2000}, "text")
    system.owe(NUMBER, 0, prepaid=Prepaid(900, 2))
    clock.advance(hours=1)
    assert await deliver_alerts(backend, TODAY) == {"told": 0}  # by what they said an hour ago
    clock.advance(hours=6)
    assert await deliver_alerts(backend, TODAY) == {"told": 1}
    assert "$9.00 is left" in (await sent_alerts(backend))[0].body
