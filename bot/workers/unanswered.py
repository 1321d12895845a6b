"""Takes up messages that nobody answers: kept while the engine was away, or left by a process that died.

Every process does so. Which are free, and who gets one, is decided by their rows (backend/conversations/inbox.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from backend.conversations import inbox
from backend.conversations import service as conversations
from backend.conversations.models import Conversation, InboundMessage
from backend.language import use_language
from bot.dialogue import giving_up
from bot.dialogue.conversation_queue import ConversationQueue
from bot.dialogue.engine_client import EngineError, EngineFailed, EngineUnavailable
from bot.dialogue.leases import RENEW_SECONDS
from bot.dialogue.message_turn import MessageTurn, parse_stored_reply, resolve_answer
from bot.dialogue.messages import Inbound, Reply
from bot.dialogue.reply_json import buttons_to_json
from bot.dialogue.turn import TurnProcessor

logger = logging.getLogger("memberline.waiting")

MAX_AGE = timedelta(minutes=10)
"""An older message is not acted on any more: its sender is told what came of it."""
MAX_AGE_ON_CALL = timedelta(minutes=2)
"""Whoever called has hung up by then, and reckons with nothing any more."""
MAX_ATTEMPTS = 3
POLL_SECONDS = 1.0
LEASE_GRACE_SECONDS = 2 * RENEW_SECONDS
"""A lease that has run out is believed only after this long. When the database was away all leases run out at once, and
those who live need a moment to say so."""
MAX_CONCURRENT = 8


class UnansweredWorker:
    """The background task that answers them."""

    def __init__(self, turns: TurnProcessor) -> None:
        self._turns = turns
        self._backend = turns.backend
        self._run_out: dict[int, tuple[inbox.FreeMessage, float]] = {}  # leases found run out, and when first
        self._busy: set[str] = set()  # conversations that are being worked on
        self._room = asyncio.Semaphore(MAX_CONCURRENT)

    async def run(self) -> None:
        """Until cancelled: look whenever a message of this process begins to wait, and each second."""
        while True:
            self._turns.stalled.clear()
            await self.poll()
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._turns.stalled.wait()
            except TimeoutError:
                continue

    async def poll(self) -> None:
        """Begin to answer what is free."""
        async with self._backend.db.read_session() as session:
            free = await inbox.list_free_messages(session)
        sure = [one for one in self._certainly_free(free) if one.conversation not in self._busy]
        if not sure:
            return
        healthy = await self._turns.engine.is_healthy()
        for one in sure:
            self._busy.add(one.conversation)
            self._turns.spawn(self._answer_conversation(one, healthy))

    def _certainly_free(self, free: list[inbox.FreeMessage]) -> list[inbox.FreeMessage]:
        now = time.monotonic()
        known, self._run_out = self._run_out, {}
        for one in free:
            before = known.get(one.id)
            self._run_out[one.id] = before if before and before[0] == one else (one, now)
        return [
            one
            for one, since in self._run_out.values()
            if one.id not in self._turns.leases and (one.owner is None or now - since >= LEASE_GRACE_SECONDS)
        ]

    async def _answer_conversation(self, found: inbox.FreeMessage, healthy: bool) -> None:
        """Answer this one and those behind it, as long as they are free."""
        lane = self._turns.queues.get_queue(found.conversation)
        ticket = lane.take_place()
        try:
            async with self._room:
                await ticket.wait_for_turn()
                free: inbox.FreeMessage | None = found
                while free is not None and await self._process_message(free, lane, healthy):
                    free = await self._next_free(found)
        except Exception as failure:  # the database, say: the others must not suffer, and this one is tried again
            logger.error("a waiting message was not answered: %s", type(failure).__name__)
        finally:
            self._busy.discard(found.conversation)
            lane.leave_place(ticket)
            self._turns.queues.drop_idle()

    async def _next_free(self, after: inbox.FreeMessage) -> inbox.FreeMessage | None:
        """The next free message of the conversation: of the same owner, dead for sure, or of none."""
        async with self._backend.db.read_session() as session:
            free = await inbox.list_free_messages(session, after.conversation)
        return next((one for one in free if one.owner in (None, after.owner)), None)

    async def _process_message(self, free: inbox.FreeMessage, lane: ConversationQueue, healthy: bool) -> bool:
        """Whether it is settled. False: the engine is away, or another process has taken it."""
        if not healthy and not await self._needs_no_engine(free):
            return False
        async with self._backend.db.transaction() as session:
            taken = await inbox.take_message(session, free, self._turns.leases.owner)
        if taken is None:
            return False
        turn = _build_turn(*taken)
        self._turns.claim(turn)
        try:
            if self._is_expired(*taken):
                await self._give_up(turn, lane)
                return True
            return await self._answer_one(turn, lane)
        finally:
            self._turns.release_turn(turn)

    async def _needs_no_engine(self, free: inbox.FreeMessage) -> bool:
        async with self._backend.db.read_session() as session:
            message = await session.get(InboundMessage, free.id)
        return message is not None and self._is_expired(message)

    def _is_expired(self, message: InboundMessage, _conversation: Conversation | None = None) -> bool:
        """Whether it is not acted on any more."""
        fresh = MAX_AGE_ON_CALL if message.channel == "voice" else MAX_AGE
        return message.received_at < self._backend.clock.now() - fresh or message.attempts >= MAX_ATTEMPTS

    async def _answer_one(self, turn: MessageTurn, lane: ConversationQueue) -> bool:
        """Whether it is settled. False: the engine is away again."""
        await self._turns.engine_redactor.redact_conversation(turn.inbound.conversation)
        async with self._backend.db.read_session() as session:
            stands = await conversations.open_now(session, turn.inbound.conversation)
        turn.detect_language(stands)
        try:
            with use_language(turn.language):
                reply = await self._turns.ask_engine(turn, lane, stands)
                await self._turns.save_and_deliver(turn, reply, offered=buttons_to_json(reply.buttons))
        except EngineError as failure:
            return await self._handle_engine_error(turn, lane, failure)
        return True

    async def _handle_engine_error(self, turn: MessageTurn, lane: ConversationQueue, failure: EngineError) -> bool:
        """A message on which the engine itself fails must not hold up for ever those behind it."""
        healthy = isinstance(failure, EngineFailed) or (
            isinstance(failure, EngineUnavailable) and await self._turns.engine.is_healthy()
        )
        if not healthy or turn.attempts + 1 < MAX_ATTEMPTS:
            await self._turns.release_for_retry(turn, failed=healthy)
            return False
        await self._give_up(turn, lane)
        return True

    async def _give_up(self, turn: MessageTurn, lane: ConversationQueue) -> None:
        turn.is_late = True
        reply = await giving_up.give_up_on(self._turns, turn)
        lane.last_text = reply.messages[-1].text if reply.messages else ""
        resolve_answer(turn, reply)


def _build_turn(message: InboundMessage, conversation: Conversation) -> MessageTurn:
    answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    if message.channel != "voice":  # whoever calls asks for it again, and waits
        answer.set_result(parse_stored_reply(message.reply))
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
    turn.deadline.kept.set()  # long ago
    return turn
