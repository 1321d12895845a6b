"""Holds conversations with a system and times each turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from bench import processes
from bench.messages import ScriptedMessage, is_expected_answer
from bench.systems import MeasuredSystem

TURN_SECONDS = 60.0


@dataclass
class TurnTimings:
    """The cost of some turns. `turns_ms` are wall-clock milliseconds in the order in which the turns ended."""

    turns_ms: list[float] = field(default_factory=list)
    wall_s: float = 0.0
    cpu_ms: float = 0.0
    unexpected: list[str] = field(default_factory=list)
    empty: int = 0

    def add(self, other: TurnTimings) -> None:
        """Count another block of the same kind with this one."""
        self.turns_ms += other.turns_ms
        self.wall_s += other.wall_s
        self.cpu_ms += other.cpu_ms
        self.unexpected += other.unexpected
        self.empty += other.empty


@dataclass
class MachineLoad:
    """How busy the machine was during a measurement, in CPU milliseconds."""

    busy_ms: float = 0.0
    ours_ms: float = 0.0
    wall_s: float = 0.0

    def others_share(self, cores: int) -> float:
        """The share of all cores (0 to 1) used by anything but the measured system and the bench."""
        return max(0.0, self.busy_ms - self.ours_ms) / (self.wall_s * 1000 * cores) if self.wall_s else 0.0


async def measure_block(
    system: MeasuredSystem,
    script: Sequence[ScriptedMessage],
    *,
    connections: int,
    rounds: int,
    machine: MachineLoad | None = None,
) -> TurnTimings:
    """Hold the conversation on `connections` connections at once, `rounds` times in a row on each."""
    made = TurnTimings()

    async def run_connection() -> None:
        async with _open_client() as http:
            for _ in range(rounds):
                async for took in run_conversation(system, http, system.new_sender(), script, made):
                    made.turns_ms.append(took)

    pids = [*system.measured_pids(), *system.extra_pids()]
    cpu, own, busy = processes.read_cpu_ms(pids), time.process_time(), processes.read_machine_busy_ms()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(run_connection())
    made.wall_s = time.perf_counter() - began
    made.cpu_ms = processes.read_cpu_ms(pids) - cpu
    if machine is not None:
        machine.busy_ms += processes.read_machine_busy_ms() - busy
        machine.ours_ms += made.cpu_ms + (time.process_time() - own) * 1000
        machine.wall_s += made.wall_s
    return made


async def run_conversation(
    system: MeasuredSystem,
    http: aiohttp.ClientSession,
    sender: str,
    script: Iterable[ScriptedMessage],
    made: TurnTimings,
) -> AsyncIterator[float]:
    """Send the messages in turn; yields the milliseconds of each."""
    for said in script:
        began = time.perf_counter()
        answer = await system.send_message(http, sender, said.text)
        took = (time.perf_counter() - began) * 1000
        made.empty += not answer
        if not is_expected_answer(answer, said.own_pattern if system.name == "memberline" else said.stock_pattern):
            made.unexpected.append(f"{said.text!r} -> {answer[:120]!r}")
        yield took


@asynccontextmanager
async def _open_client() -> AsyncIterator[aiohttp.ClientSession]:
    """One persistent connection, as a carrier or a load balancer keeps."""
    connector = aiohttp.TCPConnector(limit=1)
    timeout = aiohttp.ClientTimeout(total=TURN_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        yield http


WINDOW = 10  # turns


@dataclass(frozen=True)
class TurnGrowth:
    """Median milliseconds of a turn, wall-clock and CPU, early and late in a long conversation."""

    early_turn: int
    late_turn: int
    early_ms: float
    late_ms: float
    early_cpu_ms: float
    late_cpu_ms: float


async def measure_growth(
    system: MeasuredSystem, script: Sequence[ScriptedMessage], *, most_seconds: float
) -> TurnGrowth:
    """Hold one long conversation. Early is the median of turns 6 to 15, late of the last ten within `most_seconds`."""
    pids = [*system.measured_pids(), *system.extra_pids()]
    walls: list[float] = []
    cpus = [processes.read_cpu_ms(pids)]
    began = time.monotonic()
    async with _open_client() as http:
        async for took in run_conversation(system, http, system.new_sender(), script, TurnTimings()):
            walls.append(took)
            cpus.append(processes.read_cpu_ms(pids))
            if time.monotonic() - began > most_seconds and len(walls) > 3 * WINDOW:
                break
    late = len(walls)
    early_cpu = (cpus[15] - cpus[5]) / WINDOW
    late_cpu = (cpus[late] - cpus[late - WINDOW]) / WINDOW
    return TurnGrowth(
        10, late, percentile(walls[5:15], 50), percentile(walls[late - WINDOW :], 50), early_cpu, late_cpu
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The interpolated percentile `share` (0 to 100); 0 without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = (len(ordered) - 1) * share / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
