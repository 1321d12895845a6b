"""A payment at the counter that looks like one which is there already is booked only knowingly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.app import Backend
from backend.billing.models import OutsideEntry
from backend.payments import office
from backend.payments.alike import fingerprint, list_alike
from backend.payments.models import CounterPayment
from backend.payments.office import LooksAlike
from tests.backend.household import DUE_CENTS, NOW, TODAY, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, quote_for, say_yes
from tests.backend.payments.test_office import acts_of, book, sqlite_alone


async def book_outside(
    backend: Backend, home: Household, number: str = "P-1", cents: int = 5000, on: date = TODAY, **other: str
) -> None:
    """What a file of the co-op's own system brought."""
    values = {"kind": "payment", "state": "booked", "source": "counter"} | other
    async with backend.db.transaction() as session:
        entry = OutsideEntry(number=number, account_id=home.account_id, amount_cents=cents, posted_on=on, **values)
        entry.created_at, entry.received_at = datetime.combine(on, NOW.time(), UTC), NOW
        session.add(entry)


async def book_cash(backend: Backend, home: Household, key: str = "form-1", **other: object) -> CounterPayment:
    return await book(backend, home, 5000, key=key, kind="cash", reference="", **other)


async def warning(call: object) -> LooksAlike:
    with pytest.raises(LooksAlike) as caught:
        await call  # type: ignore[misc]
    return caught.value


async def test_cash_that_is_there_already_is_booked_only_knowingly(backend: Backend, home: Household) -> None:
    await book_outside(backend, home)
    warned = await warning(book_cash(backend, home))
    assert [(each.kind, each.number) for each in warned.found] == [("outside", "P-1")]
    assert await due(backend, home.account_id) == DUE_CENTS
    booked = await book_cash(backend, home, confirmed=fingerprint(warned.found))
    assert booked.status == "booked"
    [row] = await acts_of(backend, "office:ann")
    assert (row.after or {})["beside"] == ["P-1"]


async def test_a_yes_to_one_payment_is_no_yes_to_another(backend: Backend, home: Household) -> None:
    await book_outside(backend, home)
    seen = fingerprint((await warning(book_cash(backend, home))).found)
    await book_outside(backend, home, "P-2")
    warned = await warning(book_cash(backend, home, confirmed=seen))
    assert [each.number for each in warned.found] == ["P-1", "P-2"]


async def test_the_same_form_again_needs_no_second_yes(backend: Backend, home: Household) -> None:
    first = await book_cash(backend, home)
    assert (await book_cash(backend, home)).id == first.id
    warned = await warning(book_cash(backend, home, key="form-2"))
    assert [(each.kind, each.number) for each in warned.found] == [("counter", first.confirmation)]


@sqlite_alone
async def test_a_card_payment_of_the_day_is_warned_of(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    paid = (await say_yes(backend, await quote_for(backend, home, 5000))).payment
    assert paid
    assert [each.number for each in (await warning(book_cash(backend, home))).found] == [paid.confirmation]


@sqlite_alone
@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"on": TODAY - timedelta(days=3)}, True),
        ({"on": TODAY - timedelta(days=4)}, False),
        ({"cents": 5001}, False),
        ({"kind": "return"}, False),
        ({"state": "void"}, False),
        ({"state": "ours"}, False),
        ({"state": "history"}, True),
    ],
)
async def test_what_looks_alike(backend: Backend, home: Household, other: dict[str, str], found: bool) -> None:
    await book_outside(backend, home, **other)  # type: ignore[arg-type]
    async with backend.db.read_session() as session:
        assert bool(await list_alike(session, backend, home.account_id, 5000, TODAY)) is found


@sqlite_alone
async def test_the_second_person_is_warned_too(backend: Backend, home: Household) -> None:
    payment = await book(backend, home, 100_001)
    await book_outside(backend, home, cents=100_001)

    async def approve(confirmed: str = "") -> CounterPayment:
        async with backend.db.transaction() as session:
            return await office.decide_counter_payment(
                session, backend, payment.id, approve=True, by="bob", reason="saw it", confirmed=confirmed
            )

    warned = await warning(approve())
    assert await due(backend, home.account_id) == DUE_CENTS
    assert (await approve(fingerprint(warned.found))).status == "booked"
