"""The short code in a call-out text. Who sends it back has had the text: its sender alone could be anybody.

One for each person and ticket, so that nobody has to look one up. Functions flush; the caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout.models import Callout, CalloutCode
from backend.callout.roster import OnCall
from backend.members.codes import fits
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

PURPOSE = "on-call-code"
FEW, MORE = 4, 6
"""Digits: few for cold fingers at night, more once somebody has guessed at it."""
TRIES = 5
STILL_MEANT = timedelta(hours=2)
"""So long after a ticket is over its code is still known, for who answers late."""


@dataclass(frozen=True)
class Coded:
    """What one code of a person is for."""

    row: CalloutCode
    callout: Callout
    ticket: Ticket

    @property
    def locked(self) -> bool:
        """Whether too many wrong ones came: the right one counts no more."""
        return self.row.misses >= TRIES


def shown(backend: Backend, row: CalloutCode) -> str:
    """The code as it is sent. The same is sent in each round, so it is made anew and not kept."""
    drawn = backend.settings.keyed_hash(PURPOSE, f"{row.callout_id}:{row.name}:{row.drawing}")
    return f"{int(drawn, 16) % 10**row.digits:0{row.digits}d}"


async def issue(
    session: AsyncSession, backend: Backend, callout: Callout, person: OnCall, *, anew: bool = False
) -> CalloutCode:
    """The code of `person` for this ticket. `anew`: one that was guessed at too often gives way to a longer one."""
    mine = select(CalloutCode).where(CalloutCode.callout_id == callout.id, CalloutCode.name == person.name)
    row = await session.scalar(mine)
    if row is not None and not (anew and row.misses >= TRIES):
        return row
    if row is None:
        row = CalloutCode(callout_id=callout.id, name=person.name, drawing=0, digits=FEW, misses=0)
        session.add(row)
    else:
        row.drawing, row.digits, row.misses = row.drawing + 1, MORE, 0
    others = {shown(backend, one.row) for one in await known(session, backend, person) if one.row is not row}
    while shown(backend, row) in others:  # two tickets of one person never have the same
        row.drawing += 1
    await session.flush()
    return row


async def known(session: AsyncSession, backend: Backend, person: OnCall, *, to_check: bool = False) -> list[Coded]:
    """What `person` may still mean by a code, the newest first. `to_check`: nobody else counts misses meanwhile."""
    since = backend.clock.now() - STILL_MEANT
    over = and_(Callout.status == "over", Ticket.closed_at >= since)
    query = (
        select(CalloutCode, Callout, Ticket)
        .join(Callout, Callout.id == CalloutCode.callout_id)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(CalloutCode.name == person.name, or_(Callout.status != "over", over))
        .order_by(Callout.id.desc())
    )
    if to_check:  # two guesses at once must not share one try
        query = query.with_for_update(of=CalloutCode).execution_options(populate_existing=True)
    return [Coded(row[0], row[1], row[2]) for row in await session.execute(query)]


async def check(
    session: AsyncSession, backend: Backend, all_known: Sequence[Coded], given: Sequence[str]
) -> list[Coded]:
    """Those whose code was given. Each wrong one is a miss for all: which one was guessed at nobody knows."""
    open_to = [one for one in all_known if not one.locked] if len(given) <= len(all_known) else []
    right = [one for one in open_to if any(fits(shown(backend, one.row), code) for code in given)]
    if wrong := len(given) - len(right):
        for one in all_known:
            one.row.misses += wrong
    await session.flush()
    return right


async def declined(session: AsyncSession, callout_id: int) -> frozenset[str]:
    """Who has said that it has to be another."""
    query = select(CalloutCode.name).where(CalloutCode.callout_id == callout_id, CalloutCode.declined_at.is_not(None))
    return frozenset(await session.scalars(query))
