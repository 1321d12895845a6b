"""Where the servers are that others wrote and tests run against; tests/peers/setup.sh installs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PEERS = Path(__file__).resolve().parents[2] / ".tools" / "peers"


def peer_python() -> Path:
    """The Python that has `localstripe`."""
    return _installed(PEERS / "venv" / "bin" / "python")


def node_module(name: str) -> Path:
    """The folder of an npm package, such as `soap`."""
    return _installed(PEERS / "node_modules" / name)


def _installed(path: Path) -> Path:
    """The path. Skips the test where the servers are not installed; under CI that is a failure."""
    if not path.exists():
        message = f"{path} is missing: `make setup-test` installs it, with npm"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path
