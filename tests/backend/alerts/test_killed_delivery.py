"""The process that sends alerts is killed (SIGKILL) again and again: in the end each alert was sent once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.alerts import delivery
from backend.alerts.models import AlertSent
from backend.clock import ManualClock, SystemClock
from backend.config import ROOT, Settings
from backend.outbox.models import OutboxMessage
from tests.backend.alerts.alert_settings import on
from tests.backend.conftest import build
from tests.backend.databases import Databases
from tests.backend.household import make_household
from tests.backend.network import DirectNetwork

MEMBERS = 40
KILLS = 3
CHILD = """
import asyncio
from itertools import count
from backend.alerts import delivery
from backend.app import Backend
from backend.config import Settings

deliver, delivery.BATCH_SIZE = delivery._deliver_batch, 1
batches = count(1)

async def counted(backend, events):
    print("about to deliver", flush=True)
    if next(batches) > 7:
        await asyncio.sleep(3600)  # so that a slow killer finds it in the middle, too
    return await deliver(backend, events)

delivery._deliver_batch = counted
backend = Backend.create(Settings.from_env())
asyncio.run(delivery.deliver_alerts(backend, backend.today()))
"""


def begin_and_kill(environment: dict[str, str]) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        for _ in range(7):
            child.stdout.readline()
        child.kill()  # in the middle of the seventh, wherever that is


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.new("sqlite")


async def test_killed_again_and_again(url: str, tmp_path: Path) -> None:
    backend = build(url, tmp_path, ManualClock(SystemClock().now()), DirectNetwork())
    today = backend.today()
    for count in range(MEMBERS):
        home = await make_household(backend, number=f"8{count:04d}", due_on=today)
        await on(backend, home, {"bill_due": 3}, "text", "email")
    environment = {"DATABASE_URL": url, "MEMBERLINE_RUNTIME_DIR": str(tmp_path), "SECRET_KEY": "a key"}
    assert Settings.from_env(environment).database_url == url
    for _ in range(KILLS):
        begin_and_kill(environment)
    async with backend.db.read_session() as session:
        halfway = await session.scalar(select(func.count()).select_from(AlertSent)) or 0
    assert 0 < halfway < MEMBERS
    await delivery.deliver_alerts(backend, today)
    async with backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(AlertSent)) == MEMBERS
        kinds = list(await session.scalars(select(OutboxMessage.kind).where(OutboxMessage.purpose == "alert")))
    assert (kinds.count("sms"), kinds.count("email")) == (MEMBERS, MEMBERS)
    await backend.close()
