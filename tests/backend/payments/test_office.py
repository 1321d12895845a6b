"""Voids, cancels and counter payments by the office: once each, with a reason; Auto Pay drafts only what is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.autopay.daily_run import run_autopay
from backend.billing import ledger
from backend.clock import ManualClock
from backend.payments import counter_undo, office
from backend.payments.models import CounterPayment
from backend.payments.processing import recover
from backend.payments.refunds import RefundRefused
from backend.payments.scheduled_runs import run_scheduled
from backend.providers.payments.base import ProviderUnavailable
from tests.backend.autopay.enrollments import add_autopay, drafts
from tests.backend.household import DUE_CENTS, TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import ON, due, outbox, payments, quote_for, say_yes, schedule, statuses

sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what the database has no part in: each test on both would cost the build too much time."""

DUE_ON = TODAY + timedelta(days=20)


async def book(backend: Backend, home: Household, cents: int = DUE_CENTS, **other: object) -> CounterPayment:
    asked: dict[str, object] = {
        "key": "form-1", "account_id": home.account_id, "amount_cents": cents, "kind": "check", "reference": "1042",
        "received_on": TODAY, "reason": "at the counter", "by": "ann",
    }  # fmt: skip
    async with backend.db.transaction() as session:
        return await office.book_counter_payment(session, backend, **{**asked, **other})  # type: ignore[arg-type]


async def refusal(call: object) -> str:
    with pytest.raises(RefundRefused) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


async def acts_of(backend: Backend, actor: str) -> list[AuditRow]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(AuditRow).where(AuditRow.actor == actor).order_by(AuditRow.id)))


async def held_payment(backend: Backend, home: Household, network: DirectNetwork) -> int:
    """A payment that is authorized: the network goes away before it is taken. Returns its id."""

    def away(name: str) -> None:
        if name == "post":
            raise ProviderUnavailable(name)

    network.before = away
    assert (await say_yes(backend, await quote_for(backend, home))).kind == "pending"
    network.before = lambda name: None
    return (await payments(backend))[-1].id


@sqlite_alone
async def test_held_payment_is_voided_and_never_taken(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment_id = await held_payment(backend, home, network)
    assert await office.void_payment(backend, payment_id, reason="wrong account", by="ann") == "voided"
    await recover(backend)
    assert (network.taken_cents(), network.held()) == (0, [])
    assert await due(backend, home.account_id) == DUE_CENTS
    [row] = await acts_of(backend, "office:ann")
    assert (row.act, (row.after or {})["reason"]) == ("payment_void_asked", "wrong account")
    assert await refusal(office.void_payment(backend, payment_id, reason="again", by="ann")) == "not_authorized"


@sqlite_alone
async def test_void_cut_off_is_finished_by_the_next_job(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment_id = await held_payment(backend, home, network)
    network.after = lambda name: (_ for _ in ()).throw(ProviderUnavailable(name)) if name == "void" else None
    with pytest.raises(ProviderUnavailable):
        await office.void_payment(backend, payment_id, reason="wrong account", by="ann")
    network.after = lambda name: None
    await recover(backend)
    [payment] = await payments(backend)
    assert (payment.status, payment.decline_code) == ("voided", "office_void")


@sqlite_alone
async def test_a_payment_that_was_quicker_stays_posted(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    payment_id = await held_payment(backend, home, network)
    network.charges.capture((await payments(backend))[0].key)
    assert await office.void_payment(backend, payment_id, reason="wrong account", by="ann") == "posted"
    [payment] = await payments(backend)
    assert (payment.status, payment.decline_code) == ("posted", None)
    assert await due(backend, home.account_id) == 0


@sqlite_alone
async def test_voided_draft_is_not_tried_again(backend: Backend, home: Household, network: DirectNetwork) -> None:
    await add_autopay(backend, home, method_id=home.card_id)
    network.before = lambda name: (_ for _ in ()).throw(ProviderUnavailable(name)) if name == "post" else None
    await run_autopay(backend, DUE_ON)
    network.before = lambda name: None
    [payment] = await payments(backend)
    await office.void_payment(backend, payment.id, reason="the member called", by="ann")
    assert [draft.status for draft in await drafts(backend)] == ["failed"]
    await run_autopay(backend, DUE_ON + timedelta(days=1))
    assert len(await payments(backend)) == 1
    assert any("our office stopped it" in one.body for one in await outbox(backend))


async def test_scheduled_payment_is_canceled_even_on_its_day(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    item = await schedule(backend, home)
    async with backend.db.transaction() as session:
        await office.cancel_scheduled(session, backend, item.id, reason="moved away", by="ann")
    await run_scheduled(backend, ON)
    assert (await statuses(backend), network.calls) == (["canceled"], [])
    assert any(one.dedupe_key.startswith("schedule-off") for one in await outbox(backend))
    async with backend.db.transaction() as session:
        call = office.cancel_scheduled(session, backend, item.id, reason="again", by="ann")
        assert await refusal(call) == "not_scheduled"


async def test_counter_payment_is_booked_once_and_auto_pay_leaves_it(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    await add_autopay(backend, home, method_id=home.card_id)
    first, second = await book(backend, home, 10_000), await book(backend, home, 10_000)
    assert (first.id, first.status) == (second.id, "booked")
    assert await due(backend, home.account_id) == DUE_CENTS - 10_000
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await ledger.book_total(session, ledger.ELSEWHERE) == 10_000
    await run_autopay(backend, DUE_ON)
    assert network.taken_cents() == DUE_CENTS - 10_000
    texts = [one.body for one in await outbox(backend) if one.dedupe_key == "counter:form-1:sms"]
    assert len(texts) == 1
    assert "$100.00 (check)" in texts[0]
    assert first.confirmation in texts[0]


async def test_large_booking_waits_for_another_person(backend: Backend, home: Household) -> None:
    payment = await book(backend, home, 100_001)
    assert payment.status == "requested"
    assert await due(backend, home.account_id) == DUE_CENTS

    async def decide(by: str, approve: bool = True) -> str:
        async with backend.db.transaction() as session:
            made = await office.decide_counter_payment(
                session, backend, payment.id, approve=approve, by=by, reason="saw the check"
            )
            return made.status

    assert await refusal(decide("ann")) == "same_person"
    assert await decide("bob") == "booked"
    assert await refusal(decide("carol", False)) == "not_waiting"
    assert await due(backend, home.account_id) == DUE_CENTS - 100_001


@sqlite_alone
async def test_small_steps_on_an_account_or_by_one_person_need_a_second_one_too(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    object.__setattr__(backend.coop, "booking_second_person_cents", 10_000)
    alike = {"kind": "cash", "reference": ""}
    assert (await book(backend, home, 6000, key="a", **alike)).status == "booked"
    assert (await book(backend, home, 4001, key="b", **alike)).status == "requested", "together above the limit"
    assert (await book(backend, home, 4000, key="c", by="bob", **alike)).status == "booked", "what waits is not booked"
    assert (await book(backend, home, 1, key="d", by="carol", **alike)).status == "requested", "whoever books it"
    clock.advance(days=1)
    assert (await book(backend, home, 10_000, key="e", **alike)).status == "booked"
    others = [await make_household(backend, number=f"7000{at}", channel=f"w{at}") for at in range(2)]
    object.__setattr__(backend.coop, "booking_second_person_cents", 500)
    clock.advance(days=1)
    assert (await book(backend, others[0], 1, key="f", by="dora", **alike)).status == "booked"
    async with backend.db.transaction() as session:  # as if she had booked on many accounts
        await session.execute(update(CounterPayment).where(CounterPayment.asked_by == "dora").values(amount_cents=9980))
    assert (await book(backend, others[1], 21, key="g", by="dora", **alike)).status == "requested", "20 times a day"
    assert (await book(backend, others[1], 22, key="h", by="ann", **alike)).status == "booked"


@sqlite_alone
async def test_taking_off_above_the_limit_waits_for_another_person(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    object.__setattr__(backend.coop, "booking_second_person_cents", 10_000)
    first = await book(backend, home, 6000, key="a")
    clock.advance(days=1)
    second = await book(backend, home, 5000, key="b", reference="1043")

    async def act(change: Callable[..., Awaitable[CounterPayment]], payment: CounterPayment, **given: object) -> str:
        async with backend.db.transaction() as session:
            made = await change(session, backend, payment.id, reason="it came back", **given)
            return made.status + (" waits" if made.undo_waits else "")

    assert await act(counter_undo.undo_counter_payment, first, by="ann") == "undone"
    assert await act(counter_undo.undo_counter_payment, second, by="ann") == "booked waits"
    assert await due(backend, home.account_id) == DUE_CENTS - 5000
    assert await refusal(act(counter_undo.undo_counter_payment, second, by="bob")) == "waits"
    assert await refusal(act(counter_undo.decide_undo, second, approve=True, by="ann")) == "same_person"
    assert await act(counter_undo.decide_undo, second, approve=False, by="bob") == "booked"
    assert await act(counter_undo.undo_counter_payment, second, by="ann") == "booked waits"
    assert await refusal(act(counter_undo.withdraw_undo, second, by="bob")) == "other_person"
    assert await act(counter_undo.withdraw_undo, second, by="ann") == "booked"
    assert await act(counter_undo.undo_counter_payment, second, by="ann") == "booked waits"
    assert await act(counter_undo.decide_undo, second, approve=True, by="bob") == "undone"
    assert await due(backend, home.account_id) == DUE_CENTS
    assert (await acts_of(backend, "office:bob"))[-1].act == "counter_payment_undone"


async def test_bounced_check_is_taken_off_once(backend: Backend, home: Household) -> None:
    payment = await book(backend, home)

    async def undo() -> str:
        async with backend.db.transaction() as session:
            made = await counter_undo.undo_counter_payment(
                session, backend, payment.id, by="bob", reason="check came back"
            )
            return made.status

    assert await undo() == "undone"
    assert await refusal(undo()) == "not_booked"
    assert await due(backend, home.account_id) == DUE_CENTS
    async with backend.db.read_session() as session:
        assert await ledger.book_total(session, ledger.ELSEWHERE) == 0
    assert (await book(backend, home, key="form-2")).status == "booked", "the same check may be booked again"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"cents": 0}, "zero"),
        ({"cents": 1_000_001}, "zero"),
        ({"kind": "bitcoin"}, "no_kind"),
        ({"reference": " "}, "no_reference"),
        ({"received_on": TODAY + timedelta(days=1)}, "day"),
        ({"received_on": date(2026, 9, 1)}, "day"),
        ({"key": "form-2", "reference": "1042 "}, "same_check"),
        ({"key": "form-2", "reference": "Check # 01042-"}, "same_check"),
        ({"key": "form-2", "reference": "1042", "kind": "money_order"}, "same_check"),
        ({"key": "form-2", "reference": "check"}, "no_reference"),
        ({"key": "form-2", "reference": "4111 1111 1111 1111"}, "card_number"),
        ({"key": "form-2", "reference": "061000104 1234567890 2211"}, "bank_account"),
        ({"key": "form-2", "reference": "061000104 1234567890 2211", "kind": "cash"}, "bank_account"),
        ({"cents": 5}, "key_used"),
    ],
)
@sqlite_alone
async def test_wrong_booking_is_refused(
    backend: Backend, home: Household, changed: dict[str, object], code: str
) -> None:
    await book(backend, home, 1000)
    given = {"cents": 1000, "key": "form-2", "reference": "77"} | changed
    if code == "key_used":
        given["key"] = "form-1"
    assert await refusal(book(backend, home, **given)) == code  # type: ignore[arg-type]
    assert await due(backend, home.account_id) == DUE_CENTS - 1000


@sqlite_alone
async def test_long_numbers_of_money_orders_are_kept_and_told_apart(backend: Backend, home: Household) -> None:
    for key, number in (("form-1", "28765432109"), ("form-2", "28765432110")):
        made = await book(backend, home, 1000 + int(number[-1]), key=key, kind="money_order", reference=number)
        assert (made.status, made.reference) == ("booked", number)


@sqlite_alone
async def test_the_same_check_number_of_another_member_is_fine(backend: Backend, home: Household) -> None:
    await book(backend, home, 1000)
    other = await make_household(backend, number="88888")
    assert (await book(backend, other, 1000, key="form-2")).status == "booked"
