"""The only source of time. Times are aware UTC; the co-op's local date is `local_date`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The current time, aware UTC."""
        ...


class SystemClock:
    """The machine's clock, shifted by some seconds to play a conversation on a given date."""

    def __init__(self, shift_seconds: int = 0) -> None:
        self._shift = timedelta(seconds=shift_seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift


class ManualClock:
    """A clock that stands still until it is advanced, for tests and for jobs run for a given day."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def advance(self, **span: float) -> None:
        """Advance by timedelta(**span)."""
        self._at += timedelta(**span)


def local_date(clock: Clock, zone: ZoneInfo) -> date:
    return clock.now().astimezone(zone).date()
