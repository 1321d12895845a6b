"""How well the sentences part the intents: cross-validated, and for Spanish on sentences that are not trained on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backend.config import ROOT
from bot.evaluation import evaluate_nlu

HERE = Path(__file__).parent
PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"


@pytest.mark.engine
# sentences that are taught because they went wrong are the hard ones: each batch lowers this figure a little,
# while what was never trained on is read better
@pytest.mark.parametrize(("language", "least"), [("en", "0.82"), ("es", "0.86")])
def test_cross_validation(language: str, least: str) -> None:
    command = [str(PYTHON), str(HERE / "probe.py"), "--language", language, "--least", least]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.engine
def test_spanish_that_is_not_trained_on() -> None:
    found = evaluate_nlu(HERE / "held_es.jsonl", ROOT / "models" / "current.tar.gz")
    assert found["macro_f1"] >= 0.92, found["confusions"]
    assert found["out_of_scope_recall"] >= 0.8
    assert found["in_scope_turned_away"] <= 0.05
