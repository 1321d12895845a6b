"""A memberline to talk to: where it answers, and what its command line tells of the same database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from backend.config import ROOT, Settings
from backend.errors import MemberlineError


class System:
    """One that is running; `environment` is what it was started with, on top of this process's own."""

    def __init__(self, url: str, environment: dict[str, str] | None = None) -> None:
        self.url = url
        self.environment = environment or {}

    @property
    def settings(self) -> Settings:
        return Settings.from_env({**os.environ, **self.environment})

    def cli(self, *arguments: str) -> Any:
        """Run `memberline …` on the same database and read its JSON."""
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise MemberlineError(f"memberline {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def show(self, number: str) -> dict[str, Any]:
        return dict(self.cli("show", number, "--json"))

    def outbox(self) -> list[dict[str, Any]]:
        return list(self.cli("outbox", "--json"))
