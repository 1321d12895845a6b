"""The short code in a call-out text. Who sends it back has had the text: its sender alone could be anybody.

One for each person and ticket, so that nobody has to look one up. Functions flush; the caller commits.
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
DIGITS = 6
"""Few, for cold fingers at night."""
LENGTH_BY_MISSES: Mapping[int, tuple[int, int]] = MappingProxyType({4: (1, 6), 6: (100, 8), 8: (10_000, 12)})
"""Digits of a code → after so many wrong ones it gives way to one with so many, which the next answer and text name:
made-up ones stop nobody who has the phone. Each length leaves a guesser 1 in 10,000 at most, the last 1 in a million
million a try."""
MAX_CODES_PER_TEXT = 3
"""Codes in one text that are looked at, or as many as the person has tickets: more are a list to guess with."""
LATE_REPLY_WINDOW = timedelta(hours=2)
"""So long after a ticket is over its code is still known, for who answers late."""
CLOSED_NOTICE_WINDOW = timedelta(days=14)
"""So long it is told of a code that its ticket is closed."""


@dataclass(frozen=True)
class TicketCode:
    """What one code of a person is for."""

    row: CalloutCode
    callout: Callout
    ticket: Ticket


def format_code(backend: Backend, row: CalloutCode) -> str:
    """The code as it is sent. The same is sent in each round, so it is made anew and not kept."""
    return _derive_code(backend, row, row.drawing, row.digits)


def _derive_code(backend: Backend, row: CalloutCode, drawing: int, digits: int) -> str:
    drawn = backend.settings.keyed_hash(PURPOSE, f"{row.callout_id}:{row.name}:{drawing}")
    return f"{int(drawn, 16) % 10**digits:0{digits}d}"


async def issue(session: AsyncSession, backend: Backend, callout: Callout, person: OnCallPerson) -> CalloutCode:
    """The code of `person` for this ticket: the same for as long as it counts."""
    mine = select(CalloutCode).where(CalloutCode.callout_id == callout.id, CalloutCode.name == person.name)
    row = await session.scalar(mine)
    if row is not None:
        return row
    row = CalloutCode(callout_id=callout.id, name=person.name, drawing=0, digits=DIGITS, misses=0)
    session.add(row)
    await _assign_code(session, backend, person, row)
    return row


async def _assign_code(session: AsyncSession, backend: Backend, person: OnCallPerson, row: CalloutCode) -> None:
    """Two tickets of one person never have the same."""
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
    """What `person` may still mean by a code, the newest first: what is not over, or not longer than `over_for`.
    `to_check`: nobody else counts misses meanwhile."""
    since = backend.clock.now() - over_for
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
    return [TicketCode(row[0], row[1], row[2]) for row in await session.execute(query)]


async def check(
    session: AsyncSession, backend: Backend, person: OnCallPerson, all_known: Sequence[TicketCode], given: Sequence[str]
) -> list[TicketCode]:
    """Those whose code was given. Each wrong one is a miss for all: which one was guessed at nobody knows.

    Misses never keep a right code from counting: a sender can be forged, and who is on call must not be stopped by it.
    They make the codes longer in time.
    """
    open_to = all_known if len(given) <= max(MAX_CODES_PER_TEXT, len(all_known)) else []
    right = [one for one in open_to if any(hashes_match(format_code(backend, one.row), code) for code in given)]
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
    """Whether the code was given that counted before made-up ones gave way to a longer one."""
    row = coded.row
    for digits, (_, longer) in LENGTH_BY_MISSES.items():
        if longer == row.digits and any(
            hashes_match(_derive_code(backend, row, row.drawing - 1, digits), code) for code in given
        ):
            return True
    return False


async def names_declined(session: AsyncSession, callout_id: int) -> frozenset[str]:
    """Who has said that it has to be another."""
    query = select(CalloutCode.name).where(CalloutCode.callout_id == callout_id, CalloutCode.declined_at.is_not(None))
    return frozenset(await session.scalars(query))
