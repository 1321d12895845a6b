"""The engine is given what the office changed of knowledge/, again after it was started anew."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from backend.app import Backend
from backend.office_settings.state import State
from bot.dialogue.engine_client import EngineClient, EngineUnavailable
from bot.workers import engine_knowledge
from bot.workers.engine_knowledge import keep_engine_knowledge, name_version


class SearchingEngine:
    """An engine that keeps what it was given until it is started again."""

    def __init__(self) -> None:
        self.version = ""
        self.changed: Mapping[str, str | None] = {}
        self.is_up = True
        self.asked = asyncio.Event()

    async def find_knowledge_version(self) -> str:
        self.asked.set()
        if not self.is_up:
            raise EngineUnavailable("ClientConnectorError")
        return self.version

    async def send_knowledge(self, version: str, changed: Mapping[str, str | None]) -> None:
        self.version, self.changed = version, dict(changed)


async def test_given_again_after_a_restart(monkeypatch: Any) -> None:
    monkeypatch.setattr(engine_knowledge, "LOOK_SECONDS", 0.001)
    engine, live = SearchingEngine(), SimpleNamespace(state=State({}, {"late_fee": None}))
    backend = cast("Backend", SimpleNamespace(live=live))
    keeper = asyncio.create_task(keep_engine_knowledge(backend, cast("EngineClient", engine)))

    async def look_twice() -> None:
        for _ in range(2):
            engine.asked.clear()
            await asyncio.wait_for(engine.asked.wait(), 5)

    try:
        await look_twice()
        assert (engine.version, engine.changed) == (name_version({"late_fee": None}), {"late_fee": None})
        engine.is_up = False
        await look_twice()
        engine.is_up, engine.version, engine.changed = True, "", {}
        await look_twice()
        assert engine.changed == {"late_fee": None}
        live.state = State()
        async with asyncio.timeout(5):
            while engine.version:  # noqa: ASYNC110 - the last look of all
                await asyncio.sleep(0.001)
        assert engine.changed == {}
    finally:
        keeper.cancel()
