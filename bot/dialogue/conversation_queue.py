"""Keeps the messages of a conversation in order of arrival within this process, both to store and to answer them.

Between processes the rows of the inbox decide (backend/conversations/inbox.py); this order saves queries on them.
"""

from __future__ import annotations

import asyncio

from backend.language import tr

MAX_QUEUES = 20_000


class QueuePlace:
    """A place in a queue. It is taken without waiting, so that the order is the order of arrival."""

    def __init__(self, before: asyncio.Event | None) -> None:
        self._before = before
        self.done = asyncio.Event()

    @property
    def must_wait(self) -> bool:
        return self._before is not None and not self._before.is_set()

    async def wait_for_turn(self) -> None:
        if self._before is not None:
            await self._before.wait()


class ConversationQueue:
    def __init__(self) -> None:
        self.recording = asyncio.Lock()
        self.last_text = ""  # the last wording of our own, so that it is not said twice in a row
        self._last: asyncio.Event | None = None
        self._places = 0

    def pick_variant(self, variants: tuple[str, ...], **values: str) -> str:
        """Choose a wording that was not the last one said in this conversation."""
        texts = [tr(variant, **values) for variant in variants]
        self.last_text = next((text for text in texts if text != self.last_text), texts[0])
        return self.last_text

    def take_place(self) -> QueuePlace:
        place = QueuePlace(self._last)
        self._last = place.done
        self._places += 1
        return place

    def leave_place(self, place: QueuePlace) -> None:
        place.done.set()
        self._places -= 1

    @property
    def is_idle(self) -> bool:
        return self._places == 0


class ConversationQueues:
    def __init__(self) -> None:
        self._queues: dict[str, ConversationQueue] = {}

    def get_queue(self, conversation: str) -> ConversationQueue:
        queue = self._queues.pop(conversation, None) or ConversationQueue()
        self._queues[conversation] = queue  # moved to the end: the first ones are the least recently used
        return queue

    def drop_idle(self) -> None:
        """Drop the least recently used idle queues when there are more than MAX_QUEUES."""
        if len(self._queues) <= MAX_QUEUES:
            return
        idle = [conversation for conversation, queue in self._queues.items() if queue.is_idle]
        for conversation in idle[: MAX_QUEUES // 2]:
            del self._queues[conversation]
