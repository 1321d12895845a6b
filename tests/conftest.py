"""What tests of every folder share: memberline as it is really served, once a session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from bot.lab.offices import CLOSED, OPEN, OwnOffices
from tests.support.served import Served

# a busy machine is no failure; what must be fast has a test of its own, in processor time
settings.register_profile("any_machine", deadline=None)
# a build tells whether the change broke something: new examples are looked for on an engineer's machine
settings.register_profile("build", deadline=None, derandomize=True, database=None)
settings.load_profile("build" if os.environ.get("CI") else "any_machine")


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnOffices]:
    """The app, the engine and the sandbox network on free ports, with a database of their own: for each state of the
    office one, on a given day."""
    systems = OwnOffices(tmp_path_factory.mktemp("served"))
    yield systems
    systems.stop()


@pytest.fixture(scope="session")
def served(offices: OwnOffices) -> Served:
    """memberline while the office is closed."""
    return offices.of(CLOSED)


@pytest.fixture(scope="session")
def open_office(offices: OwnOffices) -> Served:
    """memberline in office hours."""
    return offices.of(OPEN)
