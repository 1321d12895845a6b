"""What every blueprint is given: the backend, and the edge's own moving parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.app import Backend
from backend.config import Settings
from backend.coop import Coop
from bot.engine import Engine
from bot.metrics import Metrics
from bot.rates import Rates
from bot.turn import Turns

if TYPE_CHECKING:
    from bot.outbox import OutboxSender
    from bot.pushes import Pushes


@dataclass
class Services:
    """Built once in bot/app.py; also at `request.app.ctx.services`."""

    backend: Backend
    engine: Engine
    turns: Turns
    sender: OutboxSender
    pushes: Pushes
    metrics: Metrics
    rates: Rates

    @property
    def settings(self) -> Settings:
        return self.backend.settings

    @property
    def coop(self) -> Coop:
        return self.backend.coop
