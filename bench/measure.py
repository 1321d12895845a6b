"""One run: starts both systems and measures them alternately, so that noise affects both alike."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import processes
from bench.load_test import MachineLoad, TurnGrowth, TurnTimings, measure_block, measure_growth, percentile
from bench.messages import SCRIPTS, build_long_conversation
from bench.systems import MeasuredSystem, MemberlineServer, StockRasa

CONNECTIONS = (1, 8)


@dataclass(frozen=True)
class MeasurePlan:
    """How much is measured. Conversations have eight turns; `rounds` are of the pair, one system after the other."""

    rounds: int
    single: int  # conversations a round at one connection
    crowd: int  # conversations a round on each of eight connections
    long_turns: int
    long_seconds: float  # at most, for each system


FULL = MeasurePlan(rounds=3, single=3, crowd=2, long_turns=400, long_seconds=110)
QUICK = MeasurePlan(rounds=1, single=2, crowd=1, long_turns=40, long_seconds=12)


@dataclass
class SystemResults:
    first_start_s: float = 0.0  # memberline: with its database to be made; stock has nothing to make
    start_s: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)
    extra_mb: float = 0.0
    blocks: dict[str, TurnTimings] = field(default_factory=dict)  # by kind and connections, such as faq-1 or mix-8
    growth: TurnGrowth | None = None

    def to_numbers(self) -> dict[str, Any]:
        return {
            "start_s": self.start_s,
            "first_start_s": self.first_start_s,
            **self.memory,
            "beside_pss_mb": self.extra_mb,
            "turns": {name: _summarize_turns(made) for name, made in self.blocks.items()},
            "growth": asdict(self.growth) if self.growth else None,
        }


def _summarize_turns(made: TurnTimings) -> dict[str, float]:
    count = len(made.turns_ms)
    return {
        "turns": count,
        "p50_ms": round(percentile(made.turns_ms, 50), 1),
        "p95_ms": round(percentile(made.turns_ms, 95), 1),
        "turns_s": round(count / made.wall_s, 2),
        "cpu_ms": round(made.cpu_ms / count, 1),
        "unexpected": len(made.unexpected),
        "empty": made.empty,
    }


@dataclass
class BenchRun:
    stock: StockRasa
    memberline: MemberlineServer
    plan: MeasurePlan
    report: Callable[[str], None]
    machine: MachineLoad = field(default_factory=MachineLoad)
    measured: dict[str, SystemResults] = field(default_factory=dict)

    @property
    def systems(self) -> tuple[MeasuredSystem, MeasuredSystem]:
        return self.stock, self.memberline

    async def measure(self) -> None:
        """Measure everything, and stop both systems at the end."""
        self.measured = {system.name: SystemResults() for system in self.systems}
        try:
            await self._measure_starts()
            await self._warm_up()
            for round_number in range(1, self.plan.rounds + 1):
                self.report(f"Round {round_number} of {self.plan.rounds} ...")
                await self._measure_round()
            self._measure_memory()
            await self._measure_growth()
        finally:
            for system in self.systems:
                system.stop()

    async def _measure_starts(self) -> None:
        """Each starts while the other is not running. memberline starts twice: the first start creates its database."""
        ours, theirs = self.measured["memberline"], self.measured["stock"]
        self.report("Starting memberline, with a new database ...")
        ours.first_start_s = await self.memberline.start()
        await asyncio.to_thread(self.memberline.stop)
        self.report("Starting memberline again ...")
        ours.start_s = await self.memberline.start()
        await asyncio.to_thread(self.memberline.stop)
        self.report("Starting stock Rasa and its action server ...")
        theirs.first_start_s = theirs.start_s = await self.stock.start()
        await self.memberline.start()

    async def _warm_up(self) -> None:
        for system in self.systems:
            for script in SCRIPTS.values():
                await measure_block(system, script, connections=2, rounds=1)

    async def _measure_round(self) -> None:
        for kind, script in SCRIPTS.items():
            for connections in CONNECTIONS:
                rounds = self.plan.single if connections == 1 else self.plan.crowd
                for system in self.systems:
                    made = await measure_block(
                        system, script, connections=connections, rounds=rounds, machine=self.machine
                    )
                    blocks = self.measured[system.name].blocks
                    blocks.setdefault(f"{kind}-{connections}", TurnTimings()).add(made)

    def _measure_memory(self) -> None:
        # after the work, when memory use is largest
        for system in self.systems:
            counted = processes.read_memory(system.measured_pids())
            measured = self.measured[system.name]
            measured.memory = {"pss_mb": counted.pss_mb, "rss_mb": counted.rss_mb}
            measured.extra_mb = processes.read_memory(system.extra_pids()).pss_mb

    async def _measure_growth(self) -> None:
        script = build_long_conversation(self.plan.long_turns)
        for system in self.systems:
            self.report(f"One conversation of {self.plan.long_turns} turns with {system.name} ...")
            self.measured[system.name].growth = await measure_growth(
                system, script, most_seconds=self.plan.long_seconds
            )

    def others_share(self) -> float:
        """The share of the machine (0 to 1) that went to other work during the measurements."""
        return self.machine.others_share(os.cpu_count() or 1)
