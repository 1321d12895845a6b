"""The network process: its start, its refusals and its messages."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.sandbox_network import SandboxNetwork
from tests.support.ports import free_port


def run(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox.network", *options],
        env={**os.environ, "SANDBOX_NETWORK_DB": str(folder / "network.db"), **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SANDBOX_NETWORK_KEY": ""}, "set SANDBOX_NETWORK_KEY"),
        ({"SANDBOX_NETWORK_KEY": "k", "MEMBERLINE_ENV": "production"}, "production"),
        ({"SANDBOX_NETWORK_KEY": "k", "SANDBOX_NETWORK_PORT": "eighty"}, "invalid int value"),
    ],
)
def test_a_wrong_setting_stops_it(tmp_path: Path, environment: dict[str, str], says: str) -> None:
    done = run(tmp_path, **environment)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_taken_port_is_reported_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "--port", port, SANDBOX_NETWORK_KEY="k")
    assert done.returncode == 1
    assert done.stderr.strip().startswith(f"sandbox network: cannot listen on 127.0.0.1:{port}")
    assert len(done.stderr.splitlines()) == 1


def test_invalid_database_file_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "network.db").write_bytes(b"no database at all" * 100)
    done = run(tmp_path, "--port", str(free_port()), SANDBOX_NETWORK_KEY="k")
    assert done.returncode == 1
    assert "cannot open" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_it_listens_on_loopback_alone(tmp_path: Path) -> None:
    network = SandboxNetwork(tmp_path)
    network.start()
    try:
        # The whole of 127/8 is this machine: a process bound to every address would answer here too.
        with pytest.raises(ConnectionRefusedError), socket.socket() as other:
            other.connect(("127.0.0.2", network.port))
    finally:
        network.kill()
