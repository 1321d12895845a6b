"""The messages of one conversation in this process: written down, and answered, in the order in which they came.

Over all processes the rows of the inbox decide (backend/conversations/inbox.py); this order costs no look at them.
"""

from __future__ import annotations

import asyncio

MAX_QUEUES = 20_000


class QueuePlace:
    """A place in a lane. It is drawn at once, without waiting, so that the order is the order of arrival."""

    def __init__(self, before: asyncio.Event | None) -> None:
        self._before = before
        self.done = asyncio.Event()

    @property
    def must_wait(self) -> bool:
        return self._before is not None and not self._before.is_set()

    async def wait_for_turn(self) -> None:
        """Wait for everyone ahead."""
        if self._before is not None:
            await self._before.wait()


class ConversationQueue:
    """The queue of one conversation."""

    def __init__(self) -> None:
        self.recording = asyncio.Lock()
        self.last_text = ""  # said last by the edge itself, so that it is not said twice
        self._last: asyncio.Event | None = None
        self._places = 0

    def take_place(self) -> QueuePlace:
        ticket = QueuePlace(self._last)
        self._last = ticket.done
        self._places += 1
        return ticket

    def leave_place(self, ticket: QueuePlace) -> None:
        ticket.done.set()
        self._places -= 1

    @property
    def is_idle(self) -> bool:
        return self._places == 0


class ConversationQueues:
    """All lanes of this process."""

    def __init__(self) -> None:
        self._lanes: dict[str, ConversationQueue] = {}

    def get_queue(self, conversation: str) -> ConversationQueue:
        lane = self._lanes.pop(conversation, None) or ConversationQueue()
        self._lanes[conversation] = lane  # behind all others: the first ones are those not used for longest
        return lane

    def drop_idle(self) -> None:
        """Forget lanes in which nobody has stood for long, when there are too many."""
        if len(self._lanes) <= MAX_QUEUES:
            return
        idle = [conversation for conversation, lane in self._lanes.items() if lane.is_idle]
        for conversation in idle[: MAX_QUEUES // 2]:
            del self._lanes[conversation]
