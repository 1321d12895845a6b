"""With two bills open, what Auto Pay says of each is true of that one."""

from __future__ import annotations

from datetime import timedelta

from backend.app import Backend
from backend.autopay.models import AutoPay
from backend.billing.models import Account
from backend.payments.prechecks import find_warnings
from tests.backend.household import TODAY, Household, add_bill
from tests.support.harness.talk import Talk


async def test_the_warning_names_each_bill_that_auto_pay_does_not_take(
    talk: Talk, backend: Backend, home: Household
) -> None:
    await add_bill(backend, home.account_id, 5000, TODAY - timedelta(days=10))
    await add_bill(backend, home.account_id, 7000, TODAY + timedelta(days=1))
    await talk.user_input("set up auto pay on the due date with the visa", intent="setup_autopay", acts={"start"})
    talk.assert_message("the late bill of $50.00, which was due Sunday, November 8 and the bill of $70.00 due Thursday")
    talk.assert_message("starting Tuesday, December 8")


async def test_payment_warns_about_the_bill_that_runs_next(talk: Talk, backend: Backend, home: Household) -> None:
    await add_bill(backend, home.account_id, 5000, TODAY - timedelta(days=10))
    await add_bill(backend, home.account_id, 7000, TODAY + timedelta(days=1))
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=home.account_id, method_id=home.card_id, active=True))
    async with backend.db.read_session() as session:
        account = await session.get_one(Account, home.account_id)
        found = await find_warnings(session, backend, account, 5000, TODAY)
    (soon,) = [one for one in found if one.code == "autopay_soon"]
    assert soon.values == {"on": TODAY + timedelta(days=1), "amount_cents": 7000}
