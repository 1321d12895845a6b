"""What tests of every folder share: memberline as it is really served, once a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.served import Served


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app, the engine and the sandbox network on free ports, with a database of their own."""
    system = Served(tmp_path_factory.mktemp("served")).start()
    yield system
    system.stop()
