"""Starts `memberline serve` on free ports with databases of their own: with the office open, and with it closed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from backend.config import ROOT, Settings
from backend.coop import load_coop
from backend.errors import MemberlineError
from bot.commands.child_processes import find_free_port
from lab.system import MemberlineSystem

READY_SECONDS = 300  # of a process that lives: its end is noticed at once, a loaded machine takes minutes
CLOSED, OPEN = "closed", "open"
# a fixed day, the co-op's local time: the answers must not depend on when the scripts are played
OFFICE_TIMES = {CLOSED: datetime(2026, 11, 18, 18, 30), OPEN: datetime(2026, 11, 18, 10, 0)}


class ServedSystem(MemberlineSystem):
    """The app, the engine and the sandbox network, started as `make run` starts them.

    With `office`, OPEN or CLOSED, its clock starts at a fixed time at the co-op; else at the real time. `PORT` of
    `environment` is its port, else any that is free.
    """

    def __init__(self, folder: Path, office: str | None = None, **environment: str) -> None:
        self.folder = folder
        self.port = int(environment.get("PORT") or find_free_port())
        own = {
            "PORT": str(self.port),
            "MEMBERLINE_RUNTIME_DIR": str(folder),
            "SECRET_KEY": "a key for tests alone",
            "MEMBERLINE_ENV": "development",
        }
        super().__init__(f"http://127.0.0.1:{self.port}", {**own, **environment})
        if office:
            starts_at = OFFICE_TIMES[office].replace(tzinfo=load_coop(self.settings.coop_file).zone)
            self.environment["CLOCK_SHIFT"] = str(round((starts_at - datetime.now(UTC)).total_seconds()))
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
        """Start it, and wait until it answers."""
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        """Start it; it is ready later."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.commands.cli", "serve"],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> int:
        """Terminate it and return the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(20)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    def wait_until_ready(self) -> None:
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


class SystemPool(Protocol):
    def get_system(self, office: str) -> MemberlineSystem:
        """The system for a script that needs the office `open` or `closed`."""
        ...


class OwnSystems:
    """Systems that are started when first asked for, with databases below `folder`."""

    kind = ServedSystem

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: dict[str, ServedSystem] = {}

    def get_system(self, office: str) -> ServedSystem:
        if office not in self._started:
            # the widget is tried on a page of another port, whatever port that is
            system = self.kind(self._folder / office, office, CHAT_ORIGINS="*")
            self._started[office] = system.start()
        return self._started[office]

    def stop(self) -> None:
        for served in self._started.values():
            served.stop()
        self._started.clear()


class RunningSystem:
    """One system that somebody else has started, whatever its office hours are now."""

    def __init__(self, system: MemberlineSystem) -> None:
        self._system = system

    def get_system(self, office: str) -> MemberlineSystem:
        return self._system
