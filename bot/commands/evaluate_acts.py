"""Evaluates the reading of replies in their context on a file with labeled acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backend.reading.acts import ActReader, ContextReader, EnginePredictions, OpenQuestion
from bot.commands.evaluate_nlu import parse_rows, read_rows


def evaluate_acts(file: Path, model: Path, reader: ActReader | None = None) -> dict[str, Any]:
    """Scores for FILE: rows are JSON objects with `text`, `acts` and the open question's `task`, `asked`, `question`.

    Acts are compared as sets of their names. `false_yes` counts answers to yes-or-no questions wrongly read
    as a yes; `certain_false_yes` those that a rule was certain of: only these could move money.
    """
    rows = read_rows(file, "text", "acts")
    reader = reader or ContextReader()
    pairs = []
    for row, parsed in zip(rows, parse_rows(file, model), strict=True):
        options = tuple(str(option) for option in row.get("options") or ())
        said = " ".join(str(row.get(key) or "") for key in ("question", "value")).strip()
        question = OpenQuestion(str(row.get("task") or "none"), str(row.get("asked") or "nothing"), said, options)
        acts = reader.read_acts(
            row["text"], str(row.get("lang") or "en"), question, EnginePredictions.from_parse_data(row["text"], parsed)
        )
        pairs.append((row, {act["act"] for act in row["acts"]}, acts))
    return _compute_scores(pairs)


def _compute_scores(pairs: Sequence[tuple[Mapping[str, Any], set[str], Any]]) -> dict[str, Any]:
    right, wanted, given = Counter[str](), Counter[str](), Counter[str]()
    exact, wrong = 0, []
    yes_no, yes_no_right, false_yes, certain_false_yes = 0, 0, 0, 0
    for row, label, acts in pairs:
        found = {act.kind for act in acts}
        right.update(label & found)
        wanted.update(label)
        given.update(found)
        exact += label == found
        if label != found:
            wrong.append(
                f"{row.get('asked')}: {row['text'][:90]} | {'+'.join(sorted(label))} -> {'+'.join(sorted(found))}"
            )
        if row.get("asked") == "yes_no":
            yes_no += 1
            yes_no_right += _polarity(label) == _polarity(found)
            if "affirm" in found and "affirm" not in label:
                false_yes += 1
                certain_false_yes += any(act.kind == "affirm" and act.is_certain for act in acts)
    return {
        "rows": len(pairs),
        "micro_f1": _f1(right.total(), wanted.total(), given.total()),
        "exact": round(exact / len(pairs), 4) if pairs else 0.0,
        "yes_no": {"rows": yes_no, "right": round(yes_no_right / yes_no, 4) if yes_no else 0.0},
        "false_yes": false_yes,
        "certain_false_yes": certain_false_yes,
        "f1": {act: _f1(right[act], count, given[act]) for act, count in sorted(wanted.items())},
        "wrong": wrong,
    }


def _polarity(acts: set[str]) -> str:
    return "affirm" if "affirm" in acts else "deny" if "deny" in acts else "neither"


def _f1(right: int, wanted: int, given: int) -> float:
    return round(2 * right / (wanted + given), 4) if wanted + given else 0.0
