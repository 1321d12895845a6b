"""The process that tells of an outage is killed (SIGKILL) in the middle, or races with its end: each is told once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.app import Backend
from backend.clock import ManualClock, SystemClock
from backend.config import ROOT
from backend.outage import announcing
from backend.outage.models import OutageNotice
from backend.outbox.models import OutboxMessage
from tests.backend.conftest import build
from tests.backend.databases import Databases
from tests.backend.network import DirectNetwork
from tests.backend.outage.test_announcing import add_member, clear, open_outage, tell

MEMBERS = 12
CHILD = """
import asyncio
from itertools import count
from backend.outage import announcing
from backend.app import Backend
from backend.config import Settings

announcing.BATCH = 2
tell, batches = announcing._tell, count(1)

async def counted(*values):
    print("about to tell", flush=True)
    if next(batches) > 4:
        await asyncio.sleep(3600)  # so that a slow killer finds it in the middle, too
    return await tell(*values)

announcing._tell = counted
backend = Backend.create(Settings.from_env())
asyncio.run(announcing.tell_members(backend, backend.today()))
"""


def begin_and_kill(environment: dict[str, str]) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        for _ in range(4):
            child.stdout.readline()
        child.kill()  # in the middle of the fourth batch, wherever that is


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.new("sqlite")


async def test_killed_in_the_middle(url: str, tmp_path: Path) -> None:
    backend = build(url, tmp_path, ManualClock(SystemClock().now()), DirectNetwork())
    for number in range(MEMBERS):
        await add_member(backend, number, f"{number} Ridge Road", "text")
    await open_outage(backend, is_dangerous=True)  # whatever time of the day it is
    begin_and_kill({"DATABASE_URL": url, "MEMBERLINE_RUNTIME_DIR": str(tmp_path), "SECRET_KEY": "a key"})
    async with backend.db.read_session() as session:
        halfway = await session.scalar(select(func.count()).select_from(OutageNotice)) or 0
    assert 0 < halfway < MEMBERS
    await tell(backend)
    async with backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(OutageNotice)) == MEMBERS
        told = Counter(await session.scalars(select(OutboxMessage.recipient)))
    assert len(told) == MEMBERS
    assert set(told.values()) == {1}
    await backend.close()


async def test_end_while_it_is_told(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes tell of it while the office ends it: nobody hears twice, and no text goes out after its end."""
    monkeypatch.setattr(announcing, "BATCH", 3)
    for number in range(MEMBERS):
        await add_member(backend, number, f"{number} Ridge Road", "text")
    outage = await open_outage(backend)

    ended, tell_batch = asyncio.Event(), announcing._tell_batch

    async def tell_batch_or_wait(*values: Any) -> int | None:
        async with backend.db.read_session() as session:
            told = await session.scalar(select(func.count()).select_from(OutageNotice)) or 0
        if told > 3:
            await ended.wait()  # the end comes in between, however quick the two are
        return await tell_batch(*values)

    async def end_soon() -> None:
        while True:
            async with backend.db.read_session() as session:
                if await session.scalar(select(OutageNotice.id).limit(1)) is not None:
                    break
            await asyncio.sleep(0)
        await clear(backend, outage)
        ended.set()

    monkeypatch.setattr(announcing, "_tell_batch", tell_batch_or_wait)
    await asyncio.gather(tell(backend), tell(backend), end_soon())
    await tell(backend)
    async with backend.db.read_session() as session:
        found = [(each.recipient, each.status) for each in await session.scalars(select(OutboxMessage))]
    assert 0 < len(found) < MEMBERS, "the end came in between"
    assert len(set(found)) == len(found)
    assert {status for _, status in found} == {"expired"}
