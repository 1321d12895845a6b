"""memberline as it is really served, from the lab, on ports that nobody takes between the choice and the listening."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from backend.config import Settings
from lab import served_system
from tests.support.ports import free_port


class ServedSystem(served_system.ServedSystem):
    def __init__(self, folder: Path, office: str | None = None, **environment: str) -> None:
        ports = {name: str(free_port()) for name in ("PORT", "ENGINE_PORT", "SANDBOX_NETWORK_PORT")}
        super().__init__(folder, office, **ports, **environment)

    @property
    def settings(self) -> Settings:
        """Read once for each environment: a client that signs asks for them with every line."""
        return _read_settings(frozenset(self.environment.items()))


@cache
def _read_settings(environment: frozenset[tuple[str, str]]) -> Settings:
    return Settings.from_env(dict(environment))


class OwnSystems(served_system.OwnSystems):
    kind = ServedSystem
