"""An import that is refused, and that nothing came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.app import Backend
from backend.importing.faults import ImportRefused
from backend.importing.service import import_folder
from backend.members.models import Member
from backend.models import Account, AlertSetting, AutoPay, Bill, LegacyDraft, PaymentMethod
from backend.usage.models import Reading

MODELS = (Member, Account, Bill, Reading, PaymentMethod, LegacyDraft, AutoPay, AlertSetting)


async def counts(backend: Backend) -> list[int]:
    async with backend.db.reading() as session:
        return [int(await session.scalar(select(func.count()).select_from(model)) or 0) for model in MODELS]


async def refusal(backend: Backend, folder: Path) -> list[str]:
    """What the import of the folder is refused for, a line each. Nothing may have come of it."""
    before = await counts(backend)
    with pytest.raises(ImportRefused) as refused:
        await import_folder(backend, folder)
    assert await counts(backend) == before
    return str(refused.value).splitlines()[1:]
