"""`memberline import` as the office runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from backend.config import ROOT
from tests.backend.importing.files import GOOD, write


def run(database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {"MEMBERLINE_RUNTIME_DIR": str(database), "DATABASE_URL": "", "MEMBERLINE_ENV": "test"}
    command = [sys.executable, "-m", "bot.commands.cli", "import", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True, check=False)


def test_errors_go_to_stderr_and_results_to_stdout(tmp_path: Path) -> None:
    members = GOOD["members"].replace("00417,Benedict", "417,Benedict")
    bad = run(tmp_path, str(write(tmp_path / "bad", members=members)))
    assert (bad.returncode, bad.stdout) == (1, "")
    assert 'members.csv:2: number "417" is shorter than 4 digits' in bad.stderr
    assert "accounts.csv:2: there is no member 00417" in bad.stderr
    assert "Traceback" not in bad.stderr
    good = run(tmp_path, str(write(tmp_path / "good")))
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["imported"]["accounts"] == 3
