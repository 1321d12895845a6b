"""A bank sends a payment back days later: the amount is owed again, and the member is notified."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.autopay.models import AutoPay
from backend.billing import ledger
from backend.payments.bank_returns import collect_returns
from backend.payments.models import PaymentMethod
from tests.backend.autopay.enrollments import add_autopay
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, outbox, payments, quote_for, say_yes


async def test_return_is_booked_once_and_reported(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    outcome = await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    assert outcome.kind == "paid"
    assert await collect_returns(backend) == 0
    network.pass_days(7)
    assert [await collect_returns(backend) for _ in range(3)] == [1, 0, 0]
    [payment] = await payments(backend)
    assert (payment.status, payment.decline_code) == ("returned", "R01")
    assert await due(backend, home.account_id) == DUE_CENTS
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await ledger.book_total(session, ledger.CLEARING) == 0
        acts = list(await session.scalars(select(AuditRow.act)))
    assert acts.count("payment_returned") == 1
    notices = [message for message in await outbox(backend) if message.purpose == "notice"]
    assert {message.kind for message in notices} == {"sms", "email"}
    assert all("not enough funds" in message.body for message in notices)
    assert all(len(message.body) <= 160 for message in notices if message.kind == "sms")


async def test_a_fee_comes_back_with_it(backend: Backend, network: DirectNetwork) -> None:
    object.__setattr__(backend.coop, "bank_fee_cents", 150)
    home = await make_household(backend, bank_token="tok_bank_r01")
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    network.pass_days(7)
    await collect_returns(backend)
    async with backend.db.read_session() as session:
        assert await ledger.book_total(session, ledger.FEES) == 0
    assert network.taken_cents() == 0


async def test_unknown_return_does_not_block_the_others(backend: Backend, network: DirectNetwork) -> None:
    network.charges.authorize("not-ours", "tok_bank_r01", 500, "somebody else's")
    network.charges.capture("not-ours")
    home = await make_household(backend, bank_token="tok_bank_r01")
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    network.pass_days(7)
    assert await collect_returns(backend) == 2
    assert await due(backend, home.account_id) == DUE_CENTS


async def return_with(backend: Backend, network: DirectNetwork, code: str) -> Household:
    """A payment with the saved bank account that the bank returns with this code."""
    home = await make_household(backend, bank_token="tok_bank_r01")
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    network.database.execute("update charges set return_code = ?", code)
    network.pass_days(7)
    return home


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("code", "method_stays", "autopay_stays", "office_told"),
    [
        ("R01", True, True, False),
        ("R02", False, False, False),
        ("R03", False, False, False),
        ("R04", False, False, False),
        ("R08", True, True, False),
        ("R10", True, False, True),
        ("R11", True, True, True),
        ("R15", True, False, True),
        ("R16", True, False, False),
        ("R99", True, True, False),
    ],
)
async def test_what_a_code_means_for_the_method_and_auto_pay(
    backend: Backend, network: DirectNetwork, code: str, method_stays: bool, autopay_stays: bool, office_told: bool
) -> None:
    home = await return_with(backend, network, code)
    await add_autopay(backend, home, method_id=home.bank_id)
    await collect_returns(backend)
    async with backend.db.read_session() as session:
        assert (await session.get_one(PaymentMethod, home.bank_id)).active is method_stays
        assert (await session.scalars(select(AutoPay.active))).one() is autopay_stays
        assert await audit.verify(session) is None
    sent = {message.dedupe_key: message for message in await outbox(backend)}
    [payment] = await payments(backend)
    assert (f"office:returned:{payment.key}" in sent) is office_told
    told = sent.get(f"method-off:{payment.key}:sms")
    assert (told is None) is (method_stays and autopay_stays)
    assert told is None or ("was taken off" in told.body) is not method_stays
    assert told is None or ("Automatic payments from checking ending 6789 are off" in told.body)
    assert await due(backend, home.account_id) == DUE_CENTS


async def test_auto_pay_with_another_method_goes_on(backend: Backend, network: DirectNetwork) -> None:
    home = await return_with(backend, network, "R10")
    await add_autopay(backend, home, method_id=home.card_id)
    await collect_returns(backend)
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(AutoPay.active))).one()
