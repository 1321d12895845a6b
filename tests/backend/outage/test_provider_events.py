"""Outages of the co-op's outage system: opened, changed and ended in our list, and told as the co-op chose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.clock import ManualClock
from backend.outage.models import KnownOutage
from backend.outage.provider_events import GONE_FOR
from backend.providers.outages.base import OutageInfo, ProviderOutage
from tests.backend.household import NOW
from tests.backend.outage.test_announcing import add_member, mark_all_sent, messages, tell


class OutageSystem:
    """What the outage system has open; None while it does not answer."""

    name = "system"

    def __init__(self) -> None:
        self.open: list[ProviderOutage] | None = []

    async def list_outages(self) -> list[ProviderOutage] | None:
        return self.open

    async def find_outage(self, session: AsyncSession, place: str | None, account_id: int | None) -> OutageInfo | None:
        return None


@pytest.fixture
def system(backend: Backend) -> OutageSystem:
    backend.outages = made = OutageSystem()
    return made


async def known(backend: Backend) -> list[KnownOutage]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(KnownOutage).order_by(KnownOutage.id)))


def event(estimate_hours: int = 2) -> ProviderOutage:
    return ProviderOutage("E1", ("Ridge Road", "N"), "a tree on the line", NOW + timedelta(hours=estimate_hours))


async def test_it_waits_for_the_office_to_tell(backend: Backend, system: OutageSystem) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text")
    system.open = [event()]
    assert await tell(backend) == 0
    [outage] = await known(backend)
    assert (outage.area, outage.source, outage.tells) == ("Ridge Road", "system", False)


async def test_opened_changed_and_ended(backend: Backend, system: OutageSystem, clock: ManualClock) -> None:
    object.__setattr__(backend.coop, "tells_provider_outages", True)
    await add_member(backend, 1, "12 Ridge Road", "text")
    system.open = [event()]
    assert await tell(backend) == 1
    await mark_all_sent(backend)
    system.open = [event(estimate_hours=5)]
    assert await tell(backend) == 1
    await mark_all_sent(backend)
    for nothing in (None, []):  # silence, or a list that is empty once, ends nothing
        system.open = nothing
        assert await tell(backend) == 0
    system.open = [event(estimate_hours=5)]
    await tell(backend)
    system.open = []
    await tell(backend)
    clock.advance(minutes=GONE_FOR.seconds // 60)
    assert await tell(backend) == 1
    assert "power is back" in (await messages(backend, "queued"))[0].body
    [outage] = await known(backend)
    assert outage.cleared_at is not None
