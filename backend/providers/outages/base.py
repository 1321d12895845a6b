"""The outage provider interface: where the power is out, why, and when it is expected back.

A co-op's outage management system implements it. A member waits for the answer, and a database connection is held, so
it must read local data that a job keeps fresh, never call over the network. A provider may have two methods more:
`async keep_fresh()`, which runs beside the app until it stops, and `async close()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class OutageInfo:
    """A known outage. `area` is in the office's words; `cause` is empty while unknown.

    `estimate` is when power is expected back (aware), if known; `updated` when this was last changed. `since` is when
    it was opened, and `outage_id` its row in our own list, where it has one.
    """

    area: str
    cause: str
    estimate: datetime | None
    updated: datetime
    since: datetime | None = None
    outage_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderOutage:
    """An outage that another system has open, under its own `key`. `names` are where it is, in its words."""

    key: str
    names: tuple[str, ...]
    cause: str
    estimate: datetime | None


@runtime_checkable
class OutageProvider(Protocol):
    async def find_outage(self, session: AsyncSession, place: str | None, account_id: int | None) -> OutageInfo | None:
        """The outage at a place (in the member's words) or account; None when none is known. Read-only."""
        ...


@runtime_checkable
class TakesReports(Protocol):
    """A provider that takes members' reports, where the co-op has turned that on (`takes_reports`)."""

    takes_reports: bool

    async def report_outage(self, *, key: str, account_number: str, phone: str, at: datetime) -> None:
        """Tell the system of a member's call; not inside a transaction. `key` names the call once and for all.

        Raises BillingSystemError: SystemRejected where the report was refused, another where it is to be sent again.
        """
        ...


@runtime_checkable
class ListsOutages(Protocol):
    """A provider whose outages are opened and ended in our own list."""

    name: str

    async def list_outages(self) -> list[ProviderOutage] | None:
        """All that are open now; None while that is not known. Not inside a transaction."""
        ...
