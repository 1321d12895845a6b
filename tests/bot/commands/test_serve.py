"""Starting and stopping `memberline serve` from a terminal."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.config import ROOT
from tests.support.ports import free_port
from tests.support.served import ServedSystem


def serve(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "MEMBERLINE_RUNTIME_DIR": str(folder), **environment}
    command = [sys.executable, "-m", "bot.commands.cli", "serve"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def gone_soon(pids: list[int]) -> bool:
    deadline = time.monotonic() + 15
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(alive(pid) for pid in pids)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ServedSystem]:
    system = ServedSystem(tmp_path)
    system.launch()
    yield system
    if alive(system.pid):
        system.kill()


def test_taken_port_is_reported_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = serve(tmp_path, PORT=str(port), CHAT_ORIGIN="https://www.coop.example")
    assert done.returncode == 1
    assert "CHAT_ORIGIN is not a setting, and ignored: is it CHAT_ORIGINS?" in done.stdout + done.stderr
    assert f"Port {port}" in done.stderr
    assert "PORT=" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PORT": "eighty"}, "PORT"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"COOP_FILE": "/nowhere.toml"}, "COOP_FILE"),
        ({"MEMBERLINE_ENV": "production"}, "SECRET_KEY"),
        ({"MEMBERLINE_ENV": "staging"}, "MEMBERLINE_ENV"),
        ({"PAYMENT_PROVIDER": "nothing.there:create"}, "PAYMENT_PROVIDER"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_setting_is_one_clear_line(tmp_path: Path, environment: dict[str, str], named: str) -> None:
    done = serve(tmp_path, **{"PORT": str(free_port()), **environment})
    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.engine
def test_ending_it_ends_every_child(own: ServedSystem) -> None:
    own.wait_until_ready()
    children = children_of(own.pid)
    assert len(children) == 2, "the engine and the sandbox network"
    assert own.stop() == 0
    assert gone_soon(children)


@pytest.mark.engine
def test_killed_parent_leaves_no_child(own: ServedSystem) -> None:
    """A child ends by what it was started with. An engine that is ready does so, too: tests/engine/test_start.py."""
    deadline = time.monotonic() + 120
    while "Starting the engine" not in own.log.read_text():  # the children have been started
        assert alive(own.pid)
        assert time.monotonic() < deadline
        time.sleep(0.05)
    children = children_of(own.pid)
    assert len(children) == 2
    own.kill()
    assert gone_soon(children)
