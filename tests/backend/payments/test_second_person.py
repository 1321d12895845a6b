"""One person must not be both: by the settings, by a link into the office, or in small steps over many accounts."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from backend.app import Backend
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.office_settings import live, service
from backend.office_settings.state import State
from backend.outbox.models import OutboxMessage
from backend.payments import counter_undo, office
from backend.payments.second_person import LIMIT_WINDOW, LimitTerms, find_terms
from backend.staff import accounts, ways_in
from backend.staff.roles import Role
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.payments.paying import outbox
from tests.backend.payments.test_office import book
from tests.backend.payments.test_refunds import ask, decide, pay, refusal

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CASH = {"kind": "cash", "reference": ""}
HASH = PasswordHasher(time_cost=1, memory_cost=1024).hash("quiet ladder of seven plums")


async def publish(backend: Backend, state: State, base: int, by: str = "Ann") -> None:
    async with backend.db.transaction() as session:
        await service.publish(session, backend, state, by=by, area="money", reason="the board decided", base=base)
    await live.refresh(backend)


async def let_in(backend: Backend, name: str, role: Role = Role.ADMIN, by: str = ways_in.SERVER) -> None:
    async with backend.db.transaction() as session:
        email = f"{name.lower()}@coop.example"
        made = await accounts.invite(session, backend, name=name, email=email, role=role, by=by)
        await accounts.set_password_by_link(session, backend, made.account, HASH)


async def make_link(backend: Backend, name: str, by: str) -> None:
    async with backend.db.transaction() as session:
        account = await accounts.find_account(session, name)
        assert account
        await accounts.make_link(session, backend, account, by=by)


async def mails(backend: Backend, subject: str) -> list[OutboxMessage]:
    return [one for one in await outbox(backend) if subject in one.subject]


async def test_a_limit_that_was_raised_counts_a_day_later(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    limits = {"booking_second_person_cents": 900_000, "refund_second_person_cents": 900_000}
    payment = await pay(backend, home)
    await publish(backend, State({"payments": limits}), 0)
    assert backend.coop.booking_second_person_cents == 900_000
    assert (await book(backend, home, 840_000, **CASH)).status == "requested"
    assert (await ask(backend, payment, by="Ann")).status == "requested"
    await publish(backend, State(), 1)
    assert (await book(backend, home, 830_000, key="again", **CASH)).status == "requested"
    await publish(backend, State({"payments": limits}), 2)
    clock.advance(hours=23)
    assert (await book(backend, home, 820_000, key="next", **CASH)).status == "requested"
    clock.advance(hours=2)
    assert (await book(backend, home, 810_000, key="late", **CASH)).status == "booked"


async def test_a_raised_limit_is_mailed_to_the_office_and_the_others(backend: Backend) -> None:
    for name, role in (("Ann", Role.SUPERVISOR), ("Sam", Role.SUPERVISOR), ("Eve", Role.ADMIN), ("Cal", Role.AGENT)):
        await let_in(backend, name, role)
    await publish(backend, State({"payments": {"refund_second_person_cents": 900_000}}), 0)
    sent = await mails(backend, "limit of the second person")
    assert {one.recipient for one in sent} == {"sam@coop.example", "eve@coop.example", backend.coop.email}
    assert all("from $100.00 to $9,000.00" in one.body and "Ann" in one.body for one in sent)
    await publish(backend, State(), 1)
    assert len(await mails(backend, "limit of the second person")) == len(sent), "a lower one is no news"


async def test_who_made_a_link_is_not_two_persons(backend: Backend, home: Household, clock: ManualClock) -> None:
    for name in ("Ann", "Sam", "Eve"):
        await let_in(backend, name)
    refund = await ask(backend, await pay(backend, home), by="Ann")
    booking = await book(backend, home, 100_001, by="Ann", **CASH)
    await make_link(backend, "Sam", by="Ann")
    assert await refusal(decide(backend, refund, "Sam")) == "same_person"

    async def decide_booking(by: str) -> str:
        async with backend.db.transaction() as session:
            return (
                await office.decide_counter_payment(session, backend, booking.id, approve=True, by=by, reason="seen")
            ).status

    assert await refusal(decide_booking("Sam")) == "same_person"
    assert await decide_booking("Eve") == "booked"
    async with backend.db.transaction() as session:
        await counter_undo.undo_counter_payment(session, backend, booking.id, by="Ann", reason="mistake")
    with pytest.raises(office.OfficeRefused):
        async with backend.db.transaction() as session:
            await counter_undo.decide_undo(session, backend, booking.id, approve=True, by="Sam", reason="seen")
    clock.advance(days=8)
    assert (await decide(backend, refund, "Sam")).status == "approved"


async def test_invented_colleagues_are_one_person_with_who_invented_them(backend: Backend, home: Household) -> None:
    await let_in(backend, "Ann")
    await let_in(backend, "Eve")
    await let_in(backend, "Bob", by="Ann")
    await let_in(backend, "Cal", by="Bob")
    await let_in(backend, "Dot", by="Ann")
    refund = await ask(backend, await pay(backend, home), by="Cal")
    for name in ("Ann", "Bob", "Dot", "cal"):
        assert await refusal(decide(backend, refund, name)) == "same_person", name
    assert (await decide(backend, refund, "Eve")).status == "approved"


async def test_each_step_of_a_takeover_is_mailed(backend: Backend) -> None:
    for name in ("Ann", "Sam", "Eve"):
        await let_in(backend, name)
    await make_link(backend, "Sam", by="Ann")
    async with backend.db.transaction() as session:
        sam = await accounts.find_account(session, "Sam")
        assert sam
        await accounts.set_password_by_link(session, backend, sam, HASH)
        await accounts.change_contact(session, backend, sam, "thief@else.example", None, by="Ann")
        await accounts.change_role(session, backend, sam, Role.SUPERVISOR, by="Ann")
    told = {(one.recipient.split("@")[0], one.body.split("\n")[0]) for one in await mails(backend, "way in of Sam")}
    assert ("eve", "Ann made a link with which Sam sets a new password.") in told
    assert {("eve", "Sam set a password with a link."), ("ann", "Sam set a password with a link.")} <= told
    change = "Ann changed the email of Sam from sam@coop.example to thief@else.example."
    assert {("sam", change), ("thief", change), ("eve", change)} <= told
    assert ("eve", "Ann gave Sam another role: supervisor.") in told
    async with backend.db.read_session() as session:
        assert not await ways_in.are_two_people(session, backend, "Ann", "Sam")


async def test_refunds_of_one_clerk_add_up_over_accounts(backend: Backend, clock: ManualClock) -> None:
    homes = [await make_household(backend, number=f"7000{at}", channel=f"w{at}") for at in range(3)]
    first, second, third = [await pay(backend, each) for each in homes]
    assert (await ask(backend, first, 9003, key="a")).status == "approved"
    assert (await ask(backend, second, 7350, key="b")).status == "requested"
    assert (await ask(backend, second, 3890, key="c", by="bob")).status == "approved"
    clock.advance(days=1)
    assert (await ask(backend, third, 9900, key="d")).status == "approved", "the day begins anew"


async def test_bookings_for_one_member_add_up_over_accounts(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    async with backend.db.transaction() as session:
        first = await session.get_one(Account, home.account_id)
        other = Account(member_id=first.member_id, separator="002", number="99999-002", number_digits="99999002")
        session.add(other)
        await session.flush()
    await publish(backend, State({"payments": {"refund_second_person_cents": 900_000}}), 0)
    clock.advance(hours=25)
    assert (await book(backend, home, 99_900, key="a", **CASH)).status == "booked"
    booked = await book(backend, home, 99_900, key="b", account_id=other.id, by="bob", **CASH)
    assert booked.status == "requested"


async def test_credits_of_one_clerk_add_up_over_members(backend: Backend, clock: ManualClock) -> None:
    """More than is due becomes a credit, and a credit can be given back."""
    homes = [await make_household(backend, number=f"7100{at}", channel=f"c{at}") for at in range(4)]
    first, second, third, fourth = homes
    assert (await book(backend, first, 12_500, key="a", **CASH)).credit_cents == 12_500 - DUE_CENTS
    assert (await book(backend, second, 90_000, key="b", **CASH)).status == "requested"
    assert (await book(backend, second, DUE_CENTS, key="c", **CASH)).status == "booked", "what is due is no credit"
    assert (await book(backend, third, DUE_CENTS + 8_000, key="d", **CASH)).status == "booked"
    assert (await book(backend, fourth, DUE_CENTS + 2_000, key="e", **CASH)).status == "requested"
    assert (await book(backend, fourth, DUE_CENTS + 2_001, key="f", by="bob", **CASH)).status == "booked"
    clock.advance(days=1)
    assert (await book(backend, first, 9_999, key="g", **CASH)).status == "booked", "the day begins anew"


async def test_the_terms_of_a_raised_limit_name_both(backend: Backend, clock: ManualClock) -> None:
    await publish(backend, State({"payments": {"booking_second_person_cents": 900_000}}), 0)
    async with backend.db.read_session() as session:
        terms = await find_terms(session, backend, "booking_second_person_cents")
    assert (terms.cents, terms.raised_cents) == (100_000, 900_000)
    assert terms.raised_at == clock.now() + LIMIT_WINDOW
    clock.advance(hours=24)
    async with backend.db.read_session() as session:
        assert await find_terms(session, backend, "booking_second_person_cents") == LimitTerms(900_000)
