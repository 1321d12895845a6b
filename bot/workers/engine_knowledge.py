"""Keeps the engine searching what the office has changed of knowledge/, also after the engine was started again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import TYPE_CHECKING

from bot.dialogue.engine_client import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.app import Backend
    from bot.dialogue.engine_client import EngineClient

logger = logging.getLogger("memberline.settings")

LOOK_SECONDS = 2.0


def name_version(changed: Mapping[str, str | None]) -> str:
    """The same name for the same changes in every process; empty for none."""
    if not changed:
        return ""
    return hashlib.sha256(json.dumps(dict(changed), sort_keys=True).encode()).hexdigest()[:16]


async def keep_engine_knowledge(backend: Backend, engine: EngineClient) -> None:
    """Until canceled. Without changes the engine is asked only until it once has none either."""
    settled = False
    while True:
        changed = backend.live.state.knowledge
        if changed or not settled:
            try:
                await give_knowledge(backend, engine)
                settled = not changed
            except EngineError as failure:
                logger.debug("the engine has not got the changed knowledge yet: %s", failure)
        await asyncio.sleep(LOOK_SECONDS)


async def give_knowledge(backend: Backend, engine: EngineClient) -> None:
    """Have the engine search what is in force now, if it does not yet. Raises EngineError."""
    changed = backend.live.state.knowledge
    version = name_version(changed)
    if await engine.find_knowledge_version() != version:
        await engine.send_knowledge(version, changed)
        logger.info("the engine searches the changed knowledge %s", version or "as shipped")
