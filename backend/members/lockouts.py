"""Locks that grow: how many misses are let through, and how long each lock then holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

YEAR = timedelta(days=365)
"""So long a miss counts."""


@dataclass(frozen=True)
class LockoutSchedule:
    """The first lock comes with miss number `first`, each further one `step` misses later. Each lasts as long as its
    place in `pauses`; the last pause comes again and again."""

    first_after: int
    then_every: int
    durations: tuple[timedelta, ...]

    def locked_until(self, misses: Sequence[datetime]) -> datetime | None:
        """When the newest lock ends or ended; None before the first. `misses` are those of the last YEAR, the oldest
        first."""
        if len(misses) < self.first_after:
            return None
        lock = (len(misses) - self.first_after) // self.then_every
        at = misses[self.first_after + lock * self.then_every - 1]
        return at + self.durations[min(lock, len(self.durations) - 1)]


_MINUTES, _HOUR, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)

AT_ONE_MEMBER = LockoutSchedule(5, 3, (_MINUTES, _HOUR, _DAY, _WEEK, _MONTH, YEAR))
"""20 misses in any year and no more, by one sender or by all strangers together: with the last lock all 20 are held
until the oldest of them is a year old."""
FROM_ONE_SENDER = LockoutSchedule(10, 5, (_MINUTES, _HOUR, _DAY, _WEEK, _MONTH))
"""At all members together. A household, a library or a whole network may be one sender, so that it never holds for
good."""
CODES_FROM_ALL = LockoutSchedule(25, 25, (_MINUTES, _HOUR, _DAY))
"""One-time codes at one member. Whoever may try one knows the number and the last four already, and has had a text sent
to the member: a year's lock would only shut out the member."""
CREATION_FROM_ALL = LockoutSchedule(10, 4, (_MINUTES, _HOUR, _DAY, _WEEK, _MONTH, YEAR))
"""Making a login asks for more digits than anybody guesses, and has no code to ask for instead: one sender alone must
not close it to the others. 30 misses in any year."""
OVERALL_LIMITS = ((_MINUTES, 20), (_DAY, 40), (_MONTH, 100))
"""(window, misses by strangers in it): from so many on everybody who is a stranger is asked for a code."""
