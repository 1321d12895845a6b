"""The phone line while the office is open, and while it is closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.clock import ManualClock
from bot.channels.voice import call as calls
from bot.channels.voice.relay import session as relays
from tests.bot.channels.voice.phone_call import CLOSED, OPEN
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


@pytest.fixture(autouse=True)
def _enough_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for answers however slow the machine is; tests of slow answers set their own limit."""
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 30.0)
    monkeypatch.setattr(calls, "STEP_SECONDS", 60.0)
    monkeypatch.setattr(relays, "FILLER_SECONDS", 30.0)


@pytest.fixture
async def edge(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    async with running_edge(tmp_path, engine, twilio, ManualClock(OPEN)) as edge:
        yield edge


@pytest.fixture
async def closed(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    async with running_edge(tmp_path, engine, twilio, ManualClock(CLOSED)) as edge:
        yield edge
