"""The good files of an import as a feed, and what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.importing.service import import_folder
from backend.syncing.outcome import FileOutcome, SyncOutcome
from backend.syncing.service import SyncOptions, sync_folder
from tests.backend.importing.files import only, write

PAYMENTS = "number,account,kind,posted_on,amount,source,reference,status\n"


async def sync(
    backend: Backend, folder: Path, *, force: bool = True, dry_run: bool = False, **more: Any
) -> SyncOutcome:
    return await sync_folder(backend, folder, SyncOptions(force=force, dry_run=dry_run, **more))


async def take(backend: Backend, folder: Path, *, force: bool = True, **files: str) -> FileOutcome:
    """Sync these files alone, which all are taken; returns what came of the last one."""
    outcome = await sync(backend, only(fresh(folder), **files), force=force)
    assert not outcome.refused, outcome.lines()
    return outcome.files[-1]


async def refuse(backend: Backend, folder: Path, *, force: bool = True, **files: str) -> list[str]:
    """The reasons for which one file alone is refused."""
    [outcome] = (await sync(backend, only(fresh(folder), **files), force=force)).files
    assert outcome.status == "refused", outcome.lines()
    return outcome.reason.splitlines()


def fresh(folder: Path) -> Path:
    """A folder beside `folder` that is not there yet."""
    number = 1
    while (made := folder / f"feed{number}").exists():
        number += 1
    return made


async def take_over(backend: Backend, folder: Path) -> None:
    """An import, and a first sync of the same files."""
    files = write(fresh(folder))
    await import_folder(backend, files)
    outcome = await sync(backend, files, force=False)
    assert [each.counts.total() for each in outcome.files] == [0] * 8, outcome.lines()


async def owed(backend: Backend, account: str) -> int:
    from backend.members.service import find_account

    async with backend.db.read_session() as session:
        found = await find_account(session, account)
        assert found
        return await ledger.receivable_balance(session, found.id)


async def acts(backend: Backend) -> list[AuditRow]:
    async with backend.db.read_session() as session:
        query = select(AuditRow).where(AuditRow.actor == "sync").order_by(AuditRow.id)
        return list(await session.scalars(query))


async def count(backend: Backend, model: Any) -> int:
    async with backend.db.read_session() as session:
        return int(await session.scalar(select(func.count()).select_from(model)) or 0)


async def books_are_whole(backend: Backend) -> bool:
    async with backend.db.read_session() as session:
        return await ledger.find_imbalances(session) == [] and await audit.verify(session) is None
