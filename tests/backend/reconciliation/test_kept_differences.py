"""A payment of which our books and the network differ gives nothing back, until that is settled."""

from __future__ import annotations

from datetime import date

import pytest

from backend.app import Backend
from backend.payments.failed_refunds import finish_failed_refund
from backend.payments.models import Payment, PaymentRefund
from backend.payments.network_notices import collect_notices
from backend.payments.open_differences import list_open
from backend.payments.refund_processing import process_refund
from backend.payments.refunds import RefundRefused, settle_differences
from backend.providers.payments.base import NetworkNotice, ProviderUnavailable
from backend.reconciliation.kept_differences import look_again
from backend.reconciliation.service import reconcile
from tests.backend.household import DUE_CENTS, TODAY, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import outbox
from tests.backend.payments.test_refunds import allow_one_person, ask, decide, pay, refusal

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHANGES = {
    "not_at_network": ("update charges set key = 'x' || key", "update charges set key = substr(key, 2)"),
    "network_amount_differs": ("update charges set amount_cents = 1", f"update charges set amount_cents = {DUE_CENTS}"),
    "network_status_differs": ("update charges set status = 'returned'", "update charges set status = 'posted'"),
}


async def open_names(backend: Backend, payment: Payment) -> list[str]:
    async with backend.db.read_session() as session:
        return [each.name for each in await list_open(session, payment.id)]


async def settle(backend: Backend, payment: Payment) -> None:
    async with backend.db.transaction() as session:
        shown = [each.id for each in await list_open(session, payment.id)]
        await settle_differences(session, backend, payment.id, shown, by="cal", reason="on the bank statement")


async def give_check(backend: Backend, refund: PaymentRefund) -> PaymentRefund:
    async with backend.db.transaction() as session:
        return await finish_failed_refund(
            session, backend, refund.id, by="bob", reason="mailed it", how="check", reference="2001"
        )


@pytest.mark.parametrize("name", list(CHANGES))
async def test_nothing_is_given_back_while_the_comparison_is_open(
    backend: Backend, home: Household, network: DirectNetwork, name: str
) -> None:
    payment = await pay(backend, home)
    allow_one_person(backend, 0)
    waiting = await ask(backend, payment, 4000)
    network.database.execute(CHANGES[name][0])
    for _ in range(2):
        await reconcile(backend, TODAY)
    assert await open_names(backend, payment) == [name]
    assert await refusal(ask(backend, payment, 1000, key="form-2")) == "difference_open"
    assert await refusal(decide(backend, waiting, "bob")) == "difference_open"
    network.before = lambda _call: (_ for _ in ()).throw(ProviderUnavailable("away"))
    await reconcile(backend, TODAY)
    assert await open_names(backend, payment) == [name]  # a network that is away settles nothing
    network.before = lambda _call: None
    network.database.execute(CHANGES[name][1])
    await reconcile(backend, date(2026, 11, 30))  # whatever day is compared next
    assert await open_names(backend, payment) == []
    assert (await decide(backend, waiting, "bob")).status == "approved"


async def test_an_approved_refund_that_was_not_made_yet_waits_until_it_is_settled(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    refund = await ask(backend, payment, 4000)
    network.database.execute(CHANGES["network_amount_differs"][0])
    await reconcile(backend, TODAY)
    network.database.execute(CHANGES["network_amount_differs"][1])
    assert await process_refund(backend, refund.id) == "approved"
    assert network.given_back_cents() == 0
    await look_again(backend, payment.id)
    assert await process_refund(backend, refund.id) == "succeeded"


async def test_a_waiting_refund_of_such_a_payment_can_still_be_rejected(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    allow_one_person(backend, 0)
    waiting = await ask(backend, payment, 4000)
    network.database.execute("delete from charges")
    await reconcile(backend, TODAY)
    assert (await decide(backend, waiting, "bob", approve=False)).status == "rejected"


async def test_money_that_the_network_does_not_know_is_not_given_by_check_either(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    refund = await ask(backend, payment, 4000)
    network.database.execute("delete from charges")
    assert await process_refund(backend, refund.id) == "failed"
    assert await refusal(give_check(backend, refund)) == "difference_open"
    (mail,) = [one for one in await outbox(backend) if one.dedupe_key.startswith("office:refund-failed")]
    assert "Give the money in no other way yet. The payment network does not know this payment" in mail.body
    with pytest.raises(RefundRefused):  # of a page that showed something else
        async with backend.db.transaction() as session:
            await settle_differences(session, backend, payment.id, [], by="cal", reason="on the statement")
    await settle(backend, payment)
    await look_again(backend, payment.id)  # the same word of the network does not close it again
    assert await open_names(backend, payment) == []
    assert (await give_check(backend, refund)).handled_cents == 4000


async def test_what_never_came_in_is_not_given_after_the_amount_was_settled(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    network.database.execute(f"update charges set amount_cents = {DUE_CENTS - 5000}")
    await reconcile(backend, TODAY)
    await settle(backend, payment)
    assert await refusal(ask(backend, payment, DUE_CENTS - 4999)) == "too_large"
    assert (await ask(backend, payment, DUE_CENTS - 5000)).status != "rejected"


async def test_a_disputed_payment_waits_for_the_bank(
    backend: Backend, home: Household, network: DirectNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await pay(backend, home)
    notices = [NetworkNotice(1, "dispute_opened", TODAY, key=payment.key, amount_cents=DUE_CENTS)]

    async def list_notices(cursor: int) -> list[NetworkNotice]:
        return [each for each in notices if each.seq > cursor]

    monkeypatch.setattr(network, "notices_since", list_notices)
    await collect_notices(backend)
    assert await refusal(ask(backend, payment, 1000)) == "difference_open"
    await look_again(backend, payment.id)
    assert await open_names(backend, payment) == ["disputed"]
    notices.append(NetworkNotice(2, "dispute_won", TODAY, key=payment.key, amount_cents=DUE_CENTS))
    await collect_notices(backend)
    assert (await ask(backend, payment, 1000)).status == "approved"


async def test_what_was_refunded_at_the_network_is_not_given_again(
    backend: Backend, home: Household, network: DirectNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await pay(backend, home)
    allow_one_person(backend, 0)
    waiting = await ask(backend, payment, DUE_CENTS - 1000)

    async def list_notices(cursor: int) -> list[NetworkNotice]:
        return [NetworkNotice(1, "refunded_elsewhere", TODAY, key=payment.key, amount_cents=2000)][cursor:]

    monkeypatch.setattr(network, "notices_since", list_notices)
    await collect_notices(backend)
    assert await refusal(decide(backend, waiting, "bob")) == "too_large"
    await decide(backend, waiting, "bob", approve=False)
    assert await refusal(ask(backend, payment, DUE_CENTS - 1999, key="form-2")) == "too_large"
    assert (await ask(backend, payment, DUE_CENTS - 2000, key="form-3")).fee_cents == 0
