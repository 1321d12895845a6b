"""Answers messages that were left unanswered: stored while the engine was down, or left by a process that died.

Every process does so. Rows in the database say which messages are free and who takes one
(backend/conversations/inbox.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from datetime import timedelta

from backend.conversations import inbox
from backend.conversations import service as conversations
from backend.conversations.models import Conversation, InboundMessage
from backend.language import use_language
from backend.logs import enter_conversation
from bot.dialogue import giving_up
from bot.dialogue.conversation_queue import ConversationQueue
from bot.dialogue.engine_client import EngineError, EngineFailed
from bot.dialogue.leases import RENEW_SECONDS
from bot.dialogue.message_turn import MessageTurn, parse_saved_reply, resolve_answer
from bot.dialogue.messages import Inbound, Reply
from bot.dialogue.turn import TurnProcessor

logger = logging.getLogger("memberline.waiting")

MAX_AGE = timedelta(minutes=10)
"""An older message is not acted on any more; its sender is told so."""
MAX_AGE_ON_CALL = timedelta(minutes=2)
"""Shorter: the caller has hung up by then, and no longer expects anything to happen."""
MAX_ATTEMPTS = 3
POLL_SECONDS = 1.0
LEASE_GRACE_SECONDS = 2 * RENEW_SECONDS
"""An expired lease counts only after this long. After an outage of the database all leases are expired at once, and the
living processes need a moment to renew theirs."""
MAX_CONCURRENT = 8


class UnansweredWorker:
    def __init__(self, turns: TurnProcessor) -> None:
        self._turns = turns
        self._backend = turns.backend
        self._first_seen: dict[int, tuple[inbox.FreeMessage, float]] = {}  # free messages by id, and since when
        self._busy: set[str] = set()  # conversations that are being answered now
        self._room = asyncio.Semaphore(MAX_CONCURRENT)

    async def run(self) -> None:
        """Until canceled: poll each second, and at once when a message of this process has to wait."""
        while True:
            self._turns.has_released.clear()
            await self.poll()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._turns.has_released.wait(), POLL_SECONDS)

    async def poll(self) -> None:
        """Start answering the free messages."""
        async with self._backend.db.read_session() as session:
            free = await inbox.list_free_messages(session)
        ready = [message for message in self._certainly_free(free) if message.conversation not in self._busy]
        if not ready:
            return
        healthy = await self._turns.engine.is_healthy()
        for message in ready:
            self._busy.add(message.conversation)
            self._turns.spawn(self._answer_conversation(message, healthy))

    def _certainly_free(self, free: list[inbox.FreeMessage]) -> list[inbox.FreeMessage]:
        """Those without an owner, and those whose owner has let its lease expire for LEASE_GRACE_SECONDS."""
        now = time.monotonic()
        known, self._first_seen = self._first_seen, {}
        for message in free:
            before = known.get(message.id)
            self._first_seen[message.id] = before if before and before[0] == message else (message, now)
        return [
            message
            for message, since in self._first_seen.values()
            if message.id not in self._turns.leases and (message.owner is None or now - since >= LEASE_GRACE_SECONDS)
        ]

    async def _answer_conversation(self, found: inbox.FreeMessage, healthy: bool) -> None:
        """Answer this message and the free ones after it in its conversation."""
        enter_conversation(self._backend.settings, found.conversation)  # in this task of its own
        queue = self._turns.queues.get_queue(found.conversation)
        place = queue.take_place()
        try:
            async with self._room:
                await place.wait_for_turn()
                free: inbox.FreeMessage | None = found
                while free is not None and await self._process_message(free, queue, healthy):
                    async with self._backend.db.read_session() as session:
                        waiting = await inbox.list_free_messages(session, found.conversation)
                    # the next one of the same dead owner, or of none
                    free = next((message for message in waiting if message.owner in (None, found.owner)), None)
        except Exception as failure:  # the database, for example: this message is tried again, the others go on
            logger.error("a waiting message was not answered: %s", type(failure).__name__)
        finally:
            self._busy.discard(found.conversation)
            queue.leave_place(place)
            self._turns.queues.drop_idle()

    async def _process_message(self, free: inbox.FreeMessage, queue: ConversationQueue, healthy: bool) -> bool:
        """Returns whether it is settled; not when the engine is down or another process has taken it."""
        if not healthy:
            async with self._backend.db.read_session() as session:
                row = await session.get(InboundMessage, free.id)
            if row is None or not self._is_expired(row):
                return False  # only giving up on an expired message needs no engine
        async with self._backend.db.transaction() as session:
            taken = await inbox.take_message(session, free, self._turns.leases.owner)
        if taken is None:
            return False
        message, conversation = taken
        turn = _build_turn(message, conversation)
        self._turns.claim(turn)
        try:
            if self._is_expired(message):
                if not await self._pass_to_person(turn, queue):
                    await self._give_up(turn, queue)
                return True
            return await self._answer_one(turn, queue)
        finally:
            self._turns.end_turn(turn)

    def _is_expired(self, message: InboundMessage) -> bool:
        """Whether it is too old, or was tried too often, to be acted on."""
        max_age = MAX_AGE_ON_CALL if message.channel == "voice" else MAX_AGE
        return message.received_at < self._backend.clock.now() - max_age or message.attempts >= MAX_ATTEMPTS

    async def _answer_one(self, turn: MessageTurn, queue: ConversationQueue) -> bool:
        """Returns whether it is settled; not when the engine is down again."""
        await self._turns.engine_redactor.redact_conversation(turn.inbound.conversation)
        async with self._backend.db.read_session() as session:
            open_now = await conversations.open_now(session, turn.inbound.conversation)
        turn.detect_language(open_now)
        try:
            with use_language(turn.language):
                await self._turns.answer(turn, queue, open_now)
        except EngineError as failure:
            # an engine that is up and fails counts as an attempt: such a message must not block those after it for ever
            healthy = isinstance(failure, EngineFailed) or await self._turns.engine.is_healthy()
            if not healthy or turn.attempts + 1 < MAX_ATTEMPTS:
                await self._turns.release_for_retry(turn, failed=healthy)
                return False
            await self._give_up(turn, queue)
        return True

    async def _pass_to_person(self, turn: MessageTurn, queue: ConversationQueue) -> bool:
        """A person reads it however old it is. False when the assistant answers the conversation."""
        async with self._backend.db.read_session() as session:
            open_now = await conversations.open_now(session, turn.inbound.conversation)
        turn.detect_language(open_now)
        with use_language(turn.language):
            return await self._turns.pass_to_person(turn, queue, open_now) is not None

    async def _give_up(self, turn: MessageTurn, queue: ConversationQueue) -> None:
        turn.is_late = True
        reply = await giving_up.give_up_on(self._turns, turn)
        queue.last_text = reply.messages[-1].text if reply.messages else ""
        resolve_answer(turn, reply)


def _build_turn(message: InboundMessage, conversation: Conversation) -> MessageTurn:
    answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    if message.channel != "voice":  # on a call the caller asks for the answer again, and waits for it
        answer.set_result(parse_saved_reply(message.reply))
    inbound = Inbound(
        channel=message.channel,
        conversation=conversation.id,
        provider_id=message.provider_id,
        text=message.text,
        payload=message.payload,
        address=conversation.address,
        attested=conversation.attested,
        source=conversation.source,
    )
    turn = MessageTurn(
        inbound, answer, record_id=message.id, is_late=True, language=conversation.language, attempts=message.attempts
    )
    turn.deadline.begin_commit()
    turn.deadline.recorded.set()  # its row has been in the database since it came
    return turn
