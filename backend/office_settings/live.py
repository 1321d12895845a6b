"""Keeps `Backend.coop` and `Backend.knowledge` at the newest version that the office published, without a restart.

Each process looks at the newest version's number once a second; a change that is published here is taken at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from backend.coop import Coop, parse_coop
from backend.knowledge.parsing import KnowledgeError
from backend.knowledge.service import Knowledge, default_knowledge
from backend.office_settings.logos import Logo, find_logo
from backend.office_settings.models import SettingsVersion
from backend.office_settings.state import State, merge_subjects, merge_tables

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger("memberline.settings")

LOOK_SECONDS = 1.0


@dataclass
class LiveSettings:
    """What is in force in this process. `raw` are the tables of coop.toml as read at the start; `complete` adds to a
    Coop what the file does not have."""

    raw: Mapping[str, Any]
    complete: Callable[[Coop], Coop]
    files: Mapping[str, Logo] = field(default_factory=dict)  # the logo that coop.toml names, by its name
    version: int = 0
    state: State = field(default_factory=State)
    logo: Logo | None = None
    refused: int | None = None  # a version that this process cannot read, such as one of a newer program

    def build_coop(self, state: State) -> Coop:
        """The facts of a state. Raises ValueError with the section and key."""
        return self.complete(parse_coop(merge_tables(self.raw, state)))

    def logo_of(self, coop: Coop) -> Logo | None:
        """The logo of coop.toml, where that is the one in force."""
        return self.files.get(coop.shown.look.logo)

    def build_knowledge(self, state: State) -> Knowledge:
        """The subjects of a state. Raises KnowledgeError."""
        shipped = default_knowledge()
        return Knowledge(merge_subjects(shipped.subjects.values(), state)) if state.knowledge else shipped


async def refresh(backend: Backend) -> bool:
    """Take the newest version, if this process has another one; returns whether anything changed."""
    live = backend.live
    async with backend.db.read_session() as session:
        newest = await session.scalar(select(func.max(SettingsVersion.id))) or 0
        if newest in (live.version, live.refused):
            return False
        row = await session.get(SettingsVersion, newest)
        state = State.from_json(row.state if row else {})
        try:
            coop, knowledge = live.build_coop(state), live.build_knowledge(state)
        except (ValueError, KnowledgeError) as fault:
            live.refused = newest
            logger.error("version %d of the settings is not taken, %d stays: %s", newest, live.version, fault)
            return False
        logo = await find_logo(session, coop.shown.look.logo) or live.logo_of(coop)
    live.version, live.state, live.logo, live.refused = newest, state, logo, None
    backend.coop, backend.knowledge = coop, knowledge
    logger.info("version %d of the settings is in force", newest)
    return True


async def keep_fresh(backend: Backend) -> None:
    """Until canceled. A database that is away is told elsewhere (/ready)."""
    while True:
        try:
            await refresh(backend)
        except (SQLAlchemyError, OSError):
            logger.debug("the settings were not looked at")
        await asyncio.sleep(LOOK_SECONDS)
