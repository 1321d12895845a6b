"""Counts what comes from one address, in this process: a brake on floods, not a guard of anything secret."""

from __future__ import annotations

import time
from collections import deque

MOST_ADDRESSES = 10_000


class RateLimit:
    """At most `most` in `seconds` for each key."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._seen: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Count one. False when it is one too many."""
        now = time.monotonic()
        times = self._seen.get(key)
        if times is None:
            self._make_room(now)
            times = self._seen[key] = deque()
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True

    def give_back(self, key: str) -> None:
        """Take back the last one counted, which turned out to be no guess."""
        if times := self._seen.get(key):
            times.pop()

    def _make_room(self, now: float) -> None:
        if len(self._seen) < MOST_ADDRESSES:
            return
        limit = now - self._seconds
        self._seen = {key: times for key, times in self._seen.items() if times and times[-1] > limit}
        if len(self._seen) >= MOST_ADDRESSES:
            self._seen.clear()
