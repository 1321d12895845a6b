"""Wakes the listeners of a web conversation when something was added to its stream.

The events are in the database; a wake-up only says that there are new ones. Polling finds those of other processes
within a second, Redis announces them at once. A Redis that is down or frozen costs that second and nothing more.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import presence
from backend.agent_handoff.service import agent_display_name
from backend.app import Backend
from backend.conversations import service as conversations
from backend.language import ENGLISH
from bot.dialogue.messages import Message
from bot.dialogue.page_messages import message_to_page

logger = logging.getLogger("memberline.pushes")

REDIS_CHANNEL = "memberline:push"
POLL_SECONDS = 1.0
REDIS_TIMEOUT_SECONDS = 0.1
"""The limit of each call to Redis."""
HEALTH_CHECK_SECONDS = 5
REDIS_RETRY_SECONDS = 10.0
"""The pause after a failure, before Redis is tried again."""


class StreamListener:
    """One open stream. `signs` are the data of typing signs, which are not stored."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.signs: list[dict[str, Any]] = []


class PushNotifier:
    """The open streams of this process, by conversation."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._listeners: dict[str, set[StreamListener]] = {}
        self._redis: Redis | None = None
        if backend.settings.redis_url:
            self._redis = Redis.from_url(
                backend.settings.redis_url,
                socket_timeout=REDIS_TIMEOUT_SECONDS,
                socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
                health_check_interval=HEALTH_CHECK_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        self._no_redis_until = 0.0  # of the monotonic clock
        self._sending: set[asyncio.Task[Any]] = set()
        self.closing = False

    @contextmanager
    def open_listener(self, conversation: str) -> Iterator[StreamListener]:
        listener = StreamListener()
        self._listeners.setdefault(conversation, set()).add(listener)
        try:
            yield listener
        finally:
            others = self._listeners.get(conversation, set())
            others.discard(listener)
            if not others:
                self._listeners.pop(conversation, None)

    async def push(
        self,
        session: AsyncSession,
        conversation: str,
        messages: tuple[Message, ...],
        reply_to: str | None = None,
        language: str = ENGLISH,
    ) -> int:
        """Add messages to a conversation's stream; call `notify` when the transaction is committed."""
        data = {
            "reply_to": reply_to,
            "messages": [message_to_page(message, self._backend, language) for message in messages],
        }
        return await conversations.push(session, self._backend, conversation, data)

    def notify(self, conversation: str) -> None:
        """Wake the listeners of a conversation in all processes; call it after the commit."""
        self._wake(conversation)
        if self._redis is not None and time.monotonic() >= self._no_redis_until:
            task = asyncio.create_task(self._publish(self._redis, conversation))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def show_typing(self, conversation: str) -> None:
        """Show the listeners in this process that the assistant is at work. It is not stored."""
        self._sign(conversation, {})

    def _sign(self, conversation: str, data: dict[str, Any]) -> None:
        for listener in self._listeners.get(conversation, ()):
            listener.signs.append(data)
            listener.news.set()

    async def _show_writers(self, session: AsyncSession, shown: dict[str, str]) -> dict[str, str]:
        """Show who of the office has begun to write to a member since, and who has stopped; in any process. `shown` and
        what is returned are the names that members see, by conversation."""
        writers = await presence.list_writers(session, self._backend.clock.now())
        writing = {talk: agent_display_name(name) for talk, name in writers}
        for conversation, name in writing.items():
            if shown.get(conversation) != name:
                self._sign(conversation, {"from": {"kind": "person", "name": name}})
        for conversation in shown.keys() - writing.keys():
            self._sign(conversation, {"stopped": True})
        return writing

    async def run(self) -> None:
        """Until canceled: listen for what other processes add."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_running(self._poll, POLL_SECONDS))
            if self._redis is not None:
                subscribe = partial(self._subscribe, self._redis)
                group.create_task(self._keep_running(subscribe, REDIS_RETRY_SECONDS))

    async def _keep_running(self, listen: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            try:
                await listen()
            except (RedisError, SQLAlchemyError, OSError) as failure:
                if self.closing:
                    return  # the client may raise this in place of a cancellation
                logger.warning("the push listener starts over: %s", type(failure).__name__)
            await asyncio.sleep(pause)

    def end_streams(self) -> None:
        """So that the server can stop."""
        self.closing = True
        for conversation in list(self._listeners):
            self._wake(conversation)

    async def close(self) -> None:
        """End every stream, and leave Redis; `run` must have ended: a connection that is closed under a reader takes
        the reader's cancellation with it."""
        self.end_streams()
        if self._redis is not None:
            with suppress(RedisError, OSError):  # one that went away needs no goodbye
                await self._redis.aclose()

    def _wake(self, conversation: str) -> None:
        for listener in self._listeners.get(conversation, ()):
            listener.news.set()

    async def _publish(self, redis: Redis, conversation: str) -> None:
        try:
            await redis.publish(REDIS_CHANNEL, conversation)
        except (RedisError, OSError) as failure:
            self._no_redis_until = time.monotonic() + REDIS_RETRY_SECONDS
            logger.warning("a push stayed in this process: %s", type(failure).__name__)

    async def _subscribe(self, redis: Redis) -> None:
        async with redis.pubsub() as channel:
            await channel.subscribe(REDIS_CHANNEL)
            while True:
                # with a timeout: each call sends a health check on an idle connection, which notices a broken one
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=POLL_SECONDS)
                if message is not None:
                    self._wake(message["data"].decode())

    async def _poll(self) -> None:
        """Wake the listeners of conversations to which any process has added events."""
        async with self._backend.db.read_session() as session:
            newest = await conversations.newest_event(session)
        for conversation in list(self._listeners):
            self._wake(conversation)  # events added before this first poll, or since a failed one
        writing: dict[str, str] = {}
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not self._listeners:
                continue
            async with self._backend.db.read_session() as session:
                added = await conversations.conversations_with_events(session, newest)
                writing = await self._show_writers(session, writing)
            for event_id, conversation in added:
                newest = max(newest, event_id)
                self._wake(conversation)
