"""Sends the messages of the outbox. Every process does; each message is claimed by one."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import defaultdict
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from backend.app import Backend
from backend.language import use_language
from backend.outbox import service as outbox
from backend.outbox.models import OutboxMessage
from backend.providers.messages.base import TransportError
from bot.web.metrics import Metrics

logger = logging.getLogger("memberline.outbox")

POLL_SECONDS = 1.0
MAX_CONCURRENT = 8
RELEASE_EVERY_POLLS = 30


class OutboxSender:
    """A commit of this process wakes it; it finds the messages of other processes within a second."""

    def __init__(self, backend: Backend, metrics: Metrics) -> None:
        self._backend = backend
        self._metrics = metrics
        self._room = asyncio.Semaphore(MAX_CONCURRENT)

    def wake(self) -> None:
        self._backend.outbox_ready.set()

    async def run(self) -> None:
        """Send until canceled."""
        for polls in itertools.count():
            sent = 0
            try:
                if polls % RELEASE_EVERY_POLLS == 0:
                    await self._release_abandoned()
                sent = await self.send_due()
            except (SQLAlchemyError, OSError) as failure:
                logger.error("the outbox could not be read: %s", type(failure).__name__)
            if not sent:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._backend.outbox_ready.wait(), POLL_SECONDS)

    async def send_due(self) -> int:
        """Send all messages that are due; returns how many were tried."""
        self._backend.outbox_ready.clear()
        async with self._backend.db.read_session() as session:
            due = await outbox.list_due(session, self._backend)
        # the messages to one recipient go out in order, those to others beside them
        by_recipient: dict[str, list[OutboxMessage]] = defaultdict(list)
        for message in due:
            by_recipient[message.recipient].append(message)
        await asyncio.gather(*(self._send_in_order(messages) for messages in by_recipient.values()))
        return len(due)

    async def _send_in_order(self, messages: list[OutboxMessage]) -> None:
        async with self._room:
            for message in messages:
                await self._send(message)

    async def _send(self, message: OutboxMessage) -> None:
        async with self._backend.db.transaction() as session:
            if not await outbox.claim(session, self._backend, message.id):
                return
        # sent outside any transaction: a slow carrier must not hold a database lock
        try:
            sid = await self._send_by_kind(message)
        except TransportError as failure:
            async with self._backend.db.transaction() as session:
                status = await outbox.mark_not_sent(
                    session, self._backend, message, failure.code, permanent=failure.permanent
                )
            self._metrics.outbox.labels(message.kind, status).inc()
            logger.warning("message %d: %s, code %s", message.id, status, failure.code)
            return
        async with self._backend.db.transaction() as session:
            await outbox.mark_sent(session, self._backend, message.id, sid)
        self._metrics.outbox.labels(message.kind, "sent").inc()

    async def _send_by_kind(self, message: OutboxMessage) -> str:
        provider = self._backend.messages
        if message.kind == "email":
            return await provider.send_email(message.recipient, message.subject, message.body, key=message.dedupe_key)
        if message.kind == "call":
            with use_language(message.language):
                return await provider.send_call(message.recipient, message.body, key=message.dedupe_key)
        return await provider.send_sms(message.recipient, message.body, message.media_url, key=message.dedupe_key)

    async def _release_abandoned(self) -> None:
        """Free what a process claimed and did not send before it died. Mostly there is none, and nothing is written."""
        async with self._backend.db.read_session() as session:
            abandoned = await outbox.has_abandoned(session, self._backend)
        if abandoned:
            async with self._backend.db.transaction() as session:
                await outbox.release_abandoned(session, self._backend)
