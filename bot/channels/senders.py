"""Identifies senders without storing the number: one phone is one sender, whether it texts or calls."""

from __future__ import annotations

from backend.config import Settings

WITHHELD = "withheld"


def keyed_hash(settings: Settings, purpose: str, value: str) -> str:
    """A keyed hash of the value, different for each purpose."""
    return settings.keyed_hash(purpose, value)[:32]


def phone_source(settings: Settings, phone: str | None) -> str:
    """The key that guesses at identity are counted by.

    All who withhold their number share one, or withholding it would be a way around the limit on guesses.
    """
    return "phone-" + keyed_hash(settings, "source", phone or WITHHELD)
