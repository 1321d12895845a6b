"""Messages that wait for the engine: kept over an outage and a restart, answered in order when it is back."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from backend.conversations import service as conversations
from backend.conversations.models import Conversation, InboundMessage
from backend.language import speaking
from bot import settling
from bot.engine import EngineError, EngineFailed, EngineUnavailable, wait_until_healthy
from bot.lanes import Lane
from bot.messages import Inbound, Reply
from bot.reply_json import buttons_to_json
from bot.turn import Turn, Turns, resolve

logger = logging.getLogger("memberline.waiting")

FRESH = timedelta(minutes=10)
"""An older message of before a restart is not acted on any more: its sender is told what came of it."""
FRESH_ON_A_CALL = timedelta(minutes=2)
"""Whoever called has hung up by then, and reckons with nothing any more."""
MOST_ATTEMPTS = 3


class Waiting:
    """The background task that answers them."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._backend = turns.backend

    async def run(self) -> None:
        """Until cancelled: sleep while nothing waits; else ask for the engine and answer what waits."""
        while True:
            await self._turns.stalled.wait()
            self._turns.stalled.clear()
            pause = 0.0
            while self._turns.lanes.stalled():
                await asyncio.sleep(pause)
                await wait_until_healthy(self._turns.engine)
                # an engine that is healthy and yet fails its turns is not asked without a pause
                pause = min(5.0, pause * 2 or 0.5)
                await self._answer_all()

    async def recover(self) -> None:
        """After a start: take up again what a process that ended had not answered."""
        async with self._backend.db.reading() as session:
            pending = await conversations.pending_inbound(session)
        for message, conversation in pending:
            turn = _turn(message, conversation)
            lane = self._turns.lanes.of(conversation.id)
            if self._is_stale(message):
                await self._give_up(turn, lane)
            else:
                lane.told = True  # this one is answered within seconds; a word on the delay would come too late
                self._turns.wait_for_engine(turn, lane)
        if pending:
            logger.info("taking up %d messages of before the start", len(pending))

    def _is_stale(self, message: InboundMessage) -> bool:
        fresh = FRESH_ON_A_CALL if message.channel == "voice" else FRESH
        return message.received_at < self._backend.clock.now() - fresh

    async def _answer_all(self) -> None:
        conversations_waiting = self._turns.lanes.stalled()
        await asyncio.gather(*(self._answer_lane(one) for one in conversations_waiting))

    async def _answer_lane(self, conversation: str) -> None:
        lane = self._turns.lanes.of(conversation)
        ticket = lane.draw()
        try:
            await ticket.came()
            while lane.stalled and await self._answer_one(lane.stalled[0], lane):
                self._turns.forget(lane.stalled.popleft())
            lane.told = bool(lane.stalled)
        except Exception as failure:  # the database, say: the others must not suffer, and this one is tried again
            logger.error("a waiting message was not answered: %s", type(failure).__name__)
        finally:
            lane.leave(ticket)
            self._turns.lanes.sweep()

    async def _answer_one(self, turn: Turn, lane: Lane) -> bool:
        """Whether it is settled. False: the engine is away again."""
        turn.late = True
        conversation = turn.inbound.conversation
        async with self._turns.lanes.hold(conversation):
            async with self._backend.db.reading() as session:
                row = await conversations.find_inbound(session, turn.inbound.channel, turn.inbound.provider_id)
                if row is None or row.status != "received":
                    return True
                stands = await conversations.open_now(session, conversation)
            turn.hear(stands)
            if turn.inbound.channel == "voice" and self._is_stale(row):
                await self._give_up(turn, lane)
                return True
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
        if not healthy:
            turn.attempts -= 1
        if turn.attempts < MOST_ATTEMPTS:
            return False
        await self._give_up(turn, lane)
        return True

    async def _give_up(self, turn: Turn, lane: Lane) -> None:
        turn.late = True
        reply = await settling.settle(self._turns, turn)
        lane.last_text = reply.messages[-1].text if reply.messages else ""
        resolve(turn, reply)


def _turn(message: InboundMessage, conversation: Conversation) -> Turn:
    answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
    if message.channel != "voice":  # whoever calls asks for it again, and waits
        answer.set_result(Reply(pending=True))
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
    return Turn(inbound, answer, record_id=message.id, late=True, language=conversation.language)
