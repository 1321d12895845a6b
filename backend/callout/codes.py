"""The code in a callout text, one per person and ticket. Sending it back proves receipt: a sender can be forged.

Functions flush; the caller commits.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout.models import Callout, CalloutCode
from backend.callout.roster import OnCallPerson
from backend.members.codes import hashes_match
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

PURPOSE = "on-call-code"
DIGITS = 6  # few, to be typed at night
LENGTH_BY_MISSES: Mapping[int, tuple[int, int]] = MappingProxyType({4: (1, 6), 6: (100, 8), 8: (10_000, 12)})
"""Digits of a code -> (wrong codes after which a longer one replaces it, its digits). The next text names the new code,
so guessing locks nobody out. A guesser's chance is at most 1 in 10,000 per length, and 1 in 10^12 a try at the last."""
MAX_CODES_PER_TEXT = 3
"""Codes accepted in one text, or as many as the person has tickets: more would be guessing."""
LATE_REPLY_WINDOW = timedelta(hours=2)
"""How long a code still counts after its ticket ended, for late replies."""
CLOSED_NOTICE_WINDOW = timedelta(days=14)  # how long an old code is answered with "closed"


@dataclass(frozen=True)
class TicketCode:
    """A code with the callout and ticket it is for."""

    row: CalloutCode
    callout: Callout
    ticket: Ticket


def format_code(backend: Backend, row: CalloutCode) -> str:
    """The code's digits, derived each time (HMAC) and not stored, since every round sends the same."""
    return _derive_code(backend, row, row.drawing, row.digits)


def _derive_code(backend: Backend, row: CalloutCode, drawing: int, digits: int) -> str:
    drawn = backend.settings.keyed_hash(PURPOSE, f"{row.callout_id}:{row.name}:{drawing}")
    return f"{int(drawn, 16) % 10**digits:0{digits}d}"


async def issue(session: AsyncSession, backend: Backend, callout: Callout, person: OnCallPerson) -> CalloutCode:
    """The code of `person` for this ticket, created if there is none."""
    mine = select(CalloutCode).where(CalloutCode.callout_id == callout.id, CalloutCode.name == person.name)
    row = await session.scalar(mine)
    if row is not None:
        return row
    row = CalloutCode(callout_id=callout.id, name=person.name, drawing=0, digits=DIGITS, misses=0)
    session.add(row)
    await _assign_code(session, backend, person, row)
    return row


async def _assign_code(session: AsyncSession, backend: Backend, person: OnCallPerson, row: CalloutCode) -> None:
    """Redraw until it differs from the person's other codes."""
    others = {format_code(backend, one.row) for one in await find_codes(session, backend, person) if one.row is not row}
    while format_code(backend, row) in others:
        row.drawing += 1
    await session.flush()


async def find_codes(
    session: AsyncSession,
    backend: Backend,
    person: OnCallPerson,
    *,
    to_check: bool = False,
    over_for: timedelta = LATE_REPLY_WINDOW,
) -> list[TicketCode]:
    """The codes of `person` whose callout is open, or over for at most `over_for`; the newest first.

    `to_check` locks the rows, so that two guesses at once do not share one try."""
    since = backend.clock.now() - over_for
    over = and_(Callout.status == "over", Ticket.closed_at >= since)
    query = (
        select(CalloutCode, Callout, Ticket)
        .join(Callout, Callout.id == CalloutCode.callout_id)
        .join(Ticket, Ticket.id == Callout.ticket_id)
        .where(CalloutCode.name == person.name, or_(Callout.status != "over", over))
        .order_by(Callout.id.desc())
    )
    if to_check:
        query = query.with_for_update(of=CalloutCode).execution_options(populate_existing=True)
    return [TicketCode(row[0], row[1], row[2]) for row in await session.execute(query)]


async def check(
    session: AsyncSession, backend: Backend, person: OnCallPerson, all_known: Sequence[TicketCode], given: Sequence[str]
) -> list[TicketCode]:
    """The callouts whose code was given. A wrong code is a miss for all, since it may have been for any of them.

    Misses never block a right code, since a forged sender must not lock out the person on call; they make codes longer.
    """
    accepted = all_known if len(given) <= max(MAX_CODES_PER_TEXT, len(all_known)) else []
    right = [one for one in accepted if any(hashes_match(format_code(backend, one.row), code) for code in given)]
    if wrong := len(given) - len(right):
        for one in all_known:
            one.row.misses += wrong
            most, digits = LENGTH_BY_MISSES.get(one.row.digits, (sys.maxsize, 0))
            if one not in right and one.row.misses >= most:
                one.row.drawing, one.row.digits, one.row.misses = one.row.drawing + 1, digits, 0
                await _assign_code(session, backend, person, one.row)
    await session.flush()
    return right


def is_replaced_code(backend: Backend, coded: TicketCode, given: Sequence[str]) -> bool:
    """Whether the code was given that was valid before a longer one replaced it."""
    row = coded.row
    for digits, (_, longer) in LENGTH_BY_MISSES.items():
        if longer == row.digits and any(
            hashes_match(_derive_code(backend, row, row.drawing - 1, digits), code) for code in given
        ):
            return True
    return False


async def names_declined(session: AsyncSession, callout_id: int) -> frozenset[str]:
    """Names of those who declined."""
    query = select(CalloutCode.name).where(CalloutCode.callout_id == callout_id, CalloutCode.declined_at.is_not(None))
    return frozenset(await session.scalars(query))
