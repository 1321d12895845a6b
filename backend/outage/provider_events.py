"""Takes over the outages that the co-op's outage management system names into the list that members are told of.

The system is asked outside any transaction. One that it does not name any more is over only after a while: a list that
comes back empty once must not tell thousands that their power is back.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.outage import service
from backend.outage.models import KnownOutage
from backend.outage.service import NewOutage
from backend.providers.outages.base import ListsOutages, ProviderOutage

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

GONE_FOR = timedelta(minutes=5)
MIN_NAME_LENGTH = 4
"""A shorter name of an area would be found in too many addresses."""


async def take_over(backend: Backend) -> None:
    """Open, change and end outages as the provider's list says; nothing where there is no list, or no recent one."""
    provider = backend.outages
    if not isinstance(provider, ListsOutages):
        return
    listed = await provider.list_outages()
    if listed is None:
        logger.info("the provider's list of outages is not recent: nothing is opened or ended by it")
        return
    events = {f"{provider.name}:{each.key}"[:120]: each for each in listed if each.key and _area(each)}
    async with backend.db.transaction() as session:
        known = await _list_known(session, provider.name, list(events))
        for key, event in events.items():
            if key not in known:
                tells = backend.coop.tells_provider_outages
                new = NewOutage(
                    _area(event), event.cause, event.estimate, tells=tells, source=provider.name, source_key=key
                )
                await service.open_outage(session, backend, provider.name, new)
            elif known[key].cleared_at is None:
                await _update(session, backend, provider.name, known[key], event)
        for key, outage in known.items():
            if key not in events and outage.cleared_at is None:
                await _end_if_gone(session, backend, provider.name, outage)


async def _list_known(session: AsyncSession, name: str, keys: list[str]) -> dict[str, KnownOutage]:
    """The provider's outages that are open, and those of `keys` that are over, by key."""
    wanted = (KnownOutage.source == name) & (KnownOutage.cleared_at.is_(None) | KnownOutage.source_key.in_(keys))
    return {outage.source_key or "": outage for outage in await session.scalars(select(KnownOutage).where(wanted))}


def _area(event: ProviderOutage) -> str:
    names = [name.strip() for each in event.names for name in each.split(",")]
    return ", ".join(dict.fromkeys(name for name in names if len(name) >= MIN_NAME_LENGTH))[:300]


async def _update(
    session: AsyncSession, backend: Backend, name: str, outage: KnownOutage, event: ProviderOutage
) -> None:
    outage.gone_since = None
    cause = event.cause[: service.MAX_CAUSE_LENGTH] or outage.cause
    estimate = event.estimate or outage.estimate_at
    if (cause, estimate) != (outage.cause, outage.estimate_at):
        await service.update(session, backend, name, outage.id, cause=cause, estimate_at=estimate)


async def _end_if_gone(session: AsyncSession, backend: Backend, name: str, outage: KnownOutage) -> None:
    now = backend.clock.now()
    if outage.gone_since is None:
        outage.gone_since = now
    elif now - outage.gone_since >= GONE_FOR:
        await service.clear(session, backend, name, outage.id)
