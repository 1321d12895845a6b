"""What came of simulated conversations, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from lab import metrics
from lab.simulation.conversation import SimulatedConversation
from lab.simulation.runner import Simulation

MAX_SHOWN = 12


def build_result(simulation: Simulation) -> dict[str, Any]:
    """Everything as plain data."""
    rows = [_build_row(held) for held in simulation.conversations]
    return {
        "seed": simulation.seed,
        "conversations": len(rows),
        "seconds": simulation.seconds,
        "breaches": simulation.breaches,
        "broken": sum(bool(row["breaches"]) for row in rows),
        "endings": dict(Counter(row["ending"] for row in rows).most_common()),
        "groups": metrics.group_metrics(rows),
        "rows": rows,
    }


def _build_row(held: SimulatedConversation) -> dict[str, Any]:
    ending = held.ending.kind if held.ending else "none"
    return {
        "index": held.persona.index,
        "goal": held.persona.goal,
        "manner": held.persona.style,
        "channel": held.persona.channel,
        "language": held.persona.language,
        "success": not held.breaches and ending in ("done", "refused", "person"),
        "ending": ending,
        "response": held.ending.response if held.ending else "",
        "turns": len(held.turns),
        "repeats": 0,
        "repeated_questions": held.repeated_questions,
        "false_confirmations": held.false_confirmations,
        "breaches": held.breaches,
        "seconds": held.seconds,
        "about": held.persona.summary,
        "transcript": held.transcript,
    }


def format_table(told: dict[str, Any]) -> str:
    """The figures, the kinds of breach, and the first conversations that broke something, to be played again."""
    lines = [format_heading(told), metrics.format_table(told["groups"]), ""]
    lines.append("ends: " + ", ".join(f"{kind} {count}" for kind, count in told["endings"].items()))
    lines += [f"BREACH of the whole: {breach}" for breach in told["breaches"]]
    broken = [row for row in told["rows"] if row["breaches"]]
    for row in broken[:MAX_SHOWN]:
        lines += ["", f"BREACH in {row['index']} ({row['about']}); again: --seed {told['seed']} --only {row['index']}"]
        lines += [f"  {breach}" for breach in row["breaches"]]
        lines += [f"    {line}" for line in row["transcript"].splitlines()]
    if len(broken) > MAX_SHOWN:
        lines.append(f"\nand {len(broken) - MAX_SHOWN} more; --out DIR writes all of them")
    return "\n".join(lines)


def format_heading(told: dict[str, Any]) -> str:
    return (
        f"{told['conversations']} conversations, seed {told['seed']}, {told['seconds']} s: "
        f"{told['broken']} with a breach"
    )


def write_report(told: dict[str, Any], folder: Path) -> None:
    """report.json, report.txt and report.png in `folder`; each conversation in talks/ or, with a breach, broken/."""
    folder.mkdir(parents=True, exist_ok=True)
    lean = {**told, "rows": [{k: v for k, v in row.items() if k != "transcript"} for row in told["rows"]]}
    (folder / "report.json").write_text(json.dumps(lean, indent=2, default=str) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(format_table(told) + "\n", encoding="utf-8")
    picture = metrics.draw_chart("Simulated members: success and length", format_heading(told), told["groups"])
    (folder / "report.png").write_bytes(picture)
    for row in told["rows"]:
        path = folder / ("broken" if row["breaches"] else "talks") / f"{row['index']}.txt"
        path.parent.mkdir(exist_ok=True)
        end = f"{row['ending']} {row['response']}"
        path.write_text("\n".join([row["about"], *row["breaches"], "", row["transcript"], end, ""]), encoding="utf-8")
