"""Starts `memberline serve` on a free port, with a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from backend.config import ROOT, Settings
from backend.coop import load_coop
from backend.errors import MemberlineError
from bot.commands.child_processes import find_free_port
from lab.system import MemberlineSystem

READY_SECONDS = 90
# a fixed day, the co-op's local time: what is said must not depend on when the scripts are played
OFFICE_TIMES = {
    "closed": datetime(2026, 11, 18, 18, 30),
    "open": datetime(2026, 11, 18, 10, 0),
}


class ServedSystem(MemberlineSystem):
    """The app, the engine and the sandbox network, started as `make run` starts them.

    With `office`, "open" or "closed", its clock is set to a fixed time at the co-op; else it is now.
    """

    def __init__(self, folder: Path, office: str | None = None, **environment: str) -> None:
        self.folder = folder
        self.port = find_free_port()
        own = {
            "PORT": str(self.port),
            "MEMBERLINE_RUNTIME_DIR": str(folder),
            "SECRET_KEY": "a key for tests alone",
            "MEMBERLINE_ENV": "development",
        }
        super().__init__(f"http://127.0.0.1:{self.port}", {**own, **environment})
        if office:
            self.environment["CLOCK_SHIFT"] = str(
                _clock_shift_to(OFFICE_TIMES[office], load_coop(self.settings.coop_file).zone)
            )
        self.log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.environment)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> ServedSystem:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.commands.cli", "serve"],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_ready()
        return self

    def stop(self) -> int:
        """Terminate it and return the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(20)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise MemberlineError(f"memberline ended at its start:\n{self.log.read_text()[-3000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/ready", timeout=2) as answer:  # noqa: S310 - our own address
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                pass
            time.sleep(0.1)
        raise MemberlineError(f"memberline is not ready after {READY_SECONDS} s:\n{self.log.read_text()[-3000:]}")


def _clock_shift_to(local: datetime, zone: ZoneInfo) -> int:
    """Seconds from now to `local` in the co-op's zone."""
    return round((local.replace(tzinfo=zone) - datetime.now(UTC)).total_seconds())
