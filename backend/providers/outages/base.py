"""What an outage provider does: it knows where the power is out, why, and when it is expected back.

A co-op's outage management system is one more class with this method. It is asked while a member waits, so it must
answer from something near: a table of its own that a job keeps fresh, never a slow call over the network while the
database connection of the talk is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class OutageInfo:
    """One outage that is known. `area` says where in the office's words; `cause` is empty while nobody knows it.

    `estimate` is when power is expected back (aware), None while there is none; `updated` when this was last written.
    """

    area: str
    cause: str
    estimate: datetime | None
    updated: datetime


@runtime_checkable
class OutageProvider(Protocol):
    async def find_outage(self, session: AsyncSession, place: str | None, account_id: int | None) -> OutageInfo | None:
        """The outage at a place, in a member's own words, or at an account; None when nothing is known there.

        Gets the session of the transaction that it is part of, and only reads.
        """
        ...
