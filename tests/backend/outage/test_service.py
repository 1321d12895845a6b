"""Known outages: found by the words of a place or the address of an account, changed and cleared by the office."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.outage import service as outages
from backend.providers.outages.base import OutageProvider
from tests.backend.household import NOW, Household

ESTIMATE = NOW + timedelta(hours=3)


async def add(backend: Backend, area: str, cause: str = "a tree on the line") -> int:
    async with backend.db.transaction() as session:
        made = await outages.add(session, backend, "ann", area=area, cause=cause, estimate_at=ESTIMATE)
        return made.id


@pytest.mark.parametrize(
    ("area", "place", "known"),
    [
        ("Ridge Road, Elizabeth", "12 ridge rd", True),
        ("Ridge Road, Elizabeth", "510 Prairie Avenue, Elizabeth IL", True),
        ("Ridge Road, Elizabeth", "12 Ridgeway Road, Galena", False),
        ("Oak", "12 Oakland Avenue", False),
        ("County Road 12", "2231 CR 12", True),
        ("County Road 1", "2231 County Road 12", False),
        ("everywhere", "9 Mill Road", True),
        ("Calle Núñez", "calle nunez 5", True),
        (" , ,", "9 Mill Road", False),
    ],
)
async def test_by_the_words_of_a_place(backend: Backend, area: str, place: str, known: bool) -> None:
    await add(backend, area)
    async with backend.db.read_session() as session:
        found = await backend.outages.find_outage(session, place, None)
    assert (found is not None) is known
    if found:
        assert (found.cause, found.estimate, found.updated) == ("a tree on the line", ESTIMATE, NOW)


async def test_by_the_address_of_the_account(backend: Backend, home: Household) -> None:
    await add(backend, "Ridge Road")
    async with backend.db.transaction() as session:
        assert await backend.outages.find_outage(session, None, home.account_id) is None
        (await session.get_one(Account, home.account_id)).service_address = "12 Ridge Road, Elizabeth"
        await session.flush()
        assert await backend.outages.find_outage(session, None, home.account_id) is not None
        assert await backend.outages.find_outage(session, None, None) is None


async def test_changed_and_cleared_once(backend: Backend, clock: ManualClock) -> None:
    number = await add(backend, "Ridge Road", cause="")
    clock.advance(minutes=10)
    async with backend.db.transaction() as session:
        await outages.update(session, backend, "bob", number, cause="a car hit a pole", estimate_at=None)
        found = await backend.outages.find_outage(session, "Ridge Road", None)
        assert found is not None
        assert (found.cause, found.estimate, found.updated) == ("a car hit a pole", None, NOW + timedelta(minutes=10))
        assert await outages.clear(session, backend, "bob", number) is not None
        assert await outages.clear(session, backend, "bob", number) is None
        assert await outages.update(session, backend, "bob", number, cause="x", estimate_at=None) is None
        assert await backend.outages.find_outage(session, "Ridge Road", None) is None
        rows = [(row.act, row.actor) for row in await session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert rows == [
        ("outage_known", "office:ann"),
        ("outage_updated", "office:bob"),
        ("outage_cleared", "office:bob"),
    ]


async def test_an_outage_is_somewhere(backend: Backend) -> None:
    assert isinstance(backend.outages, OutageProvider)
    async with backend.db.transaction() as session:
        with pytest.raises(ValueError, match="where"):
            await outages.add(session, backend, "ann", area="  ", cause="", estimate_at=None)
