"""The sandbox network as the real process it is, for tests: start, kill -9, start again on the same file."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.support.ports import free_port

KEY = "test-network-key"
CARD = {"name": "Ruth Alvarez", "number": "4242 4242 4242 4242", "expiry": "12/35", "cvc": "123", "zip": "61028"}
"""A card that the network's page accepts."""
READY_WITHIN_SECONDS = 20.0


class SandboxNetwork:
    """One network on a free port, with its file in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.db = folder / "network.db"
        self._log = folder / "network.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "sandbox.network"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port), "--db", str(self.db)],
                env={**os.environ, "SANDBOX_NETWORK_KEY": KEY, "MEMBERLINE_ENV": "test"},
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready(self._process)

    def kill(self) -> None:
        """As with kill -9: no goodbye, no flush."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def log(self) -> str:
        return self._log.read_text()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < give_up and process.poll() is None:
            with (
                contextlib.suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"{self.url}/health", timeout=2),
            ):
                return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the sandbox network did not start: {self.log()}")


@contextlib.contextmanager
def running_network(folder: Path) -> Iterator[SandboxNetwork]:
    """A network that ends with the block."""
    network = SandboxNetwork(folder)
    network.start()
    try:
        yield network
    finally:
        network.kill()
