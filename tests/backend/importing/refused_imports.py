"""An import that is refused, and that nothing came of it; the fixtures are for files alone, whatever the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.alerts.models import AlertSetting
from backend.app import Backend
from backend.autopay.models import AutoPay, LegacyDraft
from backend.billing.models import Account, Bill
from backend.clock import ManualClock
from backend.importing.errors import ImportRefused
from backend.importing.service import import_folder
from backend.members.models import Member
from backend.payments.models import PaymentMethod
from backend.usage.models import MeterReading
from tests.backend.conftest import build
from tests.backend.databases import Databases
from tests.backend.household import NOW
from tests.backend.network import DirectNetwork

MODELS = (Member, Account, Bill, MeterReading, PaymentMethod, LegacyDraft, AutoPay, AlertSetting)


@pytest.fixture(scope="module")
def address(databases: Databases) -> Iterator[str]:
    """One for all: nothing is ever written."""
    url = databases.new("sqlite")
    yield url
    databases.drop(url)


@pytest.fixture
async def backend(address: str, tmp_path: Path) -> AsyncIterator[Backend]:
    made = build(address, tmp_path / "own", ManualClock(NOW), DirectNetwork())
    yield made
    await made.close()


async def counts(backend: Backend) -> list[int]:
    async with backend.db.read_session() as session:
        return [int(await session.scalar(select(func.count()).select_from(model)) or 0) for model in MODELS]


async def refusal(backend: Backend, folder: Path) -> list[str]:
    """What the import of the folder is refused for, a line each. Nothing may have come of it."""
    before = await counts(backend)
    with pytest.raises(ImportRefused) as refused:
        await import_folder(backend, folder)
    assert await counts(backend) == before
    return str(refused.value).splitlines()[1:]
