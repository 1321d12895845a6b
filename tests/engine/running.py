"""The engine as a process, as the supervisor starts it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"
PROJECT = Path(__file__).parent / "project"
TOKEN = "a token for tests"
UP_SECONDS = 300  # of a process that lives: its end is noticed at once, a loaded machine takes minutes
_numbers = itertools.count(1)


def script(name: str, *arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script of engine/ to its end."""
    return subprocess.run(
        [PYTHON, ROOT / "engine" / name, *map(str, arguments)],
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
    )


def code(source: str, *arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python source in the engine's environment."""
    return subprocess.run(
        [PYTHON, "-c", source, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
    )


class Engine:
    """A served model; a ``with`` block ends it."""

    def __init__(
        self, model: Path, folder: Path, actions_url: str, database: str | None = None, through: list[str] | None = None
    ) -> None:
        self.model = model
        self.log = folder / "engine.log"
        self.database = database or f"sqlite:///{folder / 'tracker.db'}"
        self.actions_url = actions_url
        self.through = through or []
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Engine:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Engine:
        command = [PYTHON, ROOT / "engine" / "serve.py", "--model", self.model, "--port", str(self.port)]
        own = {"ENGINE_TOKEN": TOKEN, "ACTION_ENDPOINT_URL": self.actions_url, "TRACKER_DB_URL": self.database}
        own |= {
            "KNOWLEDGE_FOLDER": str(PROJECT / "knowledge"),
            "KNOWLEDGE_CACHE": str(self.log.parent / "knowledge.npz"),
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.through, *command, "--with-parent"], env={**os.environ, **own}, stdout=log, stderr=log
            )
        deadline = time.monotonic() + UP_SECONDS
        while not self.is_up():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def kill_starter(self) -> None:
        """Kill the process that was started, at once and without a word; with ``through`` that is not the engine."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(20)

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return self.call("health", None)[0] == 200
        except OSError:
            return False

    def call(self, route: str, body: object, token: str | None = TOKEN) -> tuple[int, dict[str, Any]]:
        """Ask a route of the edge channel: GET without a body, POST with one. Returns status and answer."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/webhooks/edge/{route}", data)
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def turn(self, conversation: str, text: str, channel: str = "web") -> list[dict[str, Any]]:
        """Take a turn that succeeds, and return the bot's messages."""
        body = {"conversation": conversation, "channel": channel, "text": text}
        status, answer = self.call("turn", body)
        assert status == 200, (status, answer, self.log.read_text())
        return answer["messages"]

    def texts(self, conversation: str, text: str, channel: str = "web") -> list[str]:
        """Take a turn, and return the texts alone."""
        return [message["text"] for message in self.turn(conversation, text, channel)]

    def intent(self, text: str) -> str:
        """What the engine takes a text for."""
        status, answer = self.call("parse", {"channel": "web", "text": text})
        assert status == 200, answer
        return answer["intent"]["name"]


def conversation() -> str:
    """The id of a conversation that nobody had before."""
    return f"conversation-{next(_numbers)}"
