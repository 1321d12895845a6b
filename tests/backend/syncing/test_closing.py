"""A closed account: nothing is taken for it any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.autopay.models import AutoPay, LegacyDraft
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.payments.models import ScheduledPayment
from backend.payments.scheduled_runs import run_scheduled
from tests.backend.autopay.enrollments import add_autopay, add_draft, enroll, texts
from tests.backend.household import TODAY, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import payments, quote_for, say_yes
from tests.backend.syncing.feeds import acts, books_are_whole, take

CLOSED = "member,separator,status\n99999,001,closed\n"


@pytest.mark.parametrize("kind", ["autopay", "draft"])
async def test_automatic_payments_end(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path, kind: str
) -> None:
    await (add_autopay if kind == "autopay" else add_draft)(backend, home)
    closed = await take(backend, tmp_path, accounts=CLOSED)
    assert closed.names["closed"] == ["99999-001"]
    assert [row.act for row in await acts(backend)] == ["account_closed", f"{kind}_ended_by_closing"]
    for _ in range(25):
        assert await run_autopay(backend, backend.today()) == {}
        clock.advance(days=1)
    assert (network.taken_cents(), await payments(backend)) == (0, [])
    # opened again it starts without: the authorization has ended
    again = await take(backend, tmp_path, accounts=CLOSED.replace("closed", "open"))
    assert again.names["reopened"] == ["99999-001"]
    async with backend.db.read_session() as session:
        model = AutoPay if kind == "autopay" else LegacyDraft
        assert list(await session.scalars(select(model.active))) == [False]
    assert await books_are_whole(backend)


async def test_a_consent_ends_with_it(backend: Backend, home: Household, tmp_path: Path) -> None:
    await enroll(backend, home)  # begins in two days
    await take(backend, tmp_path, accounts=CLOSED)
    async with backend.db.read_session() as session:
        [autopay] = await session.scalars(select(AutoPay))
        assert not autopay.is_wanted
        assert all(await session.scalars(select(Consent.revoked_at)))


async def test_a_scheduled_payment_is_not_made_and_the_member_is_told(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    await say_yes(backend, await quote_for(backend, home, pay_on=TODAY + timedelta(days=5)))
    await take(backend, tmp_path, accounts=CLOSED)
    assert [text for text in await texts(backend, "notice") if "was not made: the account is closed" in text]
    clock.advance(days=5)
    await run_scheduled(backend, backend.today())
    assert network.taken_cents() == 0
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(ScheduledPayment.status))) == ["failed"]
