"""Refunds: asked for, approved by a second person, made once by the network, booked in pairs, told to the member."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.clock import ManualClock
from backend.members.models import Member
from backend.payments.bank_returns import collect_returns
from backend.payments.models import Payment, PaymentRefund
from backend.payments.refund_doubts import list_doubts, name_doubts
from backend.payments.refund_processing import RefundMismatch, process_refund, record_answer, recover_refunds
from backend.payments.refunds import RefundRefused, decide_refund, list_refunds, request_refund
from backend.payments.service import total_paid_in_year
from backend.providers.payments.base import ProviderTimeout, ProviderUnavailable, Refund
from tests.backend.faults import Crash, Faults, break_everywhere
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, outbox, payments, quote_for, say_yes

sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what the database has no part in: each test on both would cost the build too much time."""

FEE_CENTS = 150


@pytest.fixture
def faults(backend: Backend, network: DirectNetwork) -> Faults:
    return break_everywhere(backend, network)


def allow_one_person(backend: Backend, cents: int) -> None:
    object.__setattr__(backend.coop, "refund_second_person_cents", cents)


async def pay(backend: Backend, home: Household, method_id: int | None = None, amount: int = DUE_CENTS) -> Payment:
    outcome = await say_yes(backend, await quote_for(backend, home, amount, method_id=method_id or home.card_id))
    assert outcome.kind == "paid"
    assert outcome.payment
    return outcome.payment


async def ask(
    backend: Backend,
    payment: Payment,
    cents: int = DUE_CENTS,
    *,
    key: str = "form-1",
    by: str = "ann",
    knowingly: bool = False,
) -> PaymentRefund:
    """`knowingly`: the clerk has ticked what speaks against it."""
    async with backend.db.transaction() as session:
        doubts = await list_doubts(session, backend, payment, cents) if knowingly else []
        return await request_refund(
            session, backend, key=key, payment_id=payment.id, amount_cents=cents, reason="paid twice", asked_by=by,
            confirmed=name_doubts(doubts),
        )  # fmt: skip


async def decide(backend: Backend, refund: PaymentRefund, by: str, *, approve: bool = True) -> PaymentRefund:
    async with backend.db.transaction() as session:
        return await decide_refund(session, backend, refund.id, approve=approve, by=by, reason="checked the bank")


async def refusal(call: object) -> str:
    with pytest.raises(RefundRefused) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


async def refunds(backend: Backend) -> list[PaymentRefund]:
    async with backend.db.read_session() as session:
        return await list_refunds(session)


async def acts(backend: Backend) -> list[tuple[str, str]]:
    async with backend.db.read_session() as session:
        assert await audit.verify(session) is None
        rows = await session.scalars(select(AuditRow).where(AuditRow.act.startswith("refund")).order_by(AuditRow.id))
        return [(row.actor, row.act) for row in rows]


async def check_books(backend: Backend, network: DirectNetwork) -> None:
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await ledger.book_total(session, ledger.CLEARING) == network.taken_cents() - network.given_back_cents()


async def test_small_refund_is_made_booked_and_told(backend: Backend, home: Household, network: DirectNetwork) -> None:
    payment = await pay(backend, home)
    refund = await ask(backend, payment, 4000)
    assert refund.status == "approved"
    assert await process_refund(backend, refund.id) == "succeeded"
    assert await due(backend, home.account_id) == 4000
    assert network.given_back_cents() == 4000
    await check_books(backend, network)
    assert [one.status for one in await payments(backend)] == ["posted"]
    sent = [one for one in await outbox(backend) if one.dedupe_key.startswith("refund:")]
    assert {one.kind for one in sent} == {"sms", "email"}
    for one in sent:
        assert all(part in one.body for part in ("$40.00", refund.confirmation, payment.confirmation, "Visa"))
        assert one.kind == "email" or len(one.body) <= 160
    assert await acts(backend) == [
        ("office:ann", "refund_requested"),
        ("payments", "refund_started"),
        ("payments", "refund_booked"),
        ("payments", "refund_succeeded"),
    ]


@sqlite_alone
async def test_member_reads_it_in_spanish(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Member, home.member_id)).language = "es"
    refund = await ask(backend, await pay(backend, home, home.bank_id), 4000)
    await process_refund(backend, refund.id)
    sent = [one for one in await outbox(backend) if one.dedupe_key.startswith("refund:")]
    assert {one.kind for one in sent} == {"sms", "email"}
    for one in sent:
        assert "regresan a cuenta de cheques terminada en 6789" in one.body
        assert one.kind == "email" or len(one.body) <= 160


@sqlite_alone
async def test_above_the_limit_another_person_approves(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    refund = await ask(backend, await pay(backend, home))
    assert refund.status == "requested"
    assert await process_refund(backend, refund.id) == "requested"
    await recover_refunds(backend)
    assert network.given_back_cents() == 0
    assert await refusal(decide(backend, refund, "ann")) == "same_person"
    assert (await decide(backend, refund, "bob")).status == "approved"
    assert await refusal(decide(backend, refund, "carol")) == "not_waiting"
    assert await process_refund(backend, refund.id) == "succeeded"
    assert await due(backend, home.account_id) == DUE_CENTS
    assert ("office:bob", "refund_approved") in await acts(backend)


async def test_the_database_itself_lets_nobody_approve_their_own(backend: Backend, home: Household) -> None:
    refund = await ask(backend, await pay(backend, home))
    with pytest.raises(IntegrityError):
        async with backend.db.transaction() as session:
            (await session.get_one(PaymentRefund, refund.id)).approved_by = "ann"


async def test_rejected_refund_gives_nothing_back(backend: Backend, home: Household, network: DirectNetwork) -> None:
    payment = await pay(backend, home)
    refund = await ask(backend, payment)
    assert (await decide(backend, refund, "bob", approve=False)).status == "rejected"
    assert await process_refund(backend, refund.id) == "rejected"
    await recover_refunds(backend)
    assert network.given_back_cents() == 0
    assert (await ask(backend, payment, key="form-2")).status == "requested", "the whole amount is free again"
    with pytest.raises(IntegrityError):
        async with backend.db.transaction() as session:
            (await session.get_one(PaymentRefund, refund.id)).status = "approved"


async def test_limit_cannot_be_passed_in_small_steps(backend: Backend, home: Household, clock: ManualClock) -> None:
    first, second = await pay(backend, home, amount=9000), await pay(backend, home, amount=2000)
    assert (await ask(backend, first, 9000, key="one")).status == "approved"
    assert (await ask(backend, second, 1001, key="two")).status == "requested"
    assert (await ask(backend, second, 999, key="three")).status == "approved"
    clock.advance(days=31)
    third = await pay(backend, home, amount=240)
    assert (await ask(backend, third, 240, key="four")).status == "approved"


@sqlite_alone
async def test_parts_up_to_the_whole_and_no_more(backend: Backend, home: Household, network: DirectNetwork) -> None:
    allow_one_person(backend, 1_000_000)
    payment = await pay(backend, home)
    for key, cents in (("a", 4000), ("b", 7000)):
        await process_refund(backend, (await ask(backend, payment, cents, key=key)).id)
    assert await refusal(ask(backend, payment, 241, key="c")) == "too_large"
    await process_refund(backend, (await ask(backend, payment, 240, key="c")).id)
    assert await refusal(ask(backend, payment, 1, key="d")) == "too_large"
    assert (network.given_back_cents(), await due(backend, home.account_id)) == (DUE_CENTS, DUE_CENTS)
    await check_books(backend, network)


@pytest.mark.parametrize(("rule", "fee_back"), [("returned", FEE_CENTS), ("kept", 0)])
@sqlite_alone
async def test_the_fee_goes_back_with_the_rest_or_is_kept(
    backend: Backend, home: Household, network: DirectNetwork, rule: str, fee_back: int
) -> None:
    allow_one_person(backend, 1_000_000)
    object.__setattr__(backend.coop, "card_fee_cents", FEE_CENTS)
    object.__setattr__(backend.coop, "refund_fee", rule)
    payment = await pay(backend, home)
    part = await ask(backend, payment, 240, key="part")
    rest = await ask(backend, payment, DUE_CENTS - 240, key="rest")
    assert (part.fee_cents, rest.fee_cents) == (0, fee_back)
    for refund in (part, rest):
        await process_refund(backend, refund.id)
    assert network.given_back_cents() == DUE_CENTS + fee_back
    async with backend.db.read_session() as session:
        assert await ledger.book_total(session, ledger.FEES) == fee_back - FEE_CENTS
    await check_books(backend, network)


@sqlite_alone
async def test_form_sent_twice_is_one_refund(backend: Backend, home: Household, network: DirectNetwork) -> None:
    payment = await pay(backend, home)
    first, second = await ask(backend, payment, 4000), await ask(backend, payment, 4000)
    assert first.id == second.id
    assert await refusal(ask(backend, payment, 5000)) == "key_used"
    for _ in range(3):
        assert await process_refund(backend, first.id) == "succeeded"
    assert network.given_back_cents() == 4000


async def test_form_sent_twice_at_once_is_one_refund(backend: Backend, home: Household, network: DirectNetwork) -> None:
    payment = await pay(backend, home)
    asked = await asyncio.gather(*(ask(backend, payment, 4000) for _ in range(4)))
    assert len({refund.id for refund in asked}) == 1
    await asyncio.gather(*(process_refund(backend, refund.id) for refund in asked))
    assert network.given_back_cents() == 4000
    assert await due(backend, home.account_id) == 4000
    await check_books(backend, network)


@sqlite_alone
async def test_refund_is_no_longer_money_paid_this_year(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    await process_refund(backend, (await ask(backend, payment, 4000)).id)
    async with backend.db.read_session() as session:
        assert await total_paid_in_year(session, home.account_id, 2026) == DUE_CENTS - 4000


@sqlite_alone
async def test_only_posted_payments_with_an_amount_and_a_reason(backend: Backend) -> None:
    home = await make_household(backend, card_token="tok_visa_declined")
    await say_yes(backend, await quote_for(backend, home))
    [declined] = await payments(backend)
    assert await refusal(ask(backend, declined, 100)) == "not_posted"
    async with backend.db.transaction() as session:
        call = request_refund(
            session, backend, key="k", payment_id=declined.id, amount_cents=1, reason="  ", asked_by="ann"
        )
        assert await refusal(call) == "no_reason"
    paid = await pay(backend, await make_household(backend, number="88888"))
    assert await refusal(ask(backend, paid, 0)) == "zero"
    assert await refusal(ask(backend, paid, -100)) == "zero"


@sqlite_alone
async def test_bank_refund_succeeds_days_later(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    refund = await ask(backend, await pay(backend, home, home.bank_id), 4000)
    assert await process_refund(backend, refund.id) == "started"
    assert await due(backend, home.account_id) == 4000, "it is booked when the network has accepted it"
    assert await recover_refunds(backend) == 0, "the network is not asked every minute"
    network.pass_days(5)
    clock.advance(hours=1)
    assert await recover_refunds(backend) == 1
    assert [one.status for one in await refunds(backend)] == ["succeeded"]
    await check_books(backend, network)


@sqlite_alone
async def test_refund_that_fails_later_is_booked_back_and_told(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, card_token="tok_visa_refund_fails")
    payment = await pay(backend, home)
    refund = await ask(backend, payment, 4000)
    assert await process_refund(backend, refund.id) == "started"
    network.pass_days(5)
    clock.advance(hours=1)
    await recover_refunds(backend)
    assert [(one.status, one.failure_code) for one in await refunds(backend)] == [("failed", "bank_refused")]
    assert await due(backend, home.account_id) == 0
    await check_books(backend, network)
    keys = [one.dedupe_key for one in await outbox(backend)]
    assert f"refund-failed:{refund.key}:sms" in keys
    assert f"office:refund-failed:{refund.key}" in keys
    assert (await ask(backend, payment, 4000, key="again", knowingly=True)).status == "approved"


@sqlite_alone
async def test_refund_may_fail_even_after_it_succeeded(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    refund = await ask(backend, await pay(backend, home), 4000)
    assert await process_refund(backend, refund.id) == "succeeded"
    network.database.execute("update refunds set status = 'failed'")
    clock.advance(hours=2)
    assert await recover_refunds(backend) == 0
    clock.advance(days=1)
    assert await recover_refunds(backend) == 1
    assert [one.status for one in await refunds(backend)] == ["failed"]
    assert await due(backend, home.account_id) == 0
    await check_books(backend, network)


@sqlite_alone
async def test_what_the_network_refuses_is_failed_and_free_again(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment = await pay(backend, home)
    network.charges.refund("by-hand", payment.key, 8000, "made in the network's own pages")
    refund = await ask(backend, payment, 4000)
    assert await process_refund(backend, refund.id) == "failed"
    assert [one.failure_code for one in await refunds(backend)] == ["refund_too_large"]
    assert await due(backend, home.account_id) == 0
    assert not [one for one in await outbox(backend) if one.dedupe_key.startswith("refund")], "the member heard of it"


@sqlite_alone
async def test_payment_that_came_back_meanwhile_is_not_refunded(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    refund = await ask(backend, await pay(backend, home, home.bank_id), 4000)
    network.pass_days(7)
    await collect_returns(backend)
    assert await process_refund(backend, refund.id) == "failed"
    assert network.given_back_cents() == 0
    assert await due(backend, home.account_id) == DUE_CENTS


@sqlite_alone
async def test_office_is_told_when_money_went_back_twice(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    payment = await pay(backend, home, home.bank_id)
    await process_refund(backend, (await ask(backend, payment, 4000)).id)
    network.pass_days(7)
    await collect_returns(backend)
    assert await due(backend, home.account_id) == DUE_CENTS + 4000
    assert f"office:refund-double:{payment.key}" in [one.dedupe_key for one in await outbox(backend)]


@pytest.mark.parametrize("off", ["amount", "charge"])
@sqlite_alone
async def test_another_refund_under_our_key_is_never_booked(
    backend: Backend, home: Household, network: DirectNetwork, off: str
) -> None:
    payment = await pay(backend, home)
    refund = await ask(backend, payment, 4000)
    network.before = lambda name: (_ for _ in ()).throw(ProviderUnavailable(name)) if name == "refund" else None
    with pytest.raises(ProviderUnavailable):
        await process_refund(backend, refund.id)
    answer = Refund(refund.key, payment.key, "ref", 4001, "succeeded")
    if off == "charge":
        answer = Refund(refund.key, "another", "ref", 4000, "succeeded")
    with pytest.raises(RefundMismatch):
        await record_answer(backend, refund.id, answer)
    assert await due(backend, home.account_id) == 0


@pytest.mark.parametrize("error", [Crash, ProviderTimeout])
async def test_a_fault_at_any_point_loses_and_doubles_nothing(
    backend: Backend, network: DirectNetwork, clock: ManualClock, faults: Faults, error: type[BaseException]
) -> None:
    allow_one_person(backend, 1_000_000)  # the same clerk asks for all of them
    struck = []
    for point in faults.every_point():
        home = await make_household(backend, number=f"5{point:04d}")
        payment = await pay(backend, home)
        refund = await ask(backend, payment, 4000, key=f"form-{point}")
        try:
            with faults.crashing(point, error):
                await process_refund(backend, refund.id)
        except (ProviderTimeout, ProviderUnavailable):
            faults.disarm()
        struck.append(faults.struck)
        for _ in range(2):
            await recover_refunds(backend)
        assert await due(backend, home.account_id) == 4000
    assert {"before refund", "after refund", "before commit", "after commit"} <= set(struck)
    assert network.given_back_cents() == 4000 * len(struck)
    assert {one.status for one in await refunds(backend)} == {"succeeded"}
    await check_books(backend, network)
    sent = [one.dedupe_key for one in await outbox(backend) if one.dedupe_key.startswith("refund:")]
    assert len(sent) == 2 * len(struck)


@sqlite_alone
async def test_a_request_cut_off_before_the_network_is_made_later(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await ask(backend, await pay(backend, home), 4000)
    clock.advance(minutes=1)
    assert await recover_refunds(backend) == 1
    assert network.given_back_cents() == 4000
