"""Many simulated conversations at once on one memberline, a batch of members at a time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from backend.app import Backend
from lab.shared_system import SharedSystem
from lab.simulation import invariants, population
from lab.simulation.conversation import SimulatedConversation, run_conversation
from lab.simulation.personas import CHANNELS, Persona, compose_persona
from lab.system import MemberlineSystem

BATCH = 200
FIRST_NUMBER = 100_000


@dataclass
class Simulation:
    """What came of it. `breaches` are those of no one conversation."""

    seed: int
    conversations: list[SimulatedConversation] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def broken_conversations(self) -> list[SimulatedConversation]:
        return [one for one in self.conversations if one.breaches]

    @property
    def is_sound(self) -> bool:
        return not self.breaches and not self.broken_conversations


def simulate(
    system: MemberlineSystem,
    characters: Sequence[Persona],
    *,
    workers: int = 4,
    folder: Path | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Simulation:
    """Hold a conversation with each character, `workers` at once, and examine it.

    `folder` holds the system's files where it is one of our own: they are searched for digits that nobody may keep,
    and members get the same numbers each time. `tell` hears how far it is.
    """
    began = time.monotonic()
    simulation = Simulation(characters[0].seed if characters else 0)
    first = FIRST_NUMBER if folder else FIRST_NUMBER + secrets.randbelow(800_000)
    seen: dict[str, str] = {}
    with SharedSystem(system) as desk, ThreadPoolExecutor(workers) as pool:
        for batch in _split_batches(characters):
            made = population.create_accounts(desk, batch, first)
            simulation.conversations += pool.map(partial(_run_and_check, desk, seen), batch, made)
            simulation.breaches += desk.run_with_backend(_check_database)
            tell(
                f"{len(simulation.conversations)} of {len(characters)}, {len(simulation.broken_conversations)} "
                f"with a breach"
            )
        simulation.breaches += desk.run_with_backend(lambda backend: _find_backward_statuses(backend, seen))
        _search_secrets(desk, simulation, folder)
    simulation.seconds = round(time.monotonic() - began, 1)
    return simulation


def compose_personas(
    seed: int, count: int, channels: Sequence[str] = CHANNELS, only: int | None = None
) -> list[Persona]:
    """The first `count` members of that seed, or the one at place `only` alone."""
    return [compose_persona(seed, index, channels) for index in ([only] if only is not None else range(count))]


def _split_batches(characters: Sequence[Persona]) -> Iterator[Sequence[Persona]]:
    for start in range(0, len(characters), BATCH):
        yield characters[start : start + BATCH]


_seen_lock = threading.Lock()


def _run_and_check(
    desk: SharedSystem, seen: dict[str, str], character: Persona, made: population.SimulatedAccount
) -> SimulatedConversation:
    began = time.monotonic()
    held = run_conversation(desk, character, made)

    async def examine(backend: Backend) -> dict[str, str]:
        async with backend.db.read_session() as session:
            return await invariants.check_conversation(session, held)

    statuses = desk.run_with_backend(examine)
    with _seen_lock:
        seen.update(statuses)
    held.seconds = round(time.monotonic() - began, 2)
    return held


async def _check_database(backend: Backend) -> list[str]:
    async with backend.db.read_session() as session:
        return await invariants.check_database(session)


async def _find_backward_statuses(backend: Backend, seen: dict[str, str]) -> list[str]:
    async with backend.db.read_session() as session:
        return await invariants.find_backward_statuses(session, seen)


def _search_secrets(desk: SharedSystem, simulation: Simulation, folder: Path | None) -> None:
    """Look for card and social security digits wherever something is kept: the database, the tracker's, the log."""
    sent = invariants.list_sent_secrets(simulation.conversations)
    kept = desk.run_with_backend(lambda backend: invariants.find_stored_secrets(backend, sent))
    for path in sorted(folder.rglob("*")) if folder and sent else ():
        if path.is_file() and path.suffix not in (".png",):
            content = path.read_bytes()
            for index, digits in sent.items():
                if any(one.encode() in content for one in digits):
                    kept.setdefault(index, []).append(f"digits kept in {path.name}")
    for held in simulation.conversations:
        held.breaches += kept.get(held.persona.index, [])
