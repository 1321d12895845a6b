"""Training: only when needed, all or nothing, and one line when it fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.running import PROJECT, script


@pytest.fixture
def trained(tmp_path: Path, model: Path) -> Path:
    """A project of its own with its model in place."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project)
    (project / "models").mkdir()
    for file in (model, model.with_name("current.json")):
        shutil.copy(file, project / "models")
    return project


def check(project: Path) -> int:
    return script("train.py", "--project", project, "--check").returncode


def test_model_is_fresh_until_an_input_changes(trained: Path) -> None:
    assert check(trained) == 0
    assert script("train.py", "--project", trained, "--if-stale").stdout == ""
    (trained / "knowledge" / "more.md").write_text("# More\n")  # is searched, not trained on
    assert check(trained) == 0
    (trained / "data" / "more.yml").write_text('version: "3.1"\n')
    assert check(trained) == 1


def test_new_replies_make_a_model_stale(trained: Path) -> None:
    (trained / "data" / "answers" / "more.en.txt").write_text("? sms | en | none | nothing |\nhi => social\n")
    assert check(trained) == 1


@pytest.mark.parametrize("file", ["danger/wire.en.txt", "danger_talk/coming.en.txt"])
def test_new_words_of_danger_make_a_model_stale(trained: Path, file: str) -> None:
    with (trained / "data" / file).open("a") as sentences:
        sentences.write("is the cord from the pole still in the pond\n")
    assert check(trained) == 1


@pytest.mark.parametrize("lost", ["current.tar.gz", "current.json"])
def test_half_a_model_is_stale(trained: Path, lost: str) -> None:
    (trained / "models" / lost).unlink()
    assert check(trained) == 1


def test_failed_training_keeps_the_model_and_reports_in_one_line(trained: Path) -> None:
    model = trained / "models" / "current.tar.gz"
    before = model.read_bytes()
    rules = trained / "data" / "rules.yml"
    rules.write_text(
        rules.read_text() + "\n  - rule: contradiction\n    steps: [{intent: greet}, {action: utter_done}]\n"
    )
    done = script("train.py", "--project", trained)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    log = trained / "var" / "logs" / "train.log"
    assert done.stderr.startswith("training failed: ")
    assert str(log) in done.stderr
    assert "contradiction" in log.read_text()
    assert model.read_bytes() == before
    assert check(trained) == 1


def test_good_data_passes_the_checks() -> None:
    done = script("validate.py", "--project", PROJECT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("file", "added", "expected"),
    [
        ("rules.yml", "  - rule: x\n    steps: [{intent: pay}, {action: action_unknown}]\n", "action_unknown"),
        ("nlu.yml", "  - intent: pay\n    examples: |\n      - hello\n", "hello"),
        ("nlu.yml", "  - intent: unheard_of\n    examples: |\n      - flip the pancake\n", "unheard_of"),
        ("rules.yml", "  - rule: [\n", ""),
        ("answers/few.en.txt", "yes => agree\n", "'agree' is no act"),
        ("danger/flood.en.txt", "the river is in the house\n", "flood is none of none, car"),
        ("danger/none.en.txt", "There is a wire in our pool\n", "'there is a wire in our pool' is of none and wire"),
    ],
)
def test_faulty_data_does_not(trained: Path, file: str, added: str, expected: str) -> None:
    path = trained / "data" / file
    path.write_text((path.read_text() if path.exists() else "") + added)
    done = script("validate.py", "--project", trained)
    assert done.returncode == 1
    assert expected in done.stderr
