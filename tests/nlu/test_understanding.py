"""How well intents and danger are classified: cross-validated, and on sentences that are not trained on."""

from __future__ import annotations

import json
import subprocess
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from actions.cases.danger_talk import WHETHER
from actions.danger import MIN_SCORE
from backend.config import ROOT
from backend.reading.hazards.emergency_questions import PERMISSION_QUESTIONS
from backend.reading.hazards.hazard_signs import find_hazard_signs
from backend.reading.spanish import to_english
from bot.commands.evaluate_nlu import parse_rows, read_rows, score_rows

SILENT = {"fact", "else", "person"}
MAY = {one.value for one in PERMISSION_QUESTIONS}
HERE = Path(__file__).parent
SPANISH_FILE = "held_es.jsonl"
FILES = ("held_danger.jsonl", "held_water.jsonl", "held_ordinary.jsonl", "held_danger_talk.jsonl", SPANISH_FILE)
Readings = dict[str, list[dict[str, Any]]]
PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Readings:
    """What the engine reads in each file's rows; the model is loaded once for all of them, which takes longest."""
    lines = {file: (HERE / file).read_text(encoding="utf-8").splitlines(keepends=True) for file in FILES}
    together = tmp_path_factory.mktemp("held") / "rows.jsonl"
    together.write_text("".join(line for rows in lines.values() for line in rows), encoding="utf-8")
    read = iter(parse_rows(together, ROOT / "models" / "current.tar.gz"))
    found = {file: list(islice(read, len(rows))) for file, rows in lines.items()}
    assert next(read, None) is None
    return found


@pytest.mark.engine
# sentences that are taught because they went wrong are the hard ones: each batch lowers this figure a little,
# while what was never trained on is read better
@pytest.mark.parametrize(("language", "least"), [("en", "0.82"), ("es", "0.86")])
def test_cross_validation(language: str, least: str) -> None:
    command = [str(PYTHON), str(HERE / "probe.py"), "--language", language, "--least", least]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.engine
def test_spanish_that_is_not_trained_on(readings: Readings) -> None:
    found = score_rows(read_rows(HERE / SPANISH_FILE, "text", "intent"), readings[SPANISH_FILE])
    assert found["macro_f1"] >= 0.92, found["confusions"]
    assert found["out_of_scope_recall"] >= 0.8
    assert found["in_scope_turned_away"] <= 0.05


@pytest.mark.engine
def test_danger_in_other_words(readings: Readings) -> None:
    """Messages that were written by others, half of whose dangers no rule hears. A missed one may cost a life."""
    rows, missed, false = _read_danger_rows("held_danger.jsonl", readings["held_danger.jsonl"])
    assert len(missed) <= 0.04 * sum(row["danger"] for row in rows), missed
    assert len(false) <= 0.12 * sum(not row["danger"] for row in rows), false


@pytest.mark.engine
def test_danger_by_water(readings: Readings) -> None:
    _, missed, false = _read_danger_rows("held_water.jsonl", readings["held_water.jsonl"])
    assert len(missed) <= 4, missed
    assert len(false) <= 2, false


@pytest.mark.engine
def test_ordinary_messages_with_danger_words(readings: Readings) -> None:
    """Everyday messages that others wrote to sound like danger, and dangers in everyday words."""
    rows, missed, false = _read_danger_rows("held_ordinary.jsonl", readings["held_ordinary.jsonl"])
    assert len(missed) <= 0.05 * sum(row["danger"] for row in rows), missed
    assert len(false) <= 0.3 * sum(not row["danger"] for row in rows), false


@pytest.mark.engine
def test_danger_talk(readings: Readings) -> None:
    """What is asked and told in words that others wrote, a third of it two things at once; rules hear a quarter."""
    rows = [json.loads(line) for line in (HERE / "held_danger_talk.jsonl").read_text(encoding="utf-8").splitlines()]
    read = readings["held_danger_talk.jsonl"]
    right = wrong = missed = whether = asked_whether = 0
    for row, one in zip(rows, read, strict=True):
        expected, recognized = set(row["says"]) - SILENT, set(one["reading"]["danger_talk"])
        right, wrong = right + len(expected & recognized), wrong + len(recognized - expected - {WHETHER})
        missed += len(expected - recognized)
        if expected & MAY:
            asked_whether += 1
            whether += bool(recognized & (MAY | {WHETHER}))
    figures = {"precision": right / (right + wrong), "recall": right / (right + missed)}
    assert figures["precision"] >= 0.83, figures
    assert figures["recall"] >= 0.72, figures
    assert whether >= 0.9 * asked_whether, (whether, asked_whether)


def _read_danger_rows(file: str, read: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """The rows of a file, the dangers among them that were missed, and what was taken for one."""
    rows = [json.loads(line) for line in (HERE / file).read_text(encoding="utf-8").splitlines()]
    recognized = [
        bool(_signs(row)) or one["reading"]["danger"]["sure"] >= MIN_SCORE for row, one in zip(rows, read, strict=True)
    ]
    missed = [row["text"] for row, found in zip(rows, recognized, strict=True) if row["danger"] and not found]
    false = [row["text"] for row, found in zip(rows, recognized, strict=True) if not row["danger"] and found]
    return rows, missed, false


def _signs(row: dict[str, Any]) -> frozenset[str]:
    return find_hazard_signs(row["text"], to_english(row["text"]) if row["lang"] == "es" else "")
