"""What somebody who knows Rasa types in engine/: it works, or says in two lines what to use. Never a traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backend.config import ROOT

ENGINE = ROOT / "engine"
PYTHON = ENGINE / ".venv" / "bin" / "python"
RASA = ENGINE / ".venv" / "bin" / "rasa"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """As `make setup` does."""
    subprocess.run([PYTHON, ENGINE / "rasa_command.py", "--install"], check=True, timeout=60)


def typed(*command: str | Path, folder: Path = ENGINE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(
    "words",
    ["shell", "shell nlu", "run", "run actions", "run --enable-api -p 5005", "test", "test nlu", "x", "interactive",
     "init", "visualize", "export", "evaluate markers"],
)  # fmt: skip
@pytest.mark.parametrize("start", [[RASA], [PYTHON, "-m", "rasa"]], ids=["rasa", "python -m rasa"])
def test_impossible_command_names_the_alternative(start: list[str | Path], words: str) -> None:
    done = typed(*start, *words.split())
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"rasa {words.split()[0]}")


def test_it_is_the_same_from_any_folder(tmp_path: Path) -> None:
    assert typed(RASA, "shell", folder=tmp_path).returncode == 2


def test_a_command_of_ours_is_handed_over(tmp_path: Path) -> None:
    done = typed(RASA, "train", "--help", folder=tmp_path)
    assert done.returncode == 0
    assert "usage: rasa train" in done.stdout


def test_rasa_version_is_shown() -> None:
    done = typed(PYTHON, "-m", "rasa", "--version")
    assert done.returncode == 0
    assert "3.6.21" in done.stdout
    assert "Traceback" not in done.stderr
