"""A sync that dies at any step, and is run again, ends as one that never died."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.clock import ManualClock
from backend.importing.bulk_load import BulkLoader
from backend.models import list_models
from backend.syncing.feed import Feed
from tests.backend.conftest import build
from tests.backend.databases import Databases
from tests.backend.faults import BreakingDatabase, Crash, Faults
from tests.backend.household import NOW
from tests.backend.importing.files import GOOD, only, write
from tests.backend.network import DirectNetwork
from tests.backend.syncing.feeds import PAYMENTS, books_are_whole, sync

NEW_BILL = "00417-002,C-1,2026-11-12,2026-12-02,2026-10-10,2026-11-09,10,20.00,,\n"
CHANGED = {
    "members": GOOD["members"].replace("Benedict Rowe", "Ben Rowe").replace("0123", "0155")
    + "91000,New,,5555550166,,,,\n",
    "accounts": GOOD["accounts"].replace("(barn),open", "(barn),closed") + "91000,001,2 New Road,open,,5.00\n",
    "bills": GOOD["bills"].replace("90.00,,", "95.00,,") + NEW_BILL,
    "usage": GOOD["usage"].replace("2026-09,700", "2026-09,-710"),
    "payment_methods": GOOD["payment_methods"].replace("12,2029", "12,2031"),
    "payments": PAYMENTS + "P-1,00417-001,payment,2026-11-18,50.00,counter,,\n",
}
MOST_POINTS = 200
STRIDE = 17
"""Not every point, which would take a minute; it is prime to the points of a file, so that each kind of step is met."""
LEFT_OUT = {"created_at", "updated_at", "hash", "prev_hash", "digits_hash"}


async def _contents(backend: Backend) -> dict[str, Any]:
    """Every row of every table; ids and hashes of the trail follow from the order, which is the same."""
    found: dict[str, Any] = {}
    async with backend.db.read_session() as session:
        for model in list_models():
            table = model.__table__
            columns = [column for column in table.c if column.name not in LEFT_OUT]
            rows = (await session.execute(select(*columns))).all()
            found[model.__name__] = sorted(repr(tuple(row)) for row in rows)
    return found


def _break(monkeypatch: pytest.MonkeyPatch, faults: Faults) -> None:
    """A crash may come at every bulk write, every batch and every commit."""
    for owner, name in ((BulkLoader, "load"), (Feed, "flush"), (Feed, "save_rows"), (Feed, "load_known")):
        monkeypatch.setattr(owner, name, _reaching(getattr(owner, name), faults, name))


def _reaching(real: Any, faults: Faults, name: str) -> Any:
    async def reach(*given: Any, **named: Any) -> Any:
        faults.reached(f"before {name}")
        result = await real(*given, **named)
        faults.reached(f"after {name}")
        return result

    return reach


async def test_killed_anywhere_and_run_again_it_is_the_same(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write(tmp_path / "first"), only(tmp_path / "second", **CHANGED)
    faults = Faults()

    start = databases.new("sqlite")
    begun = build(start, tmp_path / "start", ManualClock(NOW), DirectNetwork())
    await sync(begun, first)
    await begun.close()

    def fresh(name: str) -> Backend:
        copy = tmp_path / f"{name}.db"
        shutil.copyfile(start.split(":///", 1)[1], copy)
        made = build(f"sqlite+aiosqlite:///{copy}", tmp_path / name, ManualClock(NOW), DirectNetwork())
        made.db = BreakingDatabase(made.db.url, faults)
        return made

    whole = fresh("whole")
    await sync(whole, second)
    expected = await _contents(whole)
    assert await books_are_whole(whole)
    assert [len(expected[name]) for name in ("Member", "Bill", "OutsideEntry")] == [3, 4, 1]
    await whole.close()
    _break(monkeypatch, faults)
    points = 0
    for point in range(0, MOST_POINTS, STRIDE):
        backend = fresh(f"at{point}")
        faults.arm(point)
        struck = True
        try:
            await sync(backend, second)
            struck = False
        except Crash:
            points += 1
        faults.disarm()
        outcome = await sync(backend, second)
        assert not outcome.refused
        assert await _contents(backend) == expected, faults.struck
        await backend.close()
        if not struck:
            break
    assert points > len(CHANGED)
