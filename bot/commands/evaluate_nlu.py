"""How well the engine understands a file of labelled sentences."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from backend.config import ROOT
from backend.errors import MemberlineError

OUT_OF_SCOPE = "out_of_scope"
MIN_ROWS = 10


def evaluate_nlu(file: Path, model: Path) -> dict[str, Any]:
    """Figures for FILE: rows are JSON objects with `text`, `intent` and, when more answers are right, `alt`."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not {"text", "intent"} <= row.keys():
            raise MemberlineError(f"{file}, line {number}: an object with text and intent was expected")
    predicted = _predict(file, model)
    pairs = [(_expected_intent(row, guess), guess) for row, guess in zip(rows, predicted, strict=True)]
    return compute_scores(pairs)


def _predict(file: Path, model: Path) -> list[str]:
    return [str(row["intent"]["name"]) for row in parse_rows(file, model)]


def parse_rows(file: Path, model: Path) -> list[dict[str, Any]]:
    """What the engine reads in each row's `text`: `intent`, `intent_ranking` and `reading`. Raises MemberlineError."""
    python = ROOT / "engine" / ".venv" / "bin" / "python"
    command = [str(python), "engine/parse.py", str(file.resolve()), "--model", str(model.resolve())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise MemberlineError(f"the engine could not read {file}: {done.stderr.strip().splitlines()[-1:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _expected_intent(row: dict[str, Any], guess: str) -> str:
    """The right answer; where several are right and the guess is one of them, that one."""
    return guess if guess in (row.get("alt") or []) else str(row["intent"])


def compute_scores(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """From (right, predicted) pairs: accuracy, macro-F1 over intents with ten rows or more, out-of-scope figures."""
    support = Counter(right for right, _ in pairs)
    scores = {intent: _f1(pairs, intent) for intent in sorted(support)}
    counted = [scores[intent] for intent in scores if support[intent] >= MIN_ROWS]
    inside = [guess for right, guess in pairs if right != OUT_OF_SCOPE]
    outside = [guess for right, guess in pairs if right == OUT_OF_SCOPE]
    wrong = Counter(f"{right} -> {guess}" for right, guess in pairs if right != guess)
    return {
        "rows": len(pairs),
        "accuracy": _ratio(sum(right == guess for right, guess in pairs), len(pairs)),
        "macro_f1": _ratio(sum(counted), len(counted)),
        "out_of_scope_recall": _ratio(sum(guess == OUT_OF_SCOPE for guess in outside), len(outside)),
        "in_scope_turned_away": _ratio(sum(guess == OUT_OF_SCOPE for guess in inside), len(inside)),
        "f1": {intent: round(score, 4) for intent, score in scores.items()},
        "confusions": dict(wrong.most_common(20)),
    }


def _f1(pairs: list[tuple[str, str]], intent: str) -> float:
    right = sum(a == b == intent for a, b in pairs)
    wrong = sum((a == intent) != (b == intent) for a, b in pairs)
    return 2 * right / (2 * right + wrong) if right or wrong else 0.0


def _ratio(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
