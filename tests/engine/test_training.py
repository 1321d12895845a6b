"""Training: only when needed, all or nothing, and one line when it fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.running import PROJECT, code, script


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


FAULTS = [
    ("rules.yml", "  - rule: x\n    steps: [{intent: pay}, {action: action_unknown}]\n", "action_unknown"),
    ("nlu.yml", "  - intent: pay\n    examples: |\n      - hello\n", "hello"),
    ("nlu.yml", "  - intent: unheard_of\n    examples: |\n      - flip the pancake\n", "unheard_of"),
    ("rules.yml", "  - rule: [\n", ""),
    ("answers/few.en.txt", "yes => agree\n", "'agree' is no act"),
    ("danger/flood.en.txt", "the river is in the house\n", "flood is none of none, car"),
    ("danger/none.en.txt", "There is a wire in our pool\n", "'there is a wire in our pool' is of none and wire"),
]
CHECK_EACH = """
import os, sys
from engine import bootstrap, validate
bootstrap.prepare(show_warnings=True)
import rasa.shared.importers.importer, rasa.validator
for project in sys.argv[1:]:
    if not (child := os.fork()):
        sys.argv[1:] = ["--project", project]
        sys.stderr = open(project + "/stderr", "w", buffering=1)
        os._exit(validate.main())
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""The command's `main`, for each project in a process of its own, forked when Rasa is imported: that takes longest."""


def add_fault(project: Path, file: str, added: str) -> None:
    shutil.copytree(PROJECT, project, dirs_exist_ok=True)
    path = project / "data" / file
    path.write_text((path.read_text() if path.exists() else "") + added)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str]]:
    """The exit status and the errors of a check of each faulty project."""
    projects = [tmp_path_factory.mktemp("faulty") for _ in FAULTS]
    for project, (file, added, _) in zip(projects, FAULTS, strict=True):
        add_fault(project, file, added)
    done = code(CHECK_EACH, *projects)
    statuses = [int(line) for line in done.stdout.splitlines() if line.isdigit()]
    return [(status, (project / "stderr").read_text()) for status, project in zip(statuses, projects, strict=True)]


@pytest.mark.parametrize("place", range(len(FAULTS)), ids=[f"{file} {expected}" for file, _, expected in FAULTS])
def test_faulty_data_does_not(checked: list[tuple[int, str]], place: int) -> None:
    status, errors = checked[place]
    assert status == 1
    assert FAULTS[place][2] in errors


def test_a_fault_is_the_commands_exit_status(tmp_path: Path) -> None:
    add_fault(tmp_path, *FAULTS[0][:2])
    done = script("validate.py", "--project", tmp_path)
    assert done.returncode == 1
    assert FAULTS[0][2] in done.stderr
