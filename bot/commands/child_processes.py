"""The child processes of `memberline serve`: the dialogue engine and, in development, the sandbox card network."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from backend.config import ROOT, Settings
from backend.conversations import engine_store
from backend.errors import SettingsError
from backend.private_files import make_private_database, make_private_file, make_private_folder
from bot.commands.log_files import rotate_if_large

ENGINE_PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"
PR_SET_PDEATHSIG = 1  # of linux/prctl.h
STOP_SECONDS = 5.0
MAX_BACKOFF_SECONDS = 30.0


@dataclass
class ChildProcess:
    """One process, with its log file and its restarts."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0

    def start(self) -> None:
        make_private_folder(self.log.parent)
        make_private_file(self.log)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
            )
        self.started_at = time.monotonic()

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process is None or self.has_ended:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class ProcessSupervisor:
    """Starts the processes, restarts what ends, and stops them all."""

    children: list[ChildProcess] = field(default_factory=list)
    stopping: bool = False

    def start(self) -> None:
        for child in self.children:
            child.start()

    def stop(self) -> None:
        self.stopping = True
        for child in reversed(self.children):
            child.stop()

    async def watch(self) -> None:
        """Restart what has ended; the pause doubles while a process keeps ending at once."""
        while not self.stopping:
            for child in self.children:
                await asyncio.to_thread(rotate_if_large, child.log)
                if not child.has_ended or self.stopping:
                    continue
                lived = time.monotonic() - child.started_at
                child.failures = child.failures + 1 if lived < MAX_BACKOFF_SECONDS else 1
                print(f"The {child.name} has ended; see {child.log}. Starting it again.", file=sys.stderr, flush=True)
                await asyncio.sleep(min(2.0 ** (child.failures - 1) - 1, MAX_BACKOFF_SECONDS))
                if not self.stopping:
                    await asyncio.to_thread(child.start)
            await asyncio.sleep(0.5)


def _die_with_parent() -> None:
    os.umask(0o077)
    os.setpgrp()  # Ctrl-C in the terminal must reach only us: we stop the children in order
    if sys.platform == "linux":  # the kernel then ends the child when we end, even by kill -9
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def find_free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def create_engine_process(settings: Settings, port: int, model: Path) -> ChildProcess:
    """The dialogue engine. Raises SettingsError when its environment or the model is missing."""
    if not ENGINE_PYTHON.exists():
        raise SettingsError("The engine's environment is missing: run `make setup`")
    if not model.is_file():
        raise SettingsError(f"There is no model at {model}: run `make train`")
    environment = {
        "ENGINE_TOKEN": settings.engine_token,
        "ACTION_ENDPOINT_URL": f"http://127.0.0.1:{settings.port}/internal/actions/webhook",
        "TRACKER_DB_URL": _tracker_url(settings),
    }
    command = [str(ENGINE_PYTHON), "engine/serve.py", "--model", str(model), "--port", str(port), "--with-parent"]
    return ChildProcess("engine", command, environment, settings.runtime_dir / "logs" / "engine.log")


def _tracker_url(settings: Settings) -> str:
    """Where the engine keeps its tracker; a file of our own is made private first."""
    url = engine_store.find_url(settings)
    if url == f"sqlite:///{settings.runtime_dir / 'tracker.db'}":
        make_private_folder(settings.runtime_dir)
        make_private_database(settings.runtime_dir / "tracker.db")
    return url


def create_sandbox_process(settings: Settings, port: int) -> ChildProcess:
    """The sandbox card and bank network, which stands in for the real ones in development."""
    command = [sys.executable, "-m", "sandbox.network", "--port", str(port)]
    command += ["--db", str(settings.runtime_dir / "network.db")]
    environment = {"SANDBOX_NETWORK_KEY": settings.sandbox_network_key}
    return ChildProcess("sandbox network", command, environment, settings.runtime_dir / "logs" / "network.log")
