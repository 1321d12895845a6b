"""What other processes do with the messages of a conversation, as the database tells it."""

from __future__ import annotations

import asyncio
import time

from backend.app import Backend
from backend.conversations import inbox
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from bot.dialogue.message_turn import MessageTurn, parse_saved_reply, resolve_answer
from bot.dialogue.messages import Reply

DUPLICATE_WAIT_SECONDS = 8.0
"""How long a repeat waits while another process answers the first delivery."""
ANSWER_POLL_SECONDS = 0.2
QUEUE_POLL_SECONDS = 0.02
"""Pause between looks whether the message ahead, which another process answers, is done."""


class OtherProcesses:
    """Waits for them. `owner` is this process in the leases of messages."""

    def __init__(self, backend: Backend, owner: str) -> None:
        self._backend = backend
        self._owner = owner

    async def wait_for_answer(self, turn: MessageTurn) -> None:
        """Pass on the answer of whichever process takes the message up, while a request waits for it."""
        while not turn.request_left and not turn.answer.done():
            row = await self._reload_inbound(turn)
            if row is not None and row.status != "received":
                resolve_answer(turn, parse_saved_reply(row.reply))

    async def wait_for_queue_front(self, turn: MessageTurn) -> conversations.ConversationState | None:
        """Wait for the messages ahead that other processes answer; return the conversation's state then.

        None: this turn does not answer: nobody holds the message ahead ("stalled"), or another process has taken
        this one ("lost").
        """
        conversation = turn.inbound.conversation
        while True:
            async with self._backend.db.read_session() as session:
                position = await inbox.queue_position(session, conversation, turn.record_id, self._owner)
            if position == "first":
                async with self._backend.db.transaction() as session:
                    if await inbox.begin(session, conversation, turn.record_id, self._owner):
                        return await conversations.open_now(session, conversation)
            elif position != "behind":
                return None
            else:
                await asyncio.sleep(QUEUE_POLL_SECONDS)

    async def answer_duplicate(self, recorded: conversations.RecordedMessage, turn: MessageTurn) -> Reply:
        """Answer a repeated message; wait up to DUPLICATE_WAIT_SECONDS while another process answers the first."""
        deadline = time.monotonic() + DUPLICATE_WAIT_SECONDS
        status, reply, owner = recorded.status, recorded.reply, recorded.owner
        # a message without an owner waits for the engine: repeat what was said about that
        while status == "received" and owner and not turn.is_late and time.monotonic() < deadline:
            if (row := await self._reload_inbound(turn)) is not None:
                status, reply, owner = row.status, row.reply, row.owner
        return parse_saved_reply(reply)

    async def _reload_inbound(self, turn: MessageTurn) -> InboundMessage | None:
        """Wait ANSWER_POLL_SECONDS, then read the message's row again."""
        await asyncio.sleep(ANSWER_POLL_SECONDS)
        async with self._backend.db.read_session() as session:
            return await conversations.find_inbound(session, turn.inbound.channel, turn.inbound.provider_id)
