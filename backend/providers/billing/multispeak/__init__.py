"""BILLING_PROVIDER=multispeak: the co-op's billing system, by MultiSpeak 3.0. docs/multispeak.md."""

from __future__ import annotations

from backend.clock import SystemClock
from backend.config import Settings
from backend.coop import load_coop
from backend.providers.billing.multispeak.system import MultiSpeakBilling, Options
from backend.providers.billing.remote import RemoteBilling
from backend.providers.multispeak.client import create_client


def create(settings: Settings) -> RemoteBilling:
    """The provider: figures from the system, kept for when it does not answer. Raises SettingsError."""
    return RemoteBilling(create_system(settings), settings)


def create_system(settings: Settings) -> MultiSpeakBilling:
    """The billing system that the settings name. Raises SettingsError."""
    options = Options(
        account_numbers=settings.multispeak_account_numbers,
        current_has_past_due=settings.multispeak_current_amount == "with_past_due",
        posting=settings.multispeak_posting,
        lists_payments=settings.multispeak_lists_payments,
    )
    return MultiSpeakBilling(
        create_client(settings, "CB"),
        SystemClock(settings.clock_shift),
        load_coop(settings.coop_file).zone,
        options,
        settings.runtime_dir / "multispeak-sessions.json",
    )
