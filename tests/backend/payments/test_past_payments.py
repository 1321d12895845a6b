"""What a member sees as payments: each once, wherever it was made, and none that was taken off again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from backend.app import Backend
from backend.payments import counter_undo
from backend.payments.balances import get_balance
from backend.payments.past_payments import list_payments
from backend.payments.service import find_by_confirmation
from tests.backend.account_question.asking import add_payment, in_both
from tests.backend.household import TODAY, Household
from tests.backend.payments.test_office import book, sqlite_alone
from tests.backend.syncing.feeds import PAYMENTS, take

YESTERDAY = TODAY - timedelta(days=1)


async def listed(backend: Backend, home: Household) -> list[tuple[str, str]]:
    async with backend.db.read_session() as session:
        return [(each.confirmation, each.status) for each in await list_payments(session, home.account_id)]


async def last_payment(backend: Backend, home: Household) -> int | None:
    async with backend.db.read_session() as session:
        return (await get_balance(session, backend, home.account_id)).last_payment_cents


async def undo(backend: Backend, payment_id: int) -> None:
    async with backend.db.transaction() as session:
        await counter_undo.undo_counter_payment(session, backend, payment_id, by="bob", reason="check came back")


async def test_a_counter_payment_is_listed_until_it_is_taken_off(backend: Backend, home: Household) -> None:
    await add_payment(backend, home, "KKK-222", 4_000, days_ago=3)
    booked = await book(backend, home, 5_000, received_on=YESTERDAY)
    await add_payment(backend, home, "KKK-333", 3_000, status="declined")
    assert await listed(backend, home) == [
        ("KKK-333", "declined"), (booked.confirmation, "posted"), ("KKK-222", "posted"),
    ]  # fmt: skip
    assert await last_payment(backend, home) == 5_000
    async with backend.db.read_session() as session:
        newest = await list_payments(session, home.account_id, start=1, count=1)
    assert [each.confirmation for each in newest] == [booked.confirmation]
    await undo(backend, booked.id)
    assert [number for number, _ in await listed(backend, home)] == ["KKK-333", "KKK-222"]
    assert await last_payment(backend, home) == 4_000
    async with backend.db.read_session() as session:
        found = await find_by_confirmation(session, home.account_id, booked.confirmation)
    assert found
    assert found.status == "undone", "its receipt still names it"


async def test_one_that_waits_for_a_second_person_is_not_paid_yet(backend: Backend, home: Household) -> None:
    waiting = await book(backend, home, 100_001)
    assert await listed(backend, home) == []
    assert await last_payment(backend, home) is None
    async with backend.db.read_session() as session:
        assert await find_by_confirmation(session, home.account_id, waiting.confirmation) is None


@sqlite_alone
async def test_what_is_booked_here_and_there_is_listed_once(backend: Backend, home: Household, tmp_path: Path) -> None:
    booked = await book(backend, home, 5_000)
    rows = (
        "P-1,99999-001,payment,2026-11-18,50.00,counter,1042,\n"
        "P-2,99999-001,payment,2026-11-17,20.00,mail,77,\nP-3,99999-001,payment,2026-11-17,30.00,counter,,void\n"
    )
    await take(backend, tmp_path, payments=PAYMENTS + rows)
    assert await listed(backend, home) == [(booked.confirmation, "posted"), ("77", "posted")]


@sqlite_alone
async def test_the_last_payment_says_that_it_was_at_the_counter(backend: Backend, home: Household) -> None:
    booked = await book(backend, home, 5_000, received_on=YESTERDAY)
    number = booked.confirmation
    assert await in_both(backend, home, "last_payment") == [
        f"Your payment went through: $50.00 paid at the counter on Tuesday, November 17, number {number}.",
        f"Su pago pasó bien: $50.00 pagados en la oficina el martes 17 de noviembre, número {number}.",
    ]
