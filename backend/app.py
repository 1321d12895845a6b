"""The backend as one object: built once at start-up and handed to the edge and to the actions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from backend.clock import Clock, ShiftedClock, SystemClock, local_date
from backend.config import Settings
from backend.coop import Coop, load_coop
from backend.db import Database
from backend.errors import SettingsError
from backend.knowledge.service import Knowledge, shipped
from backend.providers import loading
from backend.providers.billing.base import BillingProvider
from backend.providers.messages.base import MessageProvider
from backend.providers.outages.base import OutageProvider
from backend.providers.payments.base import PaymentProvider

BILLING = {"builtin": "backend.providers.billing.builtin:create"}
PAYMENTS = {"sandbox": "backend.providers.payments.sandbox.provider:create"}
MESSAGES = {"auto": "backend.providers.messages.choice:create"}
OUTAGES = {"builtin": "backend.providers.outages.builtin:create"}


@dataclass
class Backend:
    """Everything that services need from the outside: settings, the co-op's facts and answers, time, database and
    providers."""

    settings: Settings
    coop: Coop
    clock: Clock
    db: Database
    billing: BillingProvider
    payments: PaymentProvider
    messages: MessageProvider
    knowledge: Knowledge
    outages: OutageProvider
    # set when a message was written to the outbox: whoever sends need not wait for the next look
    outbox_ready: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def create(cls, settings: Settings, clock: Clock | None = None) -> Backend:
        """Build it; nothing is opened yet. Raises SettingsError for a setting that cannot be honoured, or a
        file of knowledge/ that cannot be read."""
        clock = clock or (ShiftedClock(settings.clock_shift) if settings.clock_shift else SystemClock())
        coop = load_coop(settings.coop_file)
        return cls(
            settings=settings,
            coop=replace(
                coop,
                today=partial(local_date, clock, coop.zone),
                portal_url=coop.portal_url or f"{settings.public_url}/portal",
            ),
            clock=clock,
            db=Database(settings.database_url),
            billing=_provider("BILLING_PROVIDER", settings.billing_provider, BILLING, settings),
            payments=_provider("PAYMENT_PROVIDER", settings.payment_provider, PAYMENTS, settings),
            messages=_provider("MESSAGES_PROVIDER", settings.messages_provider, MESSAGES, settings),
            knowledge=shipped(),
            outages=_provider("OUTAGES_PROVIDER", settings.outages_provider, OUTAGES, settings),
        )

    def today(self) -> date:
        """The co-op's local date."""
        return local_date(self.clock, self.coop.zone)

    async def close(self) -> None:
        await self.payments.close()
        await self.messages.close()
        await self.db.close()


def _provider(name: str, spec: str, builtin: Mapping[str, str], settings: Settings) -> Any:
    """The provider that the setting `name` asks for. Raises SettingsError naming the setting."""
    try:
        return loading.load(spec, builtin)(settings)
    except SettingsError as error:
        raise SettingsError(f"{name}: {error}") from None
