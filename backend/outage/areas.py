"""Where an outage is: the words of its area, and which accounts have them in their address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.language import tr
from backend.outage.models import KnownOutage, OutageAccount
from backend.tickets.place_matching import ABBREVIATIONS

WHOLE_SYSTEM_NAMES = frozenset({"everywhere", "all", "all members", "whole system"})
IN_TOWN = re.compile(r"([^()]*)(?:\(([^()]*)\))?.*", re.DOTALL)
MAX_SHOWN_LENGTH = 40
"""Of an area in a text, so that the text fits one part."""


@dataclass(frozen=True, slots=True)
class Area:
    """Names of roads, towns, ZIP codes or other words of an address, normalized. `towns` has for each name the town
    behind it in parentheses, or an empty text."""

    names: tuple[str, ...]
    towns: tuple[str, ...]

    @property
    def is_whole_system(self) -> bool:
        return any(name in WHOLE_SYSTEM_NAMES for name in self.names)

    def contains(self, places: Iterable[str]) -> bool:
        """Whether a name occurs in one of the places. Whole words only: `Oak` is not in `Oakland Avenue`. A name with a
        town takes in no place that has a comma, and so names its town, and has another one."""
        if self.is_whole_system:
            return True
        normalized = [(f" {normalize_place(words)} ", "," in words) for words in places]
        return any(
            f" {name} " in words and (not town or not has_town or f" {town} " in words)
            for name, town in zip(self.names, self.towns, strict=True)
            for words, has_town in normalized
        )


def parse_area(words: str) -> Area:
    """The area of names separated by commas; `Mill Road (Elizabeth)` is that road in that town."""
    parts = [IN_TOWN.fullmatch(name.strip()) for name in words.split(",")]
    named = [(normalize_place(part[1]), normalize_place(part[2] or "")) for part in parts if part]
    named = [(name, town) for name, town in named if name]
    return Area(tuple(name for name, _ in named), tuple(town for _, town in named))


@lru_cache(maxsize=20_000)
def normalize_place(words: str) -> str:
    """Lowercase, without accents and punctuation, with street types abbreviated: `Ridge Road.` is `ridge rd`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(c))
    return " ".join(ABBREVIATIONS.get(word, word) for word in re.sub(r"[^a-z0-9]+", " ", bare).split())


def format_area(words: str) -> str:
    """The area as a text names it: as many of its names as fit, then `and others`."""
    names = [name.strip() for name in words.split(",") if name.strip()]
    if any(normalize_place(name) in WHOLE_SYSTEM_NAMES for name in names):
        return tr("the whole system")
    shown: list[str] = []
    for name in names:
        if shown and len(", ".join([*shown, name])) > MAX_SHOWN_LENGTH:
            return tr("{places} and other places", places=", ".join(shown))
        shown.append(name[:MAX_SHOWN_LENGTH])
    return ", ".join(shown)


async def is_account_in(session: AsyncSession, outage: KnownOutage, account: Account) -> bool:
    if not outage.by_accounts:
        return parse_area(outage.area).contains([account.service_address])
    listed = select(OutageAccount.id).where(
        OutageAccount.outage_id == outage.id, OutageAccount.account_id == account.id
    )
    return await session.scalar(listed) is not None


async def select_in_area(session: AsyncSession, outage: KnownOutage, accounts: Sequence[tuple[int, str]]) -> set[int]:
    """Which of these accounts, (id, service address), are in the outage as it is now."""
    if not outage.by_accounts:
        area = parse_area(outage.area)
        return {account_id for account_id, address in accounts if area.contains([address])}
    listed = select(OutageAccount.account_id).where(
        OutageAccount.outage_id == outage.id, OutageAccount.account_id.in_([each for each, _ in accounts])
    )
    return set(await session.scalars(listed))
