"""Each movement reaches the billing system once and in its order, whatever the system and our process do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.posting import service as posting
from backend.posting.models import QueuedPosting
from backend.posting.order import LEASE
from backend.posting.run import run_postings
from backend.posting.sending import SIDE_BY_SIDE
from backend.posting.service import PostingRefused
from tests.backend.faults import BreakingDatabase, Faults
from tests.backend.household import Household, make_household
from tests.backend.posting.movements import add, add_account, connect, office_mail, pay, rows, standing
from tests.standins.booking_system import AWAY, BOOKED_UNANSWERED, LOST, StandinBillingSystem


@pytest.fixture
async def system(backend: Backend) -> AsyncIterator[StandinBillingSystem]:
    made = connect(backend)
    yield made
    await made.close()


async def resolve(backend: Backend, key: str, status: str, reason: str = "looked it up") -> None:
    async with backend.db.transaction() as session:
        await posting.resolve(session, backend, key, status, by="ann", reason=reason)  # type: ignore[arg-type]


async def acts(backend: Backend) -> list[str]:
    async with backend.db.read_session() as session:
        assert await audit.verify(session) is None
        return list(await session.scalars(select(AuditRow.act).where(AuditRow.act.like("posting%"))))


async def test_a_payment_is_booked_there_once(backend: Backend, system: StandinBillingSystem, home: Household) -> None:
    await pay(backend, home)
    assert (await run_postings(backend))["sent"] == 1
    await run_postings(backend)
    (row,) = await rows(backend)
    assert system.booked() == [(row.key, "99999-001", 11240)]
    assert (row.status, row.reference, row.sent_at) == ("sent", "REF-1", backend.clock.now())
    assert system.asked == []
    assert await acts(backend) == ["posting_sent"]


async def test_movements_of_an_account_go_in_their_order(
    backend: Backend, system: StandinBillingSystem, clock: ManualClock, home: Household
) -> None:
    other = await add_account(backend, home, "002")
    for number in range(3):
        await add(backend, home, f"a{number}")
    await add(backend, other, "b0")
    system.refused_keys = {"payment:a1": AWAY}
    await run_postings(backend)
    # accounts are sent side by side, so b0 may come first
    assert {key for key, _, _ in system.booked()} == {"payment:a0", "payment:b0"}
    system.refused_keys = {}
    clock.advance(hours=1)
    await run_postings(backend)
    assert [key for key, _, _ in system.booked()][2:] == ["payment:a1", "payment:a2"]


async def test_a_database_that_knows_its_rows_finds_the_same_movements(
    backend: Backend, system: StandinBillingSystem, home: Household
) -> None:
    """After ANALYZE, which an administrator may run, queries take other indexes."""
    accounts, old = range(100, 120), 300
    async with backend.db.transaction() as session:
        shared = {"member_id": home.member_id, "separator": "001"}
        await session.execute(
            insert(Account),
            [{**shared, "id": id, "number": f"{id}-001", "number_digits": f"{id}001"} for id in accounts],
        )
    await add(backend, replace(home, account_id=100), "000")
    row = {column.key: getattr((await rows(backend))[0], column.key) for column in QueuedPosting.__table__.columns}
    made = [
        {**row, "id": number + 1, "key": f"payment:{number:03d}", "account_id": 100 + number % 20,
         "account_number": f"{100 + number % 20}-001", "status": "sent" if number < old else "waiting"}
        for number in range(1, old + 40)
    ]  # fmt: skip
    async with backend.db.transaction() as session:
        await session.execute(update(QueuedPosting).values(status="sent"))
        await session.execute(insert(QueuedPosting), made)
        await session.execute(text("ANALYZE"))
    await run_postings(backend)
    keys = [str(each["key"]) for each in made if each["status"] == "waiting"]
    booked = [key for key, _, _ in system.booked()]
    assert sorted(booked) == keys
    assert all(booked.index(first) < booked.index(second) for first, second in zip(keys, keys[20:], strict=False))


async def test_a_system_that_is_away_is_asked_again_after_growing_pauses(
    backend: Backend, system: StandinBillingSystem, clock: ManualClock, home: Household
) -> None:
    await add(backend, home, "a")
    pauses = []
    for _ in range(9):
        system.moods = [AWAY]
        await run_postings(backend)
        (row,) = await rows(backend)
        assert row.not_before is not None
        pauses.append(row.not_before - clock.now())
        system.moods = [AWAY]
        await run_postings(backend)
        assert system.moods == [AWAY], "tried within the pause"
        clock.advance(seconds=pauses[-1].total_seconds())
    assert pauses[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert pauses[-1] == timedelta(hours=1)
    system.moods = []
    await run_postings(backend)
    assert len(system.booked()) == 1
    assert system.asked == [], "a call that did not arrive needs no looking up"


@pytest.mark.parametrize("mood", [BOOKED_UNANSWERED, LOST, "invalid_answer"])
async def test_after_a_timeout_it_is_looked_up_before_it_is_sent_again(
    backend: Backend, system: StandinBillingSystem, clock: ManualClock, home: Household, mood: str
) -> None:
    await add(backend, home, "a")
    system.moods = [mood]
    await run_postings(backend)
    assert await standing(backend) == {"payment:a": "sending"}
    clock.advance(minutes=1)
    await run_postings(backend)
    assert await standing(backend) == {"payment:a": "sent"}
    assert system.booked() == [("payment:a", "99999-001", 500)]
    assert system.asked == ["payment:a"]


@pytest.mark.parametrize(("verdict", "booked_after"), [("sent", 2), ("waiting", 3)])
async def test_where_it_cannot_be_looked_up_a_person_decides(
    backend: Backend, clock: ManualClock, home: Household, verdict: str, booked_after: int
) -> None:
    system = connect(backend, can_be_asked=False)
    payment_id = await pay(backend, home)
    (key,) = await standing(backend)
    returned = await add(backend, home, "a", kind="return", payment_id=payment_id)
    system.moods = [BOOKED_UNANSWERED]
    for _ in range(3):
        await run_postings(backend)
        clock.advance(hours=1)
    assert await standing(backend) == {key: "review", returned: "waiting"}
    (mail,) = await office_mail(backend)
    assert (mail.recipient, key in mail.body, "99999-001" in mail.body) == (backend.coop.email, True, False)
    assert len(system.booked()) == 1, "never sent twice blindly"

    await resolve(backend, key, verdict)
    await run_postings(backend)
    assert await standing(backend) == {key: "sent", returned: "sent"}
    assert [each for each, _, _ in system.booked()][-1] == returned
    assert len(system.booked()) == booked_after
    assert "posting_resolved" in await acts(backend)


async def test_a_refused_payment_holds_back_its_return_and_nothing_else(
    backend: Backend, system: StandinBillingSystem, clock: ManualClock, home: Household
) -> None:
    payment_id = await pay(backend, home)
    (key,) = await standing(backend)
    returned = await add(backend, home, "a", kind="return", payment_id=payment_id)
    later = await add(backend, home, "b")
    system.refused_keys = {key: "unknown_account"}
    await run_postings(backend)
    assert await standing(backend) == {key: "failed", returned: "waiting", later: "sent"}
    (mail,) = await office_mail(backend)
    assert "unknown_account" in mail.body
    clock.advance(days=1)
    await run_postings(backend)
    assert len(await office_mail(backend)) == 1, "told once"


@pytest.mark.parametrize("code", ["unauthorized", "unsupported"])
async def test_a_refusal_of_all_calls_ends_the_run_and_is_told_once_a_day(
    backend: Backend, system: StandinBillingSystem, clock: ManualClock, home: Household, code: str
) -> None:
    for separator in range(2, 22):
        other = await add_account(backend, home, f"{separator:03d}")
        await add(backend, other, f"a{separator}")
    for _ in range(2):
        system.moods = [code] * 100
        await run_postings(backend)
        assert 100 - len(system.moods) <= SIDE_BY_SIDE, "it went on although every call is refused"
    assert set((await standing(backend)).values()) == {"waiting"}
    assert len(await office_mail(backend)) == 1
    system.moods = []
    clock.advance(hours=2)
    await run_postings(backend)
    assert len(system.booked()) == 20


async def test_two_processes_send_each_movement_once(
    backend: Backend, system: StandinBillingSystem, home: Household
) -> None:
    keys = [await add(backend, home, f"a{number}") for number in range(4)]
    for number in range(6):
        keys.append(await add(backend, await add_account(backend, home, f"{number + 2:03d}"), f"b{number}"))
    await asyncio.gather(*(run_postings(backend) for _ in range(3)))
    while "waiting" in (await standing(backend)).values():
        await run_postings(backend)
    booked = [key for key, _, _ in system.booked()]
    assert sorted(booked) == sorted(keys)
    assert [key for key in booked if "a" in key.split(":")[1]] == keys[:4]


async def test_a_crash_between_any_two_steps_books_each_movement_once(
    backend: Backend, system: StandinBillingSystem, clock: ManualClock
) -> None:
    faults, original = Faults(), backend.db
    struck = []
    backend.db = BreakingDatabase(backend.db.url, faults)
    system.before = lambda name: faults.reached(f"before {name}")
    system.after = lambda name: faults.reached(f"after {name}")
    for point in faults.every_point():
        home = await make_household(backend, number=f"6{point:04d}", due_cents=0)
        keys = [await add(backend, home, f"{point}"), await add(backend, home, f"{point}", kind="return")]
        with faults.crashing(point):
            await run_postings(backend)
        struck.append(faults.struck)
        clock.advance(seconds=LEASE.total_seconds())
        await run_postings(backend)
        account = f"6{point:04d}-001"
        assert [key for key, number, _ in system.booked() if number == account] == keys, faults.struck
    assert set((await standing(backend)).values()) == {"sent"}
    assert struck[:6] == ["before commit", "after commit", "before post", "after post", "before commit", "after commit"]
    await acts(backend)
    await original.close()


@pytest.mark.parametrize("change", ["no reason", "no such key", "already so", "under way"])
async def test_an_office_mark_that_cannot_be_right_is_refused(
    backend: Backend, system: StandinBillingSystem, home: Household, change: str
) -> None:
    key = await add(backend, home, "a")
    if change == "under way":
        system.moods = [LOST]
        await run_postings(backend)
    wanted = "waiting" if change == "already so" else "sent"
    with pytest.raises(PostingRefused):
        await resolve(backend, f"{key}{'x' * (change == 'no such key')}", wanted, "" if change == "no reason" else "x")
    assert await acts(backend) == []
