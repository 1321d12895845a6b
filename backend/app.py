"""The backend as one object: built once at start-up, and passed to the bot and to the actions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from backend.autopay.draft_outcomes import DraftsAndAutoPay
from backend.clock import Clock, SystemClock, local_date
from backend.config import Settings
from backend.coop import Coop, load_coop, read_coop_file
from backend.db import Database
from backend.errors import SettingsError, UnusableDatabase
from backend.knowledge.service import Knowledge, default_knowledge
from backend.office_settings.live import LiveSettings
from backend.office_settings.logos import read_logo_files
from backend.payments.automatic_payments import AutomaticPayments
from backend.posting.targets import choose_target
from backend.private_files import make_private_folder
from backend.providers import loader
from backend.providers.billing.base import BillingProvider
from backend.providers.messages.base import MessageProvider
from backend.providers.outages.base import OutageProvider
from backend.providers.payments.base import KeepsRecords, PaymentProvider


@dataclass
class Backend:
    """What services depend on: settings, the co-op's facts, knowledge, the clock, the database and the providers."""

    settings: Settings
    coop: Coop
    clock: Clock
    db: Database
    billing: BillingProvider
    payments: PaymentProvider
    messages: MessageProvider
    knowledge: Knowledge
    outages: OutageProvider
    live: LiveSettings  # puts what the office publishes into `coop` and `knowledge`
    automatic_payments: AutomaticPayments = field(default_factory=DraftsAndAutoPay)
    # set when the payment network reported something, so that it is booked at once
    network_news: asyncio.Event = field(default_factory=asyncio.Event)
    # set when a message was written to the outbox, so that the sender need not wait until it looks again
    outbox_ready: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def create(cls, settings: Settings, clock: Clock | None = None) -> Backend:
        """Build it without opening connections. Raises SettingsError for a bad setting or an unreadable file in
        knowledge/, UnusableDatabase for a SQLite file in a folder that there is not."""
        clock = clock or SystemClock(settings.clock_shift)
        coop = load_coop(settings.coop_file)
        make_database_folder(settings)
        db = Database(settings.database_url)
        payments = _provider(PaymentProvider, "PAYMENT_PROVIDER", settings.payment_provider, settings)
        if isinstance(payments, KeepsRecords):
            payments.use_database(db)
        complete = partial(_complete_coop, settings=settings, clock=clock, payments=payments)
        live = LiveSettings(
            read_coop_file(settings.coop_file), complete, read_logo_files(coop, settings.coop_file.parent)
        )
        live.logo = live.logo_of(coop)
        backend = cls(
            settings=settings,
            coop=complete(coop),
            live=live,
            clock=clock,
            db=db,
            billing=_provider(BillingProvider, "BILLING_PROVIDER", settings.billing_provider, settings),
            payments=payments,
            messages=_provider(MessageProvider, "MESSAGES_PROVIDER", settings.messages_provider, settings),
            knowledge=default_knowledge(),
            outages=_provider(OutageProvider, "OUTAGES_PROVIDER", settings.outages_provider, settings),
        )
        choose_target(backend)  # a setting that cannot be followed is said now, not with the first payment
        return backend

    def today(self) -> date:
        """The co-op's local date."""
        return local_date(self.clock, self.coop.zone)

    async def close(self) -> None:
        await self.billing.close()
        await self.payments.close()
        await self.messages.close()
        if close_outages := getattr(self.outages, "close", None):
            await close_outages()
        await self.db.close()


def _complete_coop(coop: Coop, *, settings: Settings, clock: Clock, payments: PaymentProvider) -> Coop:
    """With what coop.toml does not have: the time, the page's wallets and our own portal."""
    return replace(
        coop,
        today=partial(local_date, clock, coop.zone),
        now=clock.now,
        wallets=tuple(getattr(payments, "wallets", ())),
        portal_url=coop.portal_url or f"{settings.public_url}/portal",
    )


def make_database_folder(settings: Settings) -> None:
    """Make the folder of a SQLite file within the runtime folder, and no other: an address that is mistyped would
    begin an empty database."""
    if not settings.database_url.startswith("sqlite"):
        return
    folder = Path(settings.database_url.split(":///", 1)[1]).resolve().parent
    if folder.is_dir():
        return
    if not folder.is_relative_to(settings.runtime_dir.resolve()):
        raise UnusableDatabase(f"DATABASE_URL: the folder {folder} is not there: make it first, or correct the address")
    make_private_folder(folder)


def _provider(contract: type, name: str, spec: str, settings: Settings) -> Any:
    """The provider that the setting `name` asks for.

    Raises SettingsError naming the setting and the methods that the provider lacks: better at start-up than with the
    first payment.
    """
    try:
        provider = loader.load(spec, loader.BUILTIN[name])(settings)
    except SettingsError as error:
        raise SettingsError(f"{name}: {error}") from None
    except TypeError as error:
        raise SettingsError(f"{name}: {spec!r} cannot be called with the settings: {error}") from error
    if isinstance(provider, contract):
        return provider
    members = {*vars(contract), *getattr(contract, "__annotations__", {})}
    missing = sorted(each for each in members if not each.startswith("_") and not hasattr(provider, each))
    raise SettingsError(f"{name}: {spec!r} gives no {contract.__name__}: it lacks {', '.join(missing)}")
