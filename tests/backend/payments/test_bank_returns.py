"""A bank sends a payment back days later: the amount is owed again, and the member is notified."""

from __future__ import annotations

from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.payments.bank_returns import collect_returns
from tests.backend.household import DUE_CENTS, make_household
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
