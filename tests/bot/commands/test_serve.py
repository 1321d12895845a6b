"""Starting and stopping `memberline serve` from a terminal."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from backend.config import ROOT
from backend.errors import SettingsError
from bot.commands import serve as serving
from bot.workers.pushes import REDIS_CHANNEL
from tests.support.ports import free_port
from tests.support.redis_server import redis_server
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


def test_model_of_other_data_is_told_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.delenv("ENGINE_URL", raising=False)
    monkeypatch.setattr(serving.log, "warning", lambda text, *values: said.append(text % values))
    (tmp_path / "current.tar.gz").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environ = {"MEMBERLINE_RUNTIME_DIR": str(tmp_path), "PORT": str(taken.getsockname()[1])}
        with pytest.raises(SettingsError):
            serving.serve(environ, tmp_path / "current.tar.gz")
    assert [line for line in said if "trained from other data" in line]


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


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_one_signal_ends_it_while_it_listens_to_redis(demo_folder: Path) -> None:
    port, nobody = free_port(), f"http://127.0.0.1:{free_port()}"
    with redis_server() as redis:
        own = {"PORT": str(port), "REDIS_URL": redis.url, "ENGINE_URL": nobody, "SANDBOX_NETWORK_URL": nobody}
        env = {**os.environ, "MEMBERLINE_RUNTIME_DIR": str(demo_folder), **own}
        process = subprocess.Popen([sys.executable, "-m", "bot.commands.cli", "serve"], cwd=ROOT, env=env)
        try:
            wait_until(lambda: answers(port))
            with Redis.from_url(redis.url) as client:
                wait_until(lambda: client.pubsub_numsub(REDIS_CHANNEL)[0][1] == 1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        finally:
            process.kill()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_misspelled_setting_is_named_beside_a_fault() -> None:
    with pytest.raises(SettingsError, match=r"PORT must be(.|\n)*DATABSE_URL is not a setting") as refused:
        serving.serve({"PORT": "eighty", "DATABSE_URL": "sqlite:///x.db"})
    assert len(str(refused.value).splitlines()) == 2


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
