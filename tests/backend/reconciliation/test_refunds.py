"""The report of a day names refunds that the payment network has otherwise, that are slow, or that failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.payments.bank_returns import collect_returns
from backend.payments.failed_refunds import finish_failed_refund, finish_paid_twice
from backend.payments.models import Payment, PaymentRefund
from backend.payments.refund_processing import fail_returned_refund, process_refund, recover_refunds
from backend.providers.payments.base import ProviderUnavailable
from backend.reconciliation import refunds
from backend.reconciliation.formatting import format_csv, format_text, to_dict
from backend.reconciliation.model import DIFFERENCES
from backend.reconciliation.service import reconcile
from tests.backend.household import TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.test_refunds import ask, pay
from tests.backend.payments.test_refunds import refunds as refunds_of

# its queries are the same on both databases
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def named(backend: Backend, days: int = 0) -> list[tuple[str, int | None, int | None]]:
    report = await reconcile(backend, TODAY + timedelta(days=days))
    return [(each.name, each.ours_cents, each.theirs_cents) for each in report.differences if each.kind == "refund"]


async def give_back(
    backend: Backend, home: Household, *, by_bank: bool = False, cents: int = 4000
) -> tuple[Payment, PaymentRefund]:
    payment = await pay(backend, home, home.bank_id if by_bank else None)
    refund = await ask(backend, payment, cents)
    await process_refund(backend, refund.id)
    return payment, refund


async def test_both_sides_are_counted(backend: Backend, home: Household) -> None:
    await give_back(backend, home)
    report = await reconcile(backend, TODAY)
    assert report.differences == []
    text = format_text(backend, report)
    assert "Refunds with their fees: 1 of $40.00 in all booked here, 1 of $40.00 in all made by the payment" in text
    assert to_dict(report)["refunds_at_network"]["cents"] == 4000


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("delete from refunds", ("refund_not_at_network", -4000, None)),
        ("update refunds set amount_cents = 4100", ("refund_amount_differs", -4000, -4100)),
        ("update refunds set status = 'failed'", ("refund_failed_there", -4000, None)),
    ],
)
async def test_what_the_network_has_otherwise_is_named(
    backend: Backend, home: Household, network: DirectNetwork, change: str, difference: tuple[str, int, int | None]
) -> None:
    await give_back(backend, home)
    network.database.execute(change)
    assert await named(backend) == [difference]
    report = await reconcile(backend, TODAY)
    assert DIFFERENCES[difference[0]][1] in format_text(backend, report)
    assert difference[0] in format_csv(report)


async def test_a_slow_refund_is_named_until_it_arrives(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await give_back(backend, home, by_bank=True)
    clock.advance(days=10)
    assert await named(backend, 9) == []
    clock.advance(hours=1)
    assert await named(backend, 9) == [("refund_slow", -4000, None)]
    network.pass_days(5)
    await recover_refunds(backend)
    assert await named(backend, 9) == []


async def test_one_without_an_answer_is_named_and_what_was_made_is_not_lost(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    network.after = lambda name: (_ for _ in ()).throw(ProviderUnavailable(name)) if name == "refund" else None
    with pytest.raises(ProviderUnavailable):
        await give_back(backend, home)
    network.after = lambda name: None
    assert await named(backend) == [], "it may be under way this very minute"
    clock.advance(hours=2)
    assert await named(backend) == [("refund_unanswered", None, None), ("refund_not_here", None, -4000)]
    await recover_refunds(backend)
    assert await named(backend) == []


async def test_a_failed_refund_is_named_each_day_until_somebody_has_dealt_with_it(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, card_token="tok_visa_refund_fails")
    _, refund = await give_back(backend, home)
    network.pass_days(5)
    clock.advance(days=5)
    await recover_refunds(backend)
    for days in (5, 6):
        assert await named(backend, days) == [("refund_failed", None, None)]
    async with backend.db.transaction() as session:
        await finish_failed_refund(session, backend, refund.id, by="ann", reason="stays", how="credit")
    assert await named(backend, 6) == []


async def test_the_network_is_asked_for_so_many_and_its_absence_is_said(
    backend: Backend, home: Household, network: DirectNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, _ = await give_back(backend, home)
    second = await ask(backend, payment, 1000, key="form-2")
    await process_refund(backend, second.id)
    monkeypatch.setattr(refunds, "MAX_ASKED", 1)
    network.calls.clear()
    report = await reconcile(backend, TODAY)
    assert [name for name, _ in network.calls].count("find_refund") == 1
    assert "The payment network answered for 1 of 2 refunds." in report.notes
    network.before = lambda name: (_ for _ in ()).throw(ProviderUnavailable(name))
    report = await reconcile(backend, TODAY)
    assert report.differences == []
    assert "The payment network answered for 0 of 2 refunds." in report.notes


async def test_a_refund_that_came_back_is_named_and_not_counted_as_a_members_payment(
    backend: Backend, home: Household
) -> None:
    _, refund = await give_back(backend, home, by_bank=True)
    async with backend.db.transaction() as session:
        await fail_returned_refund(session, backend, refund.id, "R03")
        await finish_failed_refund(session, backend, refund.id, by="ann", reason="handed over", how="cash")
    other = await pay(backend, await make_household(backend, number="88888"))
    await process_refund(backend, (await ask(backend, other, 1500, key="form-2")).id)
    report = await reconcile(backend, TODAY)
    assert report.differences == []
    text = format_text(backend, report)
    assert "Of the payments: 1 of $40.00 in all are refunds that failed, booked back." in text
    assert "Of the refunds: 1 of $40.00 in all were given by the office itself" in text
    assert "1 of $15.00 in all booked here, 1 of $15.00 in all made by the payment network." in text, (
        "the network, which has not heard that the bank sent one back, still calls it made"
    )
    assert "off the drawer above: 1 of $40.00" in text
    assert "cash in all" in text
    assert to_dict(report)["refunds_back"]["cents"] == to_dict(report)["refunds_given"]["cents"] == 4000


async def test_what_the_bank_returned_itself_is_a_note_and_money_given_twice_a_difference_until_called(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    payment, _ = await give_back(backend, home, by_bank=True)
    late = await ask(backend, payment, 500, key="form-2")
    network.pass_days(7)
    await collect_returns(backend)
    await process_refund(backend, late.id)
    report = await reconcile(backend, TODAY)
    [note] = [each for each in report.notes if late.confirmation in each]
    assert "nothing is to be paid: the bank returned the payment itself" in note
    assert [each.name for each in report.differences if each.name.startswith(("refund_failed", "paid"))] == [
        "paid_back_twice"
    ]
    text = format_text(backend, report)
    assert f"$40.00 refunded ({(await refunds_of(backend))[-1].confirmation}), and $112.40 returned" in text
    async with backend.db.transaction() as session:
        await finish_paid_twice(session, backend, payment.id, by="ann", reason="pays on Friday")
    assert "paid_back_twice" not in [each.name for each in (await reconcile(backend, TODAY)).differences]
