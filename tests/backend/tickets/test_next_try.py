"""The next try of a call is at a time when phones may ring."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from backend.app import Backend
from backend.clock import ManualClock
from backend.tickets.calls import next_try


async def test_the_office_opens_before_phones_may_ring(backend: Backend, clock: ManualClock) -> None:
    early = {day: (time(6), time(17)) for day in backend.coop.hours}
    backend.coop = replace(backend.coop, hours=early, quiet_until=time(8), quiet_from=time(20))
    clock.advance(hours=17)  # three in the morning
    at = next_try(backend)
    assert at is not None
    assert at.astimezone(backend.coop.zone).time() == time(8)
