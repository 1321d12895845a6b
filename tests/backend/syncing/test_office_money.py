"""What the office does at /staff/money and what comes in payments.csv of the same counts once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from backend.app import Backend
from backend.billing.models import OutsideEntry
from backend.clock import ManualClock
from backend.payments import counter_undo, office
from backend.payments.failed_refunds import finish_failed_refund
from backend.payments.models import CounterPayment, PaymentRefund
from backend.payments.refund_processing import fail_returned_refund, process_refund
from backend.payments.refunds import RefundRefused, request_refund
from backend.payments.scheduled_runs import run_scheduled
from backend.payments.service import total_paid_in_year
from tests.backend.household import DUE_CENTS, TODAY, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, payments, quote_for, say_yes
from tests.backend.syncing.feeds import PAYMENTS, books_are_whole, count, refuse, take, take_over

CHECK = "P-1,99999-001,payment,2026-11-18,112.40,counter,#01042,\n"


async def book(backend: Backend, home: Household, cents: int = DUE_CENTS, **other: object) -> CounterPayment:
    asked: dict[str, object] = {
        "key": "form-1", "account_id": home.account_id, "amount_cents": cents, "kind": "check", "reference": "1042",
        "received_on": TODAY, "reason": "at the counter", "by": "ann",
    }  # fmt: skip
    async with backend.db.transaction() as session:
        return await office.book_counter_payment(session, backend, **{**asked, **other})  # type: ignore[arg-type]


async def give_back(backend: Backend, payment_id: int, cents: int) -> PaymentRefund:
    terms = {"key": "form-1", "payment_id": payment_id, "amount_cents": cents, "reason": "paid twice"}
    async with backend.db.transaction() as session:
        refund = await request_refund(session, backend, asked_by="ann", **terms)  # type: ignore[arg-type]
    assert await process_refund(backend, refund.id) == "succeeded"
    return refund


async def paid_in_year(backend: Backend, home: Household) -> int:
    async with backend.db.read_session() as session:
        return await total_paid_in_year(session, home.account_id, 2026)


@pytest.mark.parametrize("reference", ["1042", "#01042", "CONFIRMATION", "payment:form-1"])
async def test_what_the_office_booked_is_not_booked_again(
    backend: Backend, home: Household, tmp_path: Path, reference: str
) -> None:
    booked = await book(backend, home)
    row = CHECK.replace("#01042", reference.replace("CONFIRMATION", booked.confirmation))
    outcome = await take(backend, tmp_path, payments=PAYMENTS + row)
    assert (outcome.counts["recognized"], outcome.counts["difference"]) == (1, 0)
    assert await due(backend, home.account_id) == 0
    assert await paid_in_year(backend, home) == DUE_CENTS
    assert await books_are_whole(backend)


@pytest.mark.parametrize(
    "changed",
    [
        ("#01042", "1043"),  # another check
        ("#01042", ""),  # cash, which nothing tells apart
        ("112.40", "112.39"),
        ("2026-11-18", "2026-08-01"),
    ],
)
async def test_another_payment_is_booked(
    backend: Backend, home: Household, tmp_path: Path, changed: tuple[str, str]
) -> None:
    await book(backend, home)
    outcome = await take(backend, tmp_path, payments=PAYMENTS + CHECK.replace(*changed))
    assert outcome.counts["recognized"] == 0
    assert await due(backend, home.account_id) in (-DUE_CENTS, -DUE_CENTS + 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("row", "is_named"),
    [
        ("P-1,99999-001,payment,2026-11-18,112.40,counter,,\n", True),
        ("P-1,99999-001,payment,2026-11-16,112.40,,,\n", True),
        ("P-1,99999-001,payment,2026-11-14,112.40,counter,,\n", False),
        ("P-1,99999-001,payment,2026-11-18,112.41,counter,,\n", False),
        ("P-1,99999-001,credit,2026-11-18,112.40,,,\n", False),
        ("P-1,99999-001,payment,2026-11-18,112.40,counter,1043,\n", False),  # another check
        (CHECK + "P-2,99999-001,payment,2026-11-18,112.40,counter,,\n", False),  # that check is there already
    ],
)
async def test_what_nothing_tells_apart_is_named_once(
    backend: Backend, home: Household, tmp_path: Path, row: str, is_named: bool
) -> None:
    booked = await book(backend, home)
    outcome = await take(backend, tmp_path, payments=PAYMENTS + row)
    told = [f"P-1 ({booked.confirmation}): may be the payment that was booked at /staff/money too; both count. "
            "If it is the same one, take it off there"]  # fmt: skip
    assert outcome.names.get("difference", []) == (told if is_named else [])
    again = await take(backend, tmp_path, payments=PAYMENTS + row)
    assert again.counts["difference"] == 0


async def test_words_for_a_number_name_no_check(backend: Backend, home: Household, tmp_path: Path) -> None:
    await book(backend, home, kind="cash", reference="front desk")
    outcome = await take(backend, tmp_path, payments=PAYMENTS + CHECK.replace("#01042", "front desk"))
    assert outcome.counts["recognized"] == 0


async def test_a_bounced_check_is_taken_off_once(backend: Backend, home: Household, tmp_path: Path) -> None:
    booked = await book(backend, home)
    returned = CHECK + "P-2,99999-001,return,2026-11-18,112.40,counter,1042,\n"
    outcome = await take(backend, tmp_path, payments=PAYMENTS + returned)
    assert outcome.names["difference"] == [
        f"P-2 ({booked.confirmation}): taken back there, booked here: take it off at /staff/money"
    ]
    assert await due(backend, home.account_id) == 0
    async with backend.db.transaction() as session:
        await counter_undo.undo_counter_payment(session, backend, booked.id, by="bob", reason="check came back")
    await take(backend, tmp_path, payments=PAYMENTS + returned)
    assert await due(backend, home.account_id) == DUE_CENTS
    assert await books_are_whole(backend)


async def test_twice_in_their_books_is_named(backend: Backend, home: Household, tmp_path: Path) -> None:
    booked = await book(backend, home)
    await take(backend, tmp_path, payments=PAYMENTS + CHECK)
    outcome = await take(backend, tmp_path, payments=PAYMENTS + CHECK + CHECK.replace("P-1", "P-2"))
    assert outcome.names["difference"] == [f"P-2 ({booked.confirmation}): is in their books twice, as P-1 too"]
    assert await due(backend, home.account_id) == 0


async def test_one_on_another_account_is_refused(backend: Backend, home: Household, tmp_path: Path) -> None:
    booked = await book(backend, home)
    await take_over(backend, tmp_path)
    row = f"P-1,00417-001,payment,2026-11-18,112.40,counter,{booked.confirmation},\n"
    [reason] = await refuse(backend, tmp_path, payments=PAYMENTS + row)
    assert "booked at /staff/money on 99999-001 and not on 00417-001" in reason
    assert await count(backend, OutsideEntry) == 0


async def test_the_office_cannot_book_what_a_file_brought(backend: Backend, home: Household, tmp_path: Path) -> None:
    await take(backend, tmp_path, payments=PAYMENTS + CHECK)
    with pytest.raises(RefundRefused, match="as P-1") as caught:
        await book(backend, home)
    assert caught.value.code == "same_check"
    assert await due(backend, home.account_id) == 0


async def test_a_second_person_cannot_approve_what_a_file_brought(
    backend: Backend, home: Household, tmp_path: Path
) -> None:
    waiting = await book(backend, home, 150_000)
    assert waiting.status == "requested"
    await take(backend, tmp_path, payments=PAYMENTS + CHECK.replace("112.40", "1500.00"))
    async with backend.db.transaction() as session:
        with pytest.raises(RefundRefused, match="as P-1"):
            await office.decide_counter_payment(
                session, backend, waiting.id, approve=True, by="bob", reason="saw the check"
            )
    assert await due(backend, home.account_id) == DUE_CENTS - 150_000


async def test_a_scheduled_payment_leaves_out_what_the_office_booked_since(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    await say_yes(backend, await quote_for(backend, home, pay_on=TODAY + timedelta(days=5)))
    clock.advance(hours=2)
    await book(backend, home, 10_000)
    await take(backend, tmp_path, payments=PAYMENTS + CHECK.replace("112.40", "100.00"))
    clock.advance(days=5)
    await run_scheduled(backend, backend.today())
    assert network.taken_cents() == DUE_CENTS - 10_000
    assert await due(backend, home.account_id) == 0


@pytest.mark.parametrize("kind", ["return", "adjustment"])
async def test_a_refund_that_comes_back_is_not_booked_again(
    backend: Backend, home: Household, tmp_path: Path, kind: str
) -> None:
    await say_yes(backend, await quote_for(backend, home))
    [paid] = await payments(backend)
    refund = await give_back(backend, paid.id, 5_000)
    assert await due(backend, home.account_id) == 5_000
    rows = f"P-1,99999-001,{kind},2026-11-18,50.00,,{refund.confirmation},\n"
    outcome = await take(backend, tmp_path, payments=PAYMENTS + rows)
    assert (outcome.counts["recognized"], outcome.counts["difference"]) == (1, 0)
    by_key = f"P-2,99999-001,{kind},2026-11-18,40.00,,refund:{refund.key},\n"
    outcome = await take(backend, tmp_path, payments=PAYMENTS + by_key)
    assert outcome.names["difference"] == [
        f"P-2 ({refund.confirmation}): a refund of 4000 cents there, 5000 cents here"
    ]
    assert await due(backend, home.account_id) == 5_000


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("named", ["key", "confirmation"])
async def test_a_refund_that_failed_and_the_check_for_it_are_not_booked_again(
    backend: Backend, home: Household, tmp_path: Path, named: str
) -> None:
    await say_yes(backend, await quote_for(backend, home))
    [paid] = await payments(backend)
    refund = await give_back(backend, paid.id, 5_000)
    async with backend.db.transaction() as session:
        await fail_returned_refund(session, backend, refund.id, "R03")
    names = [f"payment:{refund.key}", f"refund:given-{refund.key}"]
    back, given = names if named == "key" else [refund.confirmation] * 2
    rows = f"P-1,99999-001,payment,2026-11-18,50.00,,{back},\n"
    outcome = await take(backend, tmp_path, payments=PAYMENTS + rows)
    assert (outcome.counts["recognized"], outcome.counts["difference"]) == (1, 0)
    assert await due(backend, home.account_id) == 0
    async with backend.db.transaction() as session:
        await finish_failed_refund(
            session, backend, refund.id, by="ann", reason="mailed", how="check", reference="7788"
        )
    rows += f"P-2,99999-001,adjustment,2026-11-18,50.00,,{given},\n"
    outcome = await take(backend, tmp_path, payments=PAYMENTS + rows)
    assert outcome.counts["difference"] == 0
    assert await due(backend, home.account_id) == 5_000
    assert await books_are_whole(backend)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("sent", [True, False])
async def test_a_check_that_came_back_and_was_sent_as_a_return_is_no_difference(
    backend: Backend, home: Household, tmp_path: Path, sent: bool
) -> None:
    object.__setattr__(backend.coop, "counter_to_billing", sent)
    booked = await book(backend, home)
    async with backend.db.transaction() as session:
        await counter_undo.undo_counter_payment(session, backend, booked.id, by="ann", reason="check came back")
    rows = CHECK.replace("#01042", "payment:form-1")
    if sent:
        rows += "P-2,99999-001,return,2026-11-18,112.40,counter,return:form-1,\n"
    outcome = await take(backend, tmp_path, payments=PAYMENTS + rows)
    assert outcome.counts["difference"] == (0 if sent else 1)
    assert await due(backend, home.account_id) == DUE_CENTS
