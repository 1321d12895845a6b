"""GET /staff/events: what changes for the office, as server-sent events.

One look at the database a second and process, while anyone listens; it finds what any process changed. An event says
only that something changed, and the page asks for it. `waiting` has the number of talks that wait, and `news` a talk
that somebody should look at, for whoever has it, or for all where nobody has.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from sanic import Request
from sqlalchemy.exc import SQLAlchemyError

from backend.agent_handoff import presence
from backend.agent_handoff.changes import Changes, ChangeWatch
from backend.agent_handoff.presence import Viewer
from backend.app import Backend

logger = logging.getLogger("memberline.staff_events")

LOOK_SECONDS = 1.0
PRESENCE_SECONDS = 20.0
HEARTBEAT_SECONDS = 15.0
MAX_STREAM_SECONDS = 15 * 60
"""The browser reconnects by itself; who was signed out is not let in again."""
RETRY = "retry: 2000\n\n"
HEARTBEAT = ": still here\n\n"
TOPICS = ("inbox", "tickets", "calls", "outages")
"""What a page that reconnects is told of: it may have missed something."""


class StaffStream:
    """One open page: who has it open, and the talk that it shows, if any. `pending` is what is to be sent to it."""

    def __init__(self, name: str, talk: str) -> None:
        self.name, self.talk = name, talk
        self.pending: dict[str, str] = {}
        self.news = asyncio.Event()

    def add(self, event: str, data: str = "") -> None:
        self.pending[event] = data  # the same event twice is sent once
        self.news.set()

    def take(self) -> dict[str, str]:
        self.news.clear()
        pending, self.pending = self.pending, {}
        return pending


class OfficeEvents:
    """The open streams of this process."""

    def __init__(self, backend: Backend, is_closing: Callable[[], bool]) -> None:
        self._backend = backend
        self._is_closing = is_closing
        self._streams: set[StaffStream] = set()
        self._waiting: int | None = None
        self._kept: set[Viewer] = set()
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def open_stream(self, name: str, talk: str) -> Iterator[StaffStream]:
        stream = StaffStream(name, talk)
        if self._waiting is not None:
            stream.add("waiting", str(self._waiting))
        self._streams.add(stream)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_while_open())
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    async def _look_while_open(self) -> None:
        """Look each second until the last stream has ended, and who looked is kept as gone."""
        watch, keep_at = ChangeWatch(), 0.0
        while not self._is_closing():
            try:
                if time.monotonic() >= keep_at:
                    await self._keep_presence(all_again=True)
                    keep_at = time.monotonic() + PRESENCE_SECONDS
                else:
                    await self._keep_presence(all_again=False)
                if not self._streams:
                    self._waiting = None
                    return
                async with self._backend.db.read_session() as session:
                    changes = await watch.look(session, self._backend.clock.now())
                self._tell(changes)
            except (SQLAlchemyError, OSError) as failure:
                logger.warning("the office's events are late: %s", type(failure).__name__)
            await asyncio.sleep(LOOK_SECONDS)
        for stream in self._streams:
            stream.news.set()

    async def _keep_presence(self, *, all_again: bool) -> None:
        there = {(stream.talk, stream.name) for stream in self._streams if stream.talk}
        new, gone = (there if all_again else there - self._kept), self._kept - there
        if new or gone:
            async with self._backend.db.transaction() as session:
                await presence.set_looking(session, self._backend, new, gone)
        self._kept = there

    def _tell(self, changes: Changes) -> None:
        if changes.waiting is not None:
            self._waiting = changes.waiting
        for stream in self._streams:
            for topic in sorted(changes.topics):
                stream.add(topic)
            if changes.waiting is not None:
                stream.add("waiting", str(changes.waiting))
            if stream.talk in changes.talks:
                stream.add(f"talk-{stream.talk}")
            if stream.talk in changes.viewed:
                stream.add("presence")
            for one in changes.news:
                if one.owner in (None, stream.name):
                    data = {"talk": one.conversation_id, "who": one.who}
                    stream.add("news", json.dumps(data, separators=(",", ":")))

    async def send(self, request: Request, name: str, is_signed_in: Callable[[], Awaitable[bool]]) -> None:
        """Answer with the stream of the staff member `name`, until the page is closed or they are signed out."""
        talk = str(request.args.get("talk") or "")[:80]
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would hold events back
        response = await request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
        if response is None:
            return
        with self.open_stream(name, talk) as stream:
            await response.send(RETRY)
            if request.headers.get("last-event-id"):
                for topic in (*TOPICS, *([f"talk-{talk}"] if talk else [])):
                    stream.add(topic)
            ends = time.monotonic() + MAX_STREAM_SECONDS
            while not self._is_closing() and time.monotonic() < ends:
                # before each: with an event every few seconds there is no idle pause. What came while asking goes along
                if not await is_signed_in():
                    break
                for event, data in stream.take().items():
                    await response.send(f"id: 1\nevent: {event}\ndata: {data}\n\n")
                try:
                    await asyncio.wait_for(stream.news.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    await response.send(HEARTBEAT)
        await response.eof()
