"""Reports the results of simulated conversations, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from lab import metrics
from lab.simulation.conversation import SimulatedConversation
from lab.simulation.runner import Simulation

MAX_SHOWN = 12


def build_result(simulation: Simulation) -> dict[str, Any]:
    rows = [_build_row(conversation) for conversation in simulation.conversations]
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


def _build_row(conversation: SimulatedConversation) -> dict[str, Any]:
    ending = conversation.ending.kind if conversation.ending else "none"
    return {
        "index": conversation.persona.index,
        "goal": conversation.persona.goal,
        "manner": conversation.persona.style,
        "channel": conversation.persona.channel,
        "language": conversation.persona.language,
        "success": not conversation.breaches and ending in ("done", "refused", "person"),
        "ending": ending,
        "response": conversation.ending.response if conversation.ending else "",
        "turns": len(conversation.turns),
        "repeats": 0,
        "repeated_questions": conversation.repeated_questions,
        "false_confirmations": conversation.false_confirmations,
        "breaches": conversation.breaches,
        "seconds": conversation.seconds,
        "about": conversation.persona.summary,
        "transcript": conversation.transcript,
    }


def format_table(result: dict[str, Any]) -> str:
    """Format the metrics, the endings, and the first conversations with a breach and how to play them again."""
    lines = [format_heading(result), metrics.format_table(result["groups"]), ""]
    lines.append("ends: " + ", ".join(f"{kind} {count}" for kind, count in result["endings"].items()))
    lines += [f"BREACH of the whole: {breach}" for breach in result["breaches"]]
    broken = [row for row in result["rows"] if row["breaches"]]
    for row in broken[:MAX_SHOWN]:
        lines += [
            "",
            f"BREACH in {row['index']} ({row['about']}); again: --seed {result['seed']} --only {row['index']}",
        ]
        lines += [f"  {breach}" for breach in row["breaches"]]
        lines += [f"    {line}" for line in row["transcript"].splitlines()]
    if len(broken) > MAX_SHOWN:
        lines.append(f"\nand {len(broken) - MAX_SHOWN} more; --out DIR writes all of them")
    return "\n".join(lines)


def format_heading(result: dict[str, Any]) -> str:
    return (
        f"{result['conversations']} conversations, seed {result['seed']}, {result['seconds']} s: "
        f"{result['broken']} with a breach"
    )


def write_report(result: dict[str, Any], folder: Path) -> None:
    """Write the report into `folder`; each conversation into its talks/ or, with a breach, its broken/."""
    lean = {**result, "rows": [{k: v for k, v in row.items() if k != "transcript"} for row in result["rows"]]}
    title = "Simulated members: success and length"
    metrics.write_report(folder, lean, format_table(result), title, format_heading(result))
    for row in result["rows"]:
        path = folder / ("broken" if row["breaches"] else "talks") / f"{row['index']}.txt"
        path.parent.mkdir(exist_ok=True)
        end = f"{row['ending']} {row['response']}"
        path.write_text("\n".join([row["about"], *row["breaches"], "", row["transcript"], end, ""]), encoding="utf-8")
