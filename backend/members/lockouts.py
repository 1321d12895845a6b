"""Lockout schedules: after how many misses a lock begins, and how long it holds; locks grow longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

YEAR = timedelta(days=365)  # how long a miss counts


@dataclass(frozen=True)
class LockoutSchedule:
    """The first lock begins with miss number `first_after`, each further one `then_every` misses later. The nth lasts
    `durations[n]`; the last duration repeats."""

    first_after: int
    then_every: int
    durations: tuple[timedelta, ...]

    def locked_until(self, misses: Sequence[datetime]) -> datetime | None:
        """When the newest lock ends or ended; None before the first. `misses` are those of the last YEAR, oldest
        first."""
        if len(misses) < self.first_after:
            return None
        lock = (len(misses) - self.first_after) // self.then_every
        at = misses[self.first_after + lock * self.then_every - 1]
        return at + self.durations[min(lock, len(self.durations) - 1)]


_MINUTES, _HOUR, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)

AT_ONE_MEMBER = LockoutSchedule(5, 3, (_MINUTES, _HOUR, _DAY, _WEEK, _MONTH, YEAR))
"""At most 20 misses within any year, by one sender or all strangers together: the last lock holds until the oldest miss
is a year old."""
FROM_ONE_SENDER = LockoutSchedule(10, 5, (_MINUTES, _HOUR, _DAY, _WEEK, _MONTH))
"""At all members together. A household, a library or a whole network may be one sender, so no lock is permanent."""
CODES_FROM_ALL = LockoutSchedule(25, 25, (_MINUTES, _HOUR, _DAY))
"""One-time codes of one member. Whoever tries one already knows number and last four and has had a text sent to the
member: a year's lock would only lock out the member."""
CREATION_FROM_ALL = LockoutSchedule(10, 4, (_MINUTES, _HOUR, _DAY, _WEEK, _MONTH, YEAR))
"""Login creation. One sender must not lock it for others, since no code can be required instead, and its digits are
harder to guess. 30 misses within any year."""
NETWORK_LIMITS = ((_MINUTES, 20), (_DAY, 40), (_MONTH, 100))
"""(window, misses of all strangers of one network in it) from which on the strangers of that network need a code."""
OVERALL_LIMITS = ((_MINUTES, 100), (_DAY, 200), (_MONTH, 300))
"""The same for all networks together: from there on every stranger needs a code. The last resort against a crowd in
many networks, since it asks honest people too."""
