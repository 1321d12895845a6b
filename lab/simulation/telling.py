"""What came of simulated conversations, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from lab import figures
from lab.simulation.conversation import Held
from lab.simulation.running import Simulation

MOST_SHOWN = 12


def result(simulation: Simulation) -> dict[str, Any]:
    """Everything as plain data."""
    rows = [_row(held) for held in simulation.held]
    return {
        "seed": simulation.seed,
        "conversations": len(rows),
        "seconds": simulation.seconds,
        "breaches": simulation.breaches,
        "broken": sum(bool(row["breaches"]) for row in rows),
        "endings": dict(Counter(row["ending"] for row in rows).most_common()),
        "groups": figures.grouped(rows),
        "rows": rows,
    }


def _row(held: Held) -> dict[str, Any]:
    ending = held.ending.kind if held.ending else "none"
    return {
        "index": held.character.index,
        "goal": held.character.goal,
        "manner": held.character.manner,
        "channel": held.character.channel,
        "language": held.character.language,
        "success": not held.breaches and ending in ("done", "refused", "person"),
        "ending": ending,
        "response": held.ending.response if held.ending else "",
        "turns": len(held.turns),
        "repeats": 0,
        "repeated_questions": held.repeated_questions,
        "false_confirmations": held.false_confirmations,
        "breaches": held.breaches,
        "seconds": held.seconds,
        "about": held.character.about,
        "transcript": held.transcript,
    }


def table(told: dict[str, Any]) -> str:
    """The figures, the kinds of breach, and the first conversations that broke something, to be played again."""
    lines = [heading(told), figures.table(told["groups"]), ""]
    lines.append("ends: " + ", ".join(f"{kind} {count}" for kind, count in told["endings"].items()))
    lines += [f"BREACH of the whole: {breach}" for breach in told["breaches"]]
    broken = [row for row in told["rows"] if row["breaches"]]
    for row in broken[:MOST_SHOWN]:
        lines += ["", f"BREACH in {row['index']} ({row['about']}); again: --seed {told['seed']} --only {row['index']}"]
        lines += [f"  {breach}" for breach in row["breaches"]]
        lines += [f"    {line}" for line in row["transcript"].splitlines()]
    if len(broken) > MOST_SHOWN:
        lines.append(f"\nand {len(broken) - MOST_SHOWN} more; --out DIR writes all of them")
    return "\n".join(lines)


def heading(told: dict[str, Any]) -> str:
    return (
        f"{told['conversations']} conversations, seed {told['seed']}, {told['seconds']} s: "
        f"{told['broken']} with a breach"
    )


def write(told: dict[str, Any], folder: Path) -> None:
    """report.json, report.txt and report.png in `folder`; each conversation in talks/ or, with a breach, broken/."""
    folder.mkdir(parents=True, exist_ok=True)
    lean = {**told, "rows": [{k: v for k, v in row.items() if k != "transcript"} for row in told["rows"]]}
    (folder / "report.json").write_text(json.dumps(lean, indent=2, default=str) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(table(told) + "\n", encoding="utf-8")
    picture = figures.picture("Simulated members: success and length", heading(told), told["groups"])
    (folder / "report.png").write_bytes(picture)
    for row in told["rows"]:
        path = folder / ("broken" if row["breaches"] else "talks") / f"{row['index']}.txt"
        path.parent.mkdir(exist_ok=True)
        end = f"{row['ending']} {row['response']}"
        path.write_text("\n".join([row["about"], *row["breaches"], "", row["transcript"], end, ""]), encoding="utf-8")
