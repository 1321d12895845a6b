"""Sends the messages of the outbox. Every process does; each message is claimed by one.

Each lane (`backend/outbox/priorities.py`) has its own room: a code does not wait for the alerts that are on their way.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from backend.agent_handoff.undelivered import take_back_answers
from backend.app import Backend
from backend.language import use_language
from backend.outbox import claims
from backend.outbox import service as outbox
from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import LANES, Lane
from backend.providers.messages.base import TransportError
from bot.web.metrics import Metrics

logger = logging.getLogger("memberline.outbox")

POLL_SECONDS = 0.5
RELEASE_EVERY_POLLS = 60
COUNT_EVERY_POLLS = 30
MIN_PAUSE_SECONDS = 0.1  # when a sender's rate is used up: a few messages a claim cost less than one each
GATHER_SECONDS = 0.02
"""Answers of the carrier that come this close together are noted in one transaction."""


class OutboxSender:
    """A commit of this process wakes it; it finds the messages of other processes within half a second."""

    def __init__(self, backend: Backend, metrics: Metrics) -> None:
        self._backend = backend
        self._metrics = metrics
        self._lanes = {lane: _LaneSender(lane, backend, metrics) for lane in LANES}

    def wake(self) -> None:
        self._backend.outbox_ready.set()

    async def run(self) -> None:
        """Send until canceled."""
        async with asyncio.TaskGroup() as group:
            for sender in self._lanes.values():
                group.create_task(sender.run())
            for polls in itertools.count():
                try:
                    await self._look(polls)
                except (SQLAlchemyError, OSError) as failure:
                    logger.error("the outbox could not be read: %s", type(failure).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._backend.outbox_ready.wait(), POLL_SECONDS)

    async def send_due(self) -> int:
        """Send all messages that are due; returns how many were tried."""
        return sum(await asyncio.gather(*(sender.send_due() for sender in self._lanes.values())))

    async def _look(self, polls: int) -> None:
        """Wake the lanes in which something is due."""
        self._backend.outbox_ready.clear()
        if polls % RELEASE_EVERY_POLLS == 0:
            await self._release_abandoned()
        async with self._backend.db.read_session() as session:
            waiting = await claims.find_waiting(session, self._backend)
            if polls % COUNT_EVERY_POLLS == 0:
                self._metrics.show_outbox(await claims.count_waiting(session, self._backend))
        for lane in waiting:
            self._lanes[lane].changed.set()

    async def _release_abandoned(self) -> None:
        """Free what a process claimed and did not send before it died. Mostly there is none, and nothing is written."""
        async with self._backend.db.read_session() as session:
            abandoned = await claims.has_abandoned(session, self._backend)
        if abandoned:
            async with self._backend.db.transaction() as session:
                await claims.release_abandoned(session, self._backend)


class _LaneSender:
    """Sends the messages of one lane: claims some, sends them side by side, notes the answers with the next claim."""

    def __init__(self, lane: Lane, backend: Backend, metrics: Metrics) -> None:
        self.changed = asyncio.Event()
        """Something of the lane is due, or the carrier has answered."""
        self._lane = lane
        self._backend = backend
        self._metrics = metrics

    async def run(self) -> None:
        """Send until canceled."""
        while True:
            await self.changed.wait()
            try:
                await self.send_due()
            except (SQLAlchemyError, OSError) as failure:
                # what was claimed is queued again after a while; the next look wakes this lane
                logger.error("the outbox could not be read or written: %s", type(failure).__name__)
                self.changed.clear()

    async def send_due(self) -> int:
        """Send all that is due; returns how many were tried."""
        sending: set[asyncio.Task[None]] = set()
        answers: list[tuple[OutboxMessage, str | TransportError]] = []
        tried = 0
        try:
            while True:
                self.changed.clear()
                try:
                    claim = await self._claim(answers, self._lane.room - len(sending))
                except (SQLAlchemyError, OSError) as failure:
                    if not sending and not answers:
                        raise
                    # what is on its way must not be broken off, and its answers must be noted
                    logger.error("the outbox could not be written: %s", type(failure).__name__)
                    await asyncio.sleep(POLL_SECONDS)
                    continue
                tried += len(claim.messages)
                for messages in _group_by_recipient(claim.messages):
                    task = asyncio.create_task(self._send_in_order(messages, answers))
                    task.add_done_callback(self._forget(sending))
                    sending.add(task)
                if sending:
                    await self._wait_for_room(sending)
                elif claim.pause:
                    await asyncio.sleep(max(claim.pause, MIN_PAUSE_SECONDS))
                elif not claim.expired and not answers:
                    return tried
        finally:
            for task in sending:
                task.cancel()

    def _forget(self, sending: set[asyncio.Task[None]]) -> Callable[[asyncio.Task[None]], None]:
        def done(task: asyncio.Task[None]) -> None:
            sending.discard(task)
            self.changed.set()

        return done

    async def _wait_for_room(self, sending: set[asyncio.Task[None]]) -> None:
        """Wait until there may be something to do, and half of the room is free for it."""
        while True:
            await self.changed.wait()
            await asyncio.sleep(GATHER_SECONDS)
            if len(sending) <= self._lane.room // 2:
                return
            self.changed.clear()

    async def _claim(self, answers: list[tuple[OutboxMessage, str | TransportError]], room: int) -> claims.Claim:
        """Note what the carrier answered, and claim the next messages."""
        noted = list(answers)
        outcomes: Counter[tuple[str, str]] = Counter()
        given_up: set[str] = set()
        sids = {message.id: answer for message, answer in noted if isinstance(answer, str)}
        async with self._backend.db.transaction() as session:
            if sids:
                await outbox.mark_sent(session, self._backend, sids)
            for message, answer in noted:
                status = "sent"
                if isinstance(answer, TransportError):
                    status = await outbox.mark_not_sent(
                        session, self._backend, message, answer.code, permanent=answer.permanent
                    )
                    if message.kind == "sms" and status != "queued":
                        given_up.add(message.recipient)
                    logger.warning("message %d: %s, code %s", message.id, status, answer.code)
                outcomes[message.kind, status] += 1
            claim = await claims.claim_due(session, self._backend, self._lane, room)
            given_up |= {message.recipient for message in claim.expired if message.kind == "sms"}
            if given_up:
                await take_back_answers(session, self._backend, given_up)
        del answers[: len(noted)]
        outcomes[self._lane.kind, "expired"] += len(claim.expired)
        for labels, count in outcomes.items():
            self._metrics.outbox.labels(*labels).inc(count)
        return claim

    async def _send_in_order(
        self, messages: list[OutboxMessage], answers: list[tuple[OutboxMessage, str | TransportError]]
    ) -> None:
        for message in messages:
            # sent outside any transaction: a slow carrier must not hold a database lock
            try:
                answers.append((message, await self._send(message)))
            except TransportError as failure:
                answers.append((message, failure))

    async def _send(self, message: OutboxMessage) -> str:
        provider = self._backend.messages
        if message.kind == "email":
            return await provider.send_email(message.recipient, message.subject, message.body, key=message.dedupe_key)
        if message.kind == "call":
            with use_language(message.language):
                return await provider.send_call(message.recipient, message.body, key=message.dedupe_key)
        return await provider.send_sms(message.recipient, message.body, message.media_url, key=message.dedupe_key)


def _group_by_recipient(messages: Iterable[OutboxMessage]) -> list[list[OutboxMessage]]:
    """The messages to one recipient, which go out in order; those to others go beside them."""
    found: dict[str, list[OutboxMessage]] = defaultdict(list)
    for message in messages:
        found[message.recipient].append(message)
    return list(found.values())
