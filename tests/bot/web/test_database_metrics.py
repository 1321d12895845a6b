"""What the database says at /metrics."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.jobs import holds
from backend.payments.models import Payment
from bot.web.database_metrics import read_database_metrics
from bot.web.metrics import Metrics
from tests.backend.conftest import build
from tests.backend.household import NOW, make_household
from tests.backend.network import DirectNetwork


@pytest.fixture
async def backend(migrated_database: Path, tmp_path: Path) -> AsyncIterator[Backend]:
    shutil.copyfile(migrated_database, tmp_path / "memberline.db")
    made = build(f"sqlite+aiosqlite:///{tmp_path / 'memberline.db'}", tmp_path, ManualClock(NOW), DirectNetwork())
    yield made
    await made.close()


def values(metrics: Metrics) -> dict[str, float]:
    return {sample.name: sample.value for family in metrics.registry.collect() for sample in family.samples}


async def test_a_payment_without_an_outcome_and_a_hold_are_counted(backend: Backend) -> None:
    home, metrics, clock = await make_household(backend), Metrics(), backend.clock
    assert isinstance(clock, ManualClock)
    await read_database_metrics(backend, metrics)
    found = values(metrics)
    assert (found["memberline_payments_unsettled"], found["memberline_holds"]) == (0, 0)
    async with backend.db.transaction() as session:
        await holds.place(session, backend, holds.AUTOMATIC_PAYMENTS, "restored")
        session.add(
            Payment(
                key="k1", confirmation="ML-1", account_id=home.account_id, method_id=home.card_id, amount_cents=100,
                fee_cents=0, channel="sms", created_at=backend.clock.now(), updated_at=backend.clock.now(),
            )
        )  # fmt: skip
    clock.advance(minutes=40)
    await read_database_metrics(backend, metrics)
    found = values(metrics)
    assert (found["memberline_payments_unsettled"], found["memberline_holds"]) == (1, 1)
    assert found["memberline_payments_unsettled_oldest_seconds"] == timedelta(minutes=40).total_seconds()
