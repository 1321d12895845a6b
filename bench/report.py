"""Formats the table and the targets of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]

SERIES = {
    "faq-1": "a question answered, 1 connection",
    "faq-8": "a question answered, 8 connections",
    "mix-1": "a payment in 8 turns, 1 connection",
    "mix-8": "a payment in 8 turns, 8 connections",
}
P50_RATIO = 0.5
TURNS_RATIO = 3.0
START_SECONDS = 12.0
MEMORY_MB = 450.0
GROWTH_RATIO = 1.3
UNDERSTANDING_MS = 5.0
TRAINING_SECONDS = 60.0
NOISY_SHARE = 0.1


@dataclass(frozen=True)
class ReportRow:
    """One figure of both systems. The ratio is memberline's divided by stock's."""

    label: str
    unit: str
    memberline: float
    stock: float

    @property
    def ratio(self) -> float:
        return self.memberline / self.stock if self.stock else 0.0

    def format_line(self) -> str:
        ratio = f"{self.ratio:.2f}" if self.ratio < 10 else f"{self.ratio:.1f}"
        numbers = f"{ratio:>7}  {_format_number(self.memberline):>10}  {_format_number(self.stock):>10}"
        return f"{numbers}  {self.label}{', ' + self.unit if self.unit else ''}"


@dataclass(frozen=True)
class Target:
    text: str
    reached: bool
    figure: str

    def format_line(self) -> str:
        return f"  {'reached' if self.reached else 'MISSED '}  {self.text}: {self.figure}"


def build_rows(ours: Figures, stock: Figures) -> list[ReportRow]:
    figures = (
        ("p50_ms", "p50", "ms"),
        ("p95_ms", "p95", "ms"),
        ("turns_s", "turns a second", ""),
        ("cpu_ms", "CPU a turn", "ms"),
    )
    made = [
        ReportRow(f"{label}: {what}", unit, ours["turns"][name][figure], stock["turns"][name][figure])
        for name, label in SERIES.items()
        for figure, what, unit in figures
    ]
    sentences = f"{ours['train_sentences']} sentences; stock: {stock['train_sentences']}"
    made += [
        ReportRow("start until ready", "s", ours["start_s"], stock["start_s"]),
        ReportRow(f"training from nothing ({sentences}), wall clock", "s", ours["train_wall_s"], stock["train_wall_s"]),
        ReportRow("training from nothing, CPU", "s", ours["train_cpu_s"], stock["train_cpu_s"]),
        ReportRow("memory of its processes, PSS", "MB", ours["pss_mb"], stock["pss_mb"]),
        ReportRow("memory of its processes, RSS", "MB", ours["rss_mb"], stock["rss_mb"]),
    ]
    return made + _build_growth_rows(ours["growth"], stock["growth"])


def _build_growth_rows(ours: Figures, stock: Figures) -> list[ReportRow]:
    early, late = f"turn {ours['early_turn']}", f"turn {ours['late_turn']}"
    if stock["late_turn"] != ours["late_turn"]:
        late += f" (stock: {stock['late_turn']}, out of time)"
    return [
        ReportRow(f"{early} of one conversation: p50", "ms", ours["early_ms"], stock["early_ms"]),
        ReportRow(f"{late}: p50", "ms", ours["late_ms"], stock["late_ms"]),
        ReportRow(f"{early}: CPU", "ms", ours["early_cpu_ms"], stock["early_cpu_ms"]),
        ReportRow(f"{late}: CPU", "ms", ours["late_cpu_ms"], stock["late_cpu_ms"]),
    ]


def check_targets(ours: Figures, stock: Figures) -> list[Target]:
    """Check the targets. Ratios are the worst of all series."""
    p50 = _worst_ratio(max, ours, stock, "p50_ms", tuple(SERIES))
    speed = _worst_ratio(min, ours, stock, "turns_s", ("faq-8", "mix-8"))
    late, early = ours["growth"]["late_cpu_ms"], ours["growth"]["early_cpu_ms"]
    growth = late / early if early else 0.0
    turn = ours["growth"]["late_turn"]
    mind = ours["understanding"]
    return [
        Target(f"p50 at most {P50_RATIO} of stock's, at worst", p50 <= P50_RATIO, f"{p50:.2f}"),
        Target(
            f"at least {TURNS_RATIO:.0f} times stock's turns a second, 8 connections, at worst",
            speed >= TURNS_RATIO,
            f"{speed:.1f}",
        ),
        Target(
            f"both processes up in {START_SECONDS:.0f} s",
            ours["start_s"] <= START_SECONDS,
            f"{ours['start_s']:.1f} s",
        ),
        Target(
            f"engine and app under {MEMORY_MB:.0f} MB together (PSS)",
            ours["pss_mb"] < MEMORY_MB,
            f"{ours['pss_mb']:.0f} MB",
        ),
        Target(
            f"understanding one of {mind['messages']} messages under {UNDERSTANDING_MS:.0f} ms of one core, median",
            mind["both_50"] < UNDERSTANDING_MS,
            f"{mind['both_50']:.1f} ms (mean {mind['both_mean']:.1f}, p95 {mind['both_95']:.1f})",
        ),
        Target(
            f"training under {TRAINING_SECONDS:.0f} s",
            ours["train_wall_s"] < TRAINING_SECONDS,
            f"{ours['train_wall_s']:.0f} s",
        ),
        Target(f"turn {turn} within {GROWTH_RATIO} of turn 10 (CPU)", growth <= GROWTH_RATIO, f"{growth:.2f}"),
    ]


def _worst_ratio(
    pick: Callable[..., float], ours: Figures, stock: Figures, figure: str, series: tuple[str, ...]
) -> float:
    return float(pick(ours["turns"][name][figure] / (stock["turns"][name][figure] or 1.0) for name in series))


def format_report(result: Figures) -> str:
    ours, stock = result["memberline"], result["stock"]
    lines = ["", f"{'ratio':>7}  {'memberline':>10}  {'stock':>10}", "-" * 88]
    lines += [row.format_line() for row in build_rows(ours, stock)]
    lines += ["", "Targets", *(target.format_line() for target in check_targets(ours, stock)), ""]
    return "\n".join(lines + _build_notes(result))


def _build_notes(result: Figures) -> list[str]:
    ours, stock = result["memberline"], result["stock"]
    others = result["others_share"]
    trust = ": take the CPU figures for more certain than the wall-clock ones." if others > NOISY_SHARE else "."
    notes = [
        f"memberline's first start, which makes its database: {ours['first_start_s']:.1f} s. "
        f"The sandbox network beside it: {ours['beside_pss_mb']:.0f} MB PSS, not counted above.",
        f"While turns were measured, {others:.0%} of the machine's {result['cores']} cores went to other work{trust}",
    ]
    for side, figures in (("memberline", ours), ("stock", stock)):
        if figures["train_others_share"] > NOISY_SHARE:
            share = f"{figures['train_others_share']:.0%}"
            notes.append(f"{side} was trained while {share} of the machine did other work: its wall clock says little.")
        unexpected = sum(series["unexpected"] for series in figures["turns"].values())
        count = sum(series["turns"] for series in figures["turns"].values())
        if unexpected:
            notes.append(
                f"{side}: {unexpected} of {count} answers were not of the kind to be expected; the first: "
                f"{figures['first_unexpected']}"
            )
    return notes


def _format_number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"
