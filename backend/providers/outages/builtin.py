"""Outages from the list that the office keeps at /staff/outages."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.config import Settings
from backend.outage import service as outages
from backend.providers.outages.base import OutageInfo
from backend.tickets.place_matching import ABBREVIATIONS

WHOLE_SYSTEM_NAMES = frozenset({"everywhere", "all", "all members", "whole system"})


class BuiltinOutages:
    """An outage matches when a name of its area occurs in the place's words or the account's address."""

    async def find_outage(self, session: AsyncSession, place: str | None, account_id: int | None) -> OutageInfo | None:
        account = await session.get(Account, account_id) if account_id is not None else None
        places = [normalize_place(words) for words in (place, account.service_address if account else None) if words]
        for one in await outages.current_outages(session):
            names = [normalize_place(name) for name in one.area.split(",")]
            # whole words only: `Oak` is not in `Oakland Avenue`
            if any(
                name in WHOLE_SYSTEM_NAMES or any(f" {name} " in f" {words} " for words in places)
                for name in names
                if name
            ):
                return OutageInfo(one.area, one.cause, one.estimate_at, one.updated_at)
        return None


def create(settings: Settings) -> BuiltinOutages:
    return BuiltinOutages()


def normalize_place(words: str) -> str:
    """Lowercase, without accents and punctuation, with street types abbreviated: `Ridge Road.` is `ridge rd`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(c))
    return " ".join(ABBREVIATIONS.get(word, word) for word in re.sub(r"[^a-z0-9]+", " ", bare).split())
