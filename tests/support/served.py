"""memberline as it is really served, from the lab, on ports that nobody takes between the choice and the listening."""

from __future__ import annotations

from pathlib import Path

from lab import served_system
from tests.support.ports import free_port


class ServedSystem(served_system.ServedSystem):
    def __init__(self, folder: Path, office: str | None = None, **environment: str) -> None:
        ports = {name: str(free_port()) for name in ("PORT", "ENGINE_PORT", "SANDBOX_NETWORK_PORT")}
        super().__init__(folder, office, **ports, **environment)


class OwnSystems(served_system.OwnSystems):
    kind = ServedSystem
