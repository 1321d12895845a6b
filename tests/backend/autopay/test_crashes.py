"""The run ends at any point where it speaks to the database or the network: the next one makes it right."""

from __future__ import annotations

import contextlib

from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.clock import ManualClock
from backend.providers.payments.base import PaymentProviderError, ProviderTimeout
from tests.backend.autopay.enrollments import add_autopay, add_draft, drafts
from tests.backend.faults import Crash, break_everywhere
from tests.backend.household import DUE_CENTS, TODAY, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.books import check_at_any_instant, check_when_settled
from tests.backend.payments.paying import payments

POINTS = 12  # as many as one bill's way has


async def test_a_crash_at_every_point_and_each_bill_is_debited_once(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    faults = break_everywhere(backend, network)
    seen: dict[int, str] = {}
    struck = set()
    for point in range(POINTS):
        home = await make_household(backend, number=str(50000 + point), due_on=TODAY)
        await (add_autopay if point % 2 else add_draft)(backend, home)
        faults.arm(point, ProviderTimeout if point % 3 == 2 else Crash)
        with contextlib.suppress(Crash, PaymentProviderError):
            await run_autopay(backend, TODAY)
        struck.add(faults.struck)
        faults.disarm()
        await check_at_any_instant(backend, network, seen)
        clock.advance(minutes=1)
        for _ in range(2):  # what is found unfinished, and what was not begun
            await run_autopay(backend, TODAY)
    assert {
        "before authorize",
        "after authorize",
        "before post",
        "after post",
        "after commit",
        "before commit",
    } <= struck
    assert network.taken_cents() == POINTS * DUE_CENTS
    assert {draft.status for draft in await drafts(backend)} == {"paid"}
    assert len(await payments(backend)) == POINTS
    await check_when_settled(backend, network)
