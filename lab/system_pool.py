"""The systems that scripts are played on: one with the office open, one with it closed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from lab.served_system import ServedSystem
from lab.system import MemberlineSystem

CLOSED, OPEN = "closed", "open"


class SystemPool(Protocol):
    def get_system(self, office: str) -> MemberlineSystem:
        """The system for a script that needs the office `open` or `closed`."""
        ...


class OwnSystems:
    """Systems that are started when first asked for, with databases below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: dict[str, ServedSystem] = {}

    def get_system(self, office: str) -> ServedSystem:
        if office not in self._started:
            self._started[office] = ServedSystem(self._folder / office, office).start()
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
