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
from lab.desk import Desk
from lab.simulation import crowd, invariants
from lab.simulation.composing import CHANNELS, Character, compose
from lab.simulation.conversation import Held, hold
from lab.system import System

BATCH = 200
FIRST_NUMBER = 100_000


@dataclass
class Simulation:
    """What came of it. `breaches` are those of no one conversation."""

    seed: int
    held: list[Held] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def broken(self) -> list[Held]:
        return [one for one in self.held if one.breaches]

    @property
    def sound(self) -> bool:
        return not self.breaches and not self.broken


def simulate(
    system: System,
    characters: Sequence[Character],
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
    with Desk(system) as desk, ThreadPoolExecutor(workers) as pool:
        for batch in _batches(characters):
            made = crowd.make(desk, batch, first)
            simulation.held += pool.map(partial(_examined, desk, seen), batch, made)
            simulation.breaches += desk.on_its_data(_of_the_whole)
            tell(f"{len(simulation.held)} of {len(characters)}, {len(simulation.broken)} with a breach")
        simulation.breaches += desk.on_its_data(lambda backend: _went_back(backend, seen))
        _search(desk, simulation, folder)
    simulation.seconds = round(time.monotonic() - began, 1)
    return simulation


def characters(seed: int, count: int, channels: Sequence[str] = CHANNELS, only: int | None = None) -> list[Character]:
    """The first `count` members of that seed, or the one at place `only` alone."""
    return [compose(seed, index, channels) for index in ([only] if only is not None else range(count))]


def _batches(characters: Sequence[Character]) -> Iterator[Sequence[Character]]:
    for start in range(0, len(characters), BATCH):
        yield characters[start : start + BATCH]


_seen_lock = threading.Lock()


def _examined(desk: Desk, seen: dict[str, str], character: Character, made: crowd.Made) -> Held:
    began = time.monotonic()
    held = hold(desk, character, made)

    async def examine(backend: Backend) -> dict[str, str]:
        async with backend.db.reading() as session:
            return await invariants.examine(session, held)

    statuses = desk.on_its_data(examine)
    with _seen_lock:
        seen.update(statuses)
    held.seconds = round(time.monotonic() - began, 2)
    return held


async def _of_the_whole(backend: Backend) -> list[str]:
    async with backend.db.reading() as session:
        return await invariants.of_the_whole(session)


async def _went_back(backend: Backend, seen: dict[str, str]) -> list[str]:
    async with backend.db.reading() as session:
        return await invariants.went_back(session, seen)


def _search(desk: Desk, simulation: Simulation, folder: Path | None) -> None:
    """Look for card and social security digits wherever something is kept: the database, the tracker's, the log."""
    sent = invariants.secrets_of(simulation.held)
    kept = desk.on_its_data(lambda backend: invariants.kept_secrets(backend, sent))
    for path in sorted(folder.rglob("*")) if folder and sent else ():
        if path.is_file() and path.suffix not in (".png",):
            content = path.read_bytes()
            for index, digits in sent.items():
                if any(one.encode() in content for one in digits):
                    kept.setdefault(index, []).append(f"digits kept in {path.name}")
    for held in simulation.held:
        held.breaches += kept.get(held.character.index, [])
