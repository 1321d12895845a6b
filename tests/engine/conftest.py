"""A small model, trained once, and an engine that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.actions_standin import ActionStandIn
from tests.engine.running import PROJECT, TOKEN, Engine, script


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of tests/engine/project."""
    path = tmp_path_factory.mktemp("model") / "current.tar.gz"
    done = script("train.py", "--project", PROJECT, "--model", path, "--log", path.parent / "train.log")
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="session")
def shared_actions() -> Iterator[ActionStandIn]:
    standin = ActionStandIn(TOKEN)
    yield standin
    standin.close()


@pytest.fixture
def actions(shared_actions: ActionStandIn) -> ActionStandIn:
    """The action webhook that the engine calls, with nothing told yet."""
    shared_actions.reset()
    return shared_actions


@pytest.fixture(scope="session")
def engine(model: Path, shared_actions: ActionStandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all tests that do not end it."""
    with Engine(model, tmp_path_factory.mktemp("engine"), shared_actions.url) as running:
        yield running
