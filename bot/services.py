"""What every blueprint is given: the backend, and the shared objects of the app around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.app import Backend
from backend.config import Settings
from backend.coop import Coop
from bot.dialogue.engine_client import EngineClient
from bot.dialogue.turn import TurnProcessor
from bot.web.metrics import Metrics
from bot.web.rates import RateLimiter

if TYPE_CHECKING:
    from bot.workers.outbox import OutboxSender
    from bot.workers.pushes import PushNotifier


@dataclass
class Services:
    """Built once in bot/app.py; also at `request.app.ctx.services`."""

    backend: Backend
    engine: EngineClient
    turns: TurnProcessor
    sender: OutboxSender
    pushes: PushNotifier
    metrics: Metrics
    rates: RateLimiter

    @property
    def settings(self) -> Settings:
        return self.backend.settings

    @property
    def coop(self) -> Coop:
        return self.backend.coop
