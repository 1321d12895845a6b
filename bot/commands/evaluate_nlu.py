"""Evaluates the engine's intents on a file of labeled sentences."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from backend.config import ROOT
from backend.errors import MemberlineError
from bot.commands.child_processes import ENGINE_PYTHON

OUT_OF_SCOPE = "out_of_scope"
MIN_ROWS = 10


def evaluate_nlu(file: Path, model: Path) -> dict[str, Any]:
    """Scores for FILE: rows are JSON objects with `text`, `intent` and, if other intents are right too, `alt`."""
    return score_rows(read_rows(file, "text", "intent"), parse_rows(file, model))


def score_rows(rows: list[dict[str, Any]], read: list[dict[str, Any]]) -> dict[str, Any]:
    """Scores for labeled rows, given what the engine read in each."""
    pairs = []
    for row, parsed in zip(rows, read, strict=True):
        guess = str(parsed["intent"]["name"])
        pairs.append((guess if guess in (row.get("alt") or []) else str(row["intent"]), guess))
    return compute_scores(pairs)


def read_rows(file: Path, *fields: str) -> list[dict[str, Any]]:
    """Read JSON lines. Raises MemberlineError naming the line that is no object with these fields."""
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise MemberlineError(f"{file}, line {number}: not JSON ({error.msg})") from None
        if not isinstance(row, dict) or not set(fields) <= row.keys():
            raise MemberlineError(f"{file}, line {number}: an object with {' and '.join(fields)} was expected")
        rows.append(row)
    return rows


def parse_rows(file: Path, model: Path) -> list[dict[str, Any]]:
    """Parse each row's `text` by the engine: `intent`, `intent_ranking` and `reading`. Raises MemberlineError."""
    command = [str(ENGINE_PYTHON), "engine/parse.py", str(file.resolve()), "--model", str(model.resolve())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise MemberlineError(f"the engine could not read {file}: {done.stderr.strip().splitlines()[-1:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def compute_scores(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Accuracy, macro-F1 (intents with MIN_ROWS rows or more) and out-of-scope scores of (right, predicted) pairs."""
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
