"""The messages of one conversation in this process: written down, and answered, in the order in which they came.

Over all processes the rows of the inbox decide (backend/conversations/inbox.py); this order costs no look at them.
"""

from __future__ import annotations

import asyncio

MOST_LANES = 20_000


class Ticket:
    """A place in a lane. It is drawn at once, without waiting, so that the order is the order of arrival."""

    def __init__(self, before: asyncio.Event | None) -> None:
        self._before = before
        self.done = asyncio.Event()

    @property
    def must_wait(self) -> bool:
        return self._before is not None and not self._before.is_set()

    async def came(self) -> None:
        """Wait for everyone ahead."""
        if self._before is not None:
            await self._before.wait()


class Lane:
    """The queue of one conversation."""

    def __init__(self) -> None:
        self.recording = asyncio.Lock()
        self.last_text = ""  # said last by the edge itself, so that it is not said twice
        self._last: asyncio.Event | None = None
        self._places = 0

    def draw(self) -> Ticket:
        ticket = Ticket(self._last)
        self._last = ticket.done
        self._places += 1
        return ticket

    def leave(self, ticket: Ticket) -> None:
        ticket.done.set()
        self._places -= 1

    @property
    def idle(self) -> bool:
        return self._places == 0


class Lanes:
    """All lanes of this process."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}

    def of(self, conversation: str) -> Lane:
        lane = self._lanes.pop(conversation, None) or Lane()
        self._lanes[conversation] = lane  # behind all others: the first ones are those not used for longest
        return lane

    def sweep(self) -> None:
        """Forget lanes in which nobody has stood for long, when there are too many."""
        if len(self._lanes) <= MOST_LANES:
            return
        idle = [conversation for conversation, lane in self._lanes.items() if lane.idle]
        for conversation in idle[: MOST_LANES // 2]:
            del self._lanes[conversation]
