"""Runs many simulated conversations at once on one system, a batch of members at a time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lab.channel_clients import CHANNELS
from lab.simulation import invariants, population
from lab.simulation.conversation import SimulatedConversation, run_conversation
from lab.simulation.personas import Persona, compose_persona
from lab.system import MemberlineSystem, SharedSystem

BATCH = 200
FIRST_NUMBER = 100_000


@dataclass
class Simulation:
    """The results. `breaches` are those that belong to no single conversation."""

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
    personas: Sequence[Persona],
    *,
    workers: int = 4,
    folder: Path | None = None,
    report_progress: Callable[[int], None] = lambda done: None,
) -> Simulation:
    """Run a conversation with each persona, `workers` at once, and check it.

    `folder` holds the files of a system of our own: they are searched for digits that must not be stored, and members
    get the same numbers in each run. `report_progress` gets how many are done, after each.
    """
    began = time.monotonic()
    simulation = Simulation(personas[0].seed if personas else 0)
    first = FIRST_NUMBER if folder else FIRST_NUMBER + secrets.randbelow(800_000)
    seen: dict[str, str] = {}
    with SharedSystem(system) as shared, ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(personas), BATCH):
            batch = personas[start : start + BATCH]
            made = population.create_accounts(shared, batch, first)
            for conversation in pool.map(partial(_run_and_check, shared, seen), batch, made):
                simulation.conversations.append(conversation)
                report_progress(len(simulation.conversations))
            simulation.breaches += shared.read(lambda session, _: invariants.check_database(session))
        simulation.breaches += shared.read(lambda session, _: invariants.find_backward_statuses(session, seen))
        _search_secrets(shared, simulation, folder)
    simulation.seconds = round(time.monotonic() - began, 1)
    return simulation


def compose_personas(
    seed: int, count: int, channels: Sequence[str] = CHANNELS, only: int | None = None
) -> list[Persona]:
    """The first `count` personas of that seed, or only the one at index `only`."""
    return [compose_persona(seed, index, channels) for index in ([only] if only is not None else range(count))]


_seen_lock = threading.Lock()


def _run_and_check(
    system: SharedSystem, seen: dict[str, str], persona: Persona, made: population.SimulatedAccount
) -> SimulatedConversation:
    began = time.monotonic()
    conversation = run_conversation(system, persona, made)
    statuses = system.read(lambda session, _: invariants.check_conversation(session, conversation))
    with _seen_lock:
        seen.update(statuses)
    conversation.seconds = round(time.monotonic() - began, 2)
    return conversation


def _search_secrets(system: SharedSystem, simulation: Simulation, folder: Path | None) -> None:
    """Search the database and the files of the system for card and social security digits that were sent."""
    sent = invariants.list_sent_secrets(simulation.conversations)
    kept = system.run_with_backend(lambda backend: invariants.find_stored_secrets(backend, sent))
    for path in sorted(folder.rglob("*")) if folder and sent else ():
        if path.is_file() and path.suffix not in (".png",):
            content = path.read_bytes()
            for index, digits in sent.items():
                if any(one.encode() in content for one in digits):
                    kept.setdefault(index, []).append(f"digits kept in {path.name}")
    for conversation in simulation.conversations:
        conversation.breaches += kept.get(conversation.persona.index, [])
