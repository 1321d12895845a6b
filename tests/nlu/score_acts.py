"""Figures for a file of labeled replies: what the engine reads in each against what it does.

    engine/.venv/bin/python engine/parse.py FILE.jsonl > read.jsonl
    python tests/nlu/score_acts.py FILE.jsonl read.jsonl

Prints figures only, never a sentence. An act is called from one half on; where none is, the likeliest.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

CALLED = 0.5
ENOUGH = 5


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("{")]


def called(acts: dict[str, float]) -> set[str]:
    """The acts that a reading calls."""
    return {name for name, p in acts.items() if p >= CALLED} or {max(acts, key=lambda name: acts[name])}


def format_acts(acts: set[str]) -> str:
    """Yes, no or neither."""
    return "affirm" if "affirm" in acts else "deny" if "deny" in acts else "neither"


def figures(truth: list[set[str]], found: list[set[str]], asked: list[str]) -> dict[str, Any]:
    """Micro-F1, exact sets, precision and recall of each act, and yes or no where that is asked."""
    hits, calls, there = Counter[str](), Counter[str](), Counter[str]()
    for right, read in zip(truth, found, strict=True):
        hits.update(right & read), calls.update(read), there.update(right)
    pairs = [
        (format_acts(t), format_acts(f)) for t, f, kind in zip(truth, found, asked, strict=True) if kind == "yes_no"
    ]
    return {
        "rows": len(truth),
        "micro_f1": round(2 * hits.total() / (calls.total() + there.total()), 3),
        "exact": round(sum(t == f for t, f in zip(truth, found, strict=True)) / len(truth), 3),
        "yes_no_right": f"{sum(t == f for t, f in pairs)} of {len(pairs)}",
        "false_yes": f"{sum(f == 'affirm' != t for t, f in pairs)} of {sum(t != 'affirm' for t, f in pairs)}",
        "acts": {
            act: f"p {hits[act] / max(1, calls[act]):.2f} r {hits[act] / n:.2f} n {n}"
            for act, n in there.most_common()
            if n >= ENOUGH
        },
    }


def main() -> int:
    """Command line."""
    labeled, read = rows(Path(sys.argv[1])), rows(Path(sys.argv[2]))
    truth = [{act["act"] for act in row["acts"]} for row in labeled]
    found = [called(row["reading"]["acts"]) for row in read]
    for name, value in figures(truth, found, [row["asked"] for row in labeled]).items():
        print(name, json.dumps(value, indent=1) if isinstance(value, dict) else value)
    return 0


if __name__ == "__main__":
    sys.exit(main())
