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
from backend.language import speaking
from bot.dialogue import giving_up
from bot.dialogue.conversation_queue import Lane
from bot.dialogue.engine_client import EngineError, EngineFailed, EngineUnavailable
from bot.dialogue.leases import RENEW_SECONDS
from bot.dialogue.message_turn import Turn, resolve, stored_reply
from bot.dialogue.messages import Inbound, Reply
from bot.dialogue.reply_json import buttons_to_json
from bot.dialogue.turn import Turns

logger = logging.getLogger("memberline.waiting")

FRESH = timedelta(minutes=10)
"""An older message is not acted on any more: its sender is told what came of it."""
FRESH_ON_A_CALL = timedelta(minutes=2)
"""Whoever called has hung up by then, and reckons with nothing any more."""
MOST_ATTEMPTS = 3
LOOK_SECONDS = 1.0
SURE_SECONDS = 2 * RENEW_SECONDS
"""A lease that has run out is believed only after this long. When the database was away all leases run out at once, and
those who live need a moment to say so."""
AT_ONCE = 8


class Waiting:
    """The background task that answers them."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._backend = turns.backend
        self._run_out: dict[int, tuple[inbox.Free, float]] = {}  # leases found run out, and when first
        self._busy: set[str] = set()  # conversations that are being worked on
        self._room = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled: look whenever a message of this process begins to wait, and each second."""
        while True:
            self._turns.stalled.clear()
            await self.look()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._turns.stalled.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Begin to answer what is free."""
        async with self._backend.db.reading() as session:
            free = await inbox.free(session)
        sure = [one for one in self._surely_free(free) if one.conversation not in self._busy]
        if not sure:
            return
        healthy = await self._turns.engine.healthy()
        for one in sure:
            self._busy.add(one.conversation)
            self._turns.spawn(self._answer_conversation(one, healthy))

    def _surely_free(self, free: list[inbox.Free]) -> list[inbox.Free]:
        now = time.monotonic()
        known, self._run_out = self._run_out, {}
        for one in free:
            before = known.get(one.id)
            self._run_out[one.id] = before if before and before[0] == one else (one, now)
        return [
            one
            for one, since in self._run_out.values()
            if one.id not in self._turns.leases and (one.owner is None or now - since >= SURE_SECONDS)
        ]

    async def _answer_conversation(self, found: inbox.Free, healthy: bool) -> None:
        """Answer this one and those behind it, as long as they are free."""
        lane = self._turns.lanes.of(found.conversation)
        ticket = lane.draw()
        try:
            async with self._room:
                await ticket.came()
                free: inbox.Free | None = found
                while free is not None and await self._settle(free, lane, healthy):
                    free = await self._next(found)
        except Exception as failure:  # the database, say: the others must not suffer, and this one is tried again
            logger.error("a waiting message was not answered: %s", type(failure).__name__)
        finally:
            self._busy.discard(found.conversation)
            lane.leave(ticket)
            self._turns.lanes.sweep()

    async def _next(self, after: inbox.Free) -> inbox.Free | None:
        """The next free message of the conversation: of the same owner, dead for sure, or of none."""
        async with self._backend.db.reading() as session:
            free = await inbox.free(session, after.conversation)
        return next((one for one in free if one.owner in (None, after.owner)), None)

    async def _settle(self, free: inbox.Free, lane: Lane, healthy: bool) -> bool:
        """Whether it is settled. False: the engine is away, or another process has taken it."""
        if not healthy and not await self._needs_no_engine(free):
            return False
        async with self._backend.db.transaction() as session:
            taken = await inbox.take_up(session, free, self._turns.leases.owner)
        if taken is None:
            return False
        turn = _turn(*taken)
        self._turns.take_up(turn)
        try:
            if self._is_over(*taken):
                await self._give_up(turn, lane)
                return True
            return await self._answer_one(turn, lane)
        finally:
            self._turns.forget(turn)

    async def _needs_no_engine(self, free: inbox.Free) -> bool:
        async with self._backend.db.reading() as session:
            message = await session.get(InboundMessage, free.id)
        return message is not None and self._is_over(message)

    def _is_over(self, message: InboundMessage, _conversation: Conversation | None = None) -> bool:
        """Whether it is not acted on any more."""
        fresh = FRESH_ON_A_CALL if message.channel == "voice" else FRESH
        return message.received_at < self._backend.clock.now() - fresh or message.attempts >= MOST_ATTEMPTS

    async def _answer_one(self, turn: Turn, lane: Lane) -> bool:
        """Whether it is settled. False: the engine is away again."""
        await self._turns.unkeeping.now(turn.inbound.conversation)
        async with self._backend.db.reading() as session:
            stands = await conversations.open_now(session, turn.inbound.conversation)
        turn.hear(stands)
        try:
            with speaking(turn.language):
                reply = await self._turns.ask(turn, lane, stands)
                await self._turns.keep(turn, reply, offered=buttons_to_json(reply.buttons))
        except EngineError as failure:
            return await self._failed(turn, lane, failure)
        return True

    async def _failed(self, turn: Turn, lane: Lane, failure: EngineError) -> bool:
        """A message on which the engine itself fails must not hold up for ever those behind it."""
        healthy = isinstance(failure, EngineFailed) or (
            isinstance(failure, EngineUnavailable) and await self._turns.engine.healthy()
        )
        if not healthy or turn.attempts + 1 < MOST_ATTEMPTS:
            await self._turns.give_back(turn, failed=healthy)
            return False
        await self._give_up(turn, lane)
        return True

    async def _give_up(self, turn: Turn, lane: Lane) -> None:
        turn.late = True
        reply = await giving_up.settle(self._turns, turn)
        lane.last_text = reply.messages[-1].text if reply.messages else ""
        resolve(turn, reply)


def _turn(message: InboundMessage, conversation: Conversation) -> Turn:
    answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    if message.channel != "voice":  # whoever calls asks for it again, and waits
        answer.set_result(stored_reply(message.reply))
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
    turn = Turn(
        inbound, answer, record_id=message.id, late=True, language=conversation.language, attempts=message.attempts
    )
    turn.keeping.before_commit()
    turn.keeping.kept.set()  # long ago
    return turn
