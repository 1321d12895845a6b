"""The systems that scripts are played on: one where the office is open now, one where it is closed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from lab.served import Served
from lab.system import System

CLOSED, OPEN = "closed", "open"


class Offices(Protocol):
    def of(self, office: str) -> System:
        """The system for a script that wants the office `open` or `closed`."""
        ...


class OwnOffices:
    """Each a memberline of its own, started when it is first asked for, with a database below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: dict[str, Served] = {}

    def of(self, office: str) -> Served:
        if office not in self._started:
            self._started[office] = Served(self._folder / office, office).start()
        return self._started[office]

    def stop(self) -> None:
        for served in self._started.values():
            served.stop()
        self._started.clear()


class RunningOffice:
    """One that somebody else has started: it is what it is."""

    def __init__(self, system: System) -> None:
        self._system = system

    def of(self, office: str) -> System:
        return self._system
