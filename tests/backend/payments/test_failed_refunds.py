"""What becomes of refunds that failed: given in another way and booked, kept, or needless; and money given twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.clock import ManualClock
from backend.payments import failed_refunds
from backend.payments.bank_returns import collect_returns
from backend.payments.counter_totals import list_counter_totals
from backend.payments.failed_refunds import finish_failed_refund, list_failed_refunds, list_paid_twice, list_turned_down
from backend.payments.models import Payment, PaymentMethod, PaymentRefund
from backend.payments.refund_processing import fail_returned_refund, process_refund, recover_refunds
from backend.payments.refund_status import describe_refunds, is_given_back
from backend.payments.refunds import refundable_cents
from backend.payments.service import total_paid_in_year
from backend.posting import service as posting
from backend.posting.models import QueuedPosting
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, outbox
from tests.backend.payments.test_refunds import acts, ask, decide, pay, refunds, refusal, sqlite_alone

pytestmark = sqlite_alone


async def fail(
    backend: Backend, home: Household, cents: int = 9000, code: str = "R03"
) -> tuple[Payment, PaymentRefund]:
    """A payment by bank whose refund was booked and that the bank sent back."""
    payment = await pay(backend, home, home.bank_id)
    refund = await ask(backend, payment, cents)
    await process_refund(backend, refund.id)
    async with backend.db.transaction() as session:
        assert await fail_returned_refund(session, backend, refund.id, code)
    return payment, refund


async def finish(backend: Backend, refund: PaymentRefund, how: str, **given: object) -> PaymentRefund:
    async with backend.db.transaction() as session:
        return await finish_failed_refund(
            session, backend, refund.id, by="ann", reason="talked to Ruth", how=how, **given  # type: ignore[arg-type]
        )  # fmt: skip


async def left(backend: Backend, payment: Payment) -> tuple[int, int]:
    async with backend.db.read_session() as session:
        return await refundable_cents(session, payment)


async def test_a_check_for_a_failed_refund_is_in_the_books(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment, refund = await fail(backend, home)
    assert (await due(backend, home.account_id), await left(backend, payment)) == (0, (DUE_CENTS, 0))
    done = await finish(backend, refund, "check", reference="7788")
    assert (done.handled_cents, done.handled_reference, done.handled_reason) == (9000, "7788", "talked to Ruth")
    assert await due(backend, home.account_id) == 9000, "the member has 90 dollars of the 112.40"
    assert await left(backend, payment) == (DUE_CENTS - 9000, 0)
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await ledger.book_total(session, ledger.ELSEWHERE) == -9000
        assert await total_paid_in_year(session, home.account_id, 2026) == DUE_CENTS - 9000
        queued = await posting.find(session, f"refund:given-{refund.key}")
        assert queued
        assert (queued.amount_cents, queued.method_kind, queued.number) == (9000, "check", "7788")
        assert await describe_refunds(session, backend, payment) == (
            "Our office gave back $90.00 by check on Wednesday, November 18."
        )
    await check_books_of_network(backend, network)
    assert ("office:ann", "refund_failure_handled") in await acts(backend)
    [text] = [one.body for one in await outbox(backend) if one.dedupe_key == f"refund-given:{refund.key}:sms"]
    assert "gave back $90.00 (check) of your payment" in text
    assert "Balance $90.00" in text
    assert len(text) <= 160
    assert await refusal(finish(backend, refund, "check", reference="7788")) == "not_waiting"


async def check_books_of_network(backend: Backend, network: DirectNetwork) -> None:
    """The refund that the bank sent back: the network, which has not heard, still counts it as given."""
    async with backend.db.read_session() as session:
        assert await ledger.book_total(session, ledger.CLEARING) == network.taken_cents()


async def test_a_part_in_cash_leaves_the_drawer_and_the_rest_stays_paid(backend: Backend, home: Household) -> None:
    payment, refund = await fail(backend, home)
    await finish(backend, refund, "cash", amount_cents=2500)
    assert await due(backend, home.account_id) == 2500
    assert await left(backend, payment) == (DUE_CENTS - 2500, 0)
    async with backend.db.read_session() as session:
        [total] = await list_counter_totals(session, backend, backend.today())
        assert not await is_given_back(session, payment)
    assert (total.kind, total.clerk, total.net_cents) == ("cash", "ann", -2500)


async def test_what_stays_on_the_account_may_be_given_later(backend: Backend, home: Household) -> None:
    _, refund = await fail(backend, home)
    await finish(backend, refund, "credit")
    assert await due(backend, home.account_id) == 0
    async with backend.db.read_session() as session:
        assert await list_failed_refunds(session) == []
    assert await refusal(finish(backend, refund, "credit")) == "not_waiting"
    await finish(backend, refund, "bank")
    assert await due(backend, home.account_id) == 9000


@pytest.mark.parametrize(
    ("how", "given", "code"),
    [
        ("", {}, "no_kind"),
        ("returned", {}, "no_kind"),
        ("check", {}, "no_reference"),
        ("check", {"reference": "021000021 123456789"}, "bank_account"),
        ("cash", {"amount_cents": 9001}, "too_large"),
        ("cash", {"amount_cents": 0}, "zero"),
        ("again", {}, "not_again"),
    ],
)
async def test_what_cannot_be_is_refused(
    backend: Backend, home: Household, how: str, given: dict[str, object], code: str
) -> None:
    _, refund = await fail(backend, home)
    assert await refusal(finish(backend, refund, how, **given)) == code
    assert await due(backend, home.account_id) == 0


async def test_nothing_is_given_twice(backend: Backend, home: Household, network: DirectNetwork) -> None:
    payment, refund = await fail(backend, home)
    network.database.execute("update refunds set status = 'failed'")
    assert await refusal(ask(backend, payment, 9000, key="again")) == "doubtful", "the bank has just refused one"
    again = await ask(backend, payment, 9000, key="again", knowingly=True)
    await process_refund(backend, again.id)
    assert await refusal(finish(backend, refund, "check", reference="1")) == "too_large"
    assert await refusal(ask(backend, payment, 2240, key="rest")) == "doubtful"
    await finish(backend, refund, "again")
    assert await due(backend, home.account_id) == 9000


async def test_a_check_counts_for_the_limit_of_one_person(backend: Backend, home: Household) -> None:
    payment, refund = await fail(backend, home)
    await finish(backend, refund, "check", reference="7788")
    assert (await ask(backend, payment, 1001, key="more", knowingly=True)).status == "requested"


async def test_an_account_that_cannot_be_found_is_no_way_to_pay_any_more(backend: Backend, home: Household) -> None:
    await fail(backend, home)
    async with backend.db.read_session() as session:
        assert not (await session.get_one(PaymentMethod, home.bank_id)).active
        assert "method_returned" in list(await session.scalars(select(AuditRow.act)))


async def test_the_same_refund_again_is_asked_about(backend: Backend, home: Household, clock: ManualClock) -> None:
    payment = await pay(backend, home)
    await ask(backend, payment, 2000, key="one")
    assert await refusal(ask(backend, payment, 2000, key="two")) == "doubtful"
    assert (await ask(backend, payment, 2100, key="three")).status == "approved"
    assert (await ask(backend, payment, 2000, key="two", knowingly=True)).status == "approved"
    clock.advance(days=2)
    assert (await ask(backend, payment, 2000, key="four")).status == "approved"


async def take_back(backend: Backend, network: DirectNetwork) -> None:
    network.pass_days(7)
    await collect_returns(backend)


async def test_nothing_is_to_be_paid_when_the_bank_was_quicker(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    refund = await ask(backend, await pay(backend, home, home.bank_id, DUE_CENTS - 500), DUE_CENTS - 500)
    small = await ask(backend, await pay(backend, home, home.bank_id, amount=500), 400, key="small")
    await take_back(backend, network)
    assert await refusal(decide(backend, refund, "bob")) == "payment_returned"
    assert (await decide(backend, refund, "bob", approve=False)).status == "rejected"
    await recover_refunds(backend)
    [ended] = [one for one in await refunds(backend) if one.id == small.id]
    assert (ended.status, ended.failure_code, ended.handled_as) == ("failed", "payment_returned", "returned")
    [mail] = [one for one in await outbox(backend) if one.dedupe_key == f"office:refund-failed:{small.key}"]
    assert "nothing is to be paid" in mail.body
    assert "still has to get" not in mail.body
    async with backend.db.read_session() as session:
        assert await list_failed_refunds(session) == []
        assert await list_paid_twice(session) == []
        assert [one.id for one in await list_turned_down(session, clock.now())] == [small.id, refund.id]
    assert await refusal(finish(backend, small, "check", reference="7")) == "not_waiting"
    assert await due(backend, home.account_id) == DUE_CENTS


async def test_a_return_after_the_failure_ends_it_too(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    _, refund = await fail(backend, home)
    await take_back(backend, network)
    assert [one.handled_as for one in await refunds(backend)] == ["returned"]
    assert await refusal(finish(backend, refund, "check", reference="7")) == "not_waiting"
    assert ("payments", "refund_failure_ended") in await acts(backend)
    assert await due(backend, home.account_id) == DUE_CENTS


@pytest.mark.parametrize("by_check", [False, True])
async def test_money_given_twice_waits_until_the_member_was_called(
    backend: Backend, network: DirectNetwork, clock: ManualClock, by_check: bool
) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    if by_check:
        payment, refund = await fail(backend, home, 6000)
        await finish(backend, refund, "check", reference="7788")
    else:
        payment = await pay(backend, home, home.bank_id)
        await process_refund(backend, (await ask(backend, payment, 6000)).id)
    await take_back(backend, network)
    assert await due(backend, home.account_id) == DUE_CENTS + 6000
    assert f"office:refund-double:{payment.key}" in [one.dedupe_key for one in await outbox(backend)]
    async with backend.db.read_session() as session:
        [twice] = await list_paid_twice(session)
    assert (twice.payment.id, twice.cents, twice.account_number) == (payment.id, 6000, "99999-001")

    async def called() -> None:
        async with backend.db.transaction() as session:
            await failed_refunds.finish_paid_twice(session, backend, payment.id, by="ann", reason="pays on Friday")

    await called()
    async with backend.db.read_session() as session:
        assert await list_paid_twice(session) == []
    assert ("office:ann", "refund_double_handled") in await acts(backend)
    assert await refusal(called()) == "not_waiting"


async def test_a_crash_while_a_check_is_booked_leaves_all_or_nothing(
    backend: Backend, home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, refund = await fail(backend, home)
    with monkeypatch.context() as patched:
        patched.setattr(failed_refunds, "record_refund", None)  # the last step
        with pytest.raises(TypeError):
            await finish(backend, refund, "check", reference="7788")
    assert await due(backend, home.account_id) == 0
    await finish(backend, refund, "check", reference="7788")
    assert await due(backend, home.account_id) == 9000
    async with backend.db.read_session() as session:
        keys = list(await session.scalars(select(QueuedPosting.key).where(QueuedPosting.kind == "refund")))
    assert keys == [f"refund:{refund.key}", f"refund:given-{refund.key}"]


async def test_what_was_dealt_with_before_ends_were_kept_may_still_be_booked(backend: Backend, home: Household) -> None:
    _, refund = await fail(backend, home)
    async with backend.db.transaction() as session:
        now = backend.clock.now()
        await session.execute(update(PaymentRefund).values(handled_by="ann", handled_at=now))
    await finish(backend, refund, "check", reference="7788")
    assert await due(backend, home.account_id) == 9000
