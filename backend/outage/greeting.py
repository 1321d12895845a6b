"""What somebody who calls from inside a known outage hears before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import tr
from backend.members.service import list_accounts_at_phone
from backend.outage.areas import format_area
from backend.outage.texts import format_time

if TYPE_CHECKING:
    from backend.app import Backend


async def format_known_outage(session: AsyncSession, backend: Backend, phone: str | None, *, attested: bool) -> str:
    """A known outage at a place of this phone (E.164), in the current language; empty when there is none.

    Where it is, is told only to a caller whose number is `attested`: a number can be forged, and a road or a house is
    then told to a stranger.
    """
    for account in await list_accounts_at_phone(session, phone) if phone else []:
        known = await backend.outages.find_outage(session, None, account.id)
        if known is None:
            continue
        area = format_area(known.area) if attested else tr("your place")
        words = tr("We know of a power outage at {area}.", area=area)
        if known.estimate and known.estimate > backend.clock.now():
            words += " " + tr("Power is expected back {back}.", back=format_time(backend, known.estimate))
        return words + " " + tr("If a wire is down or you smell gas, hang up and call 911.")
    return ""
