"""The state of a message while it is being answered, and how the answer reaches whoever waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from backend.conversations import service as conversations
from backend.language import ENGLISH
from backend.reading.language import detect_language, language_for_payload
from bot.dialogue.keep_deadline import KeepDeadline
from bot.dialogue.messages import Inbound, Reply, reply_from_json

FREE_TEXT_QUESTIONS = frozenset({"address", "name", "email", "phone"})
"""Questions answered by names: `12 Calle Real` is no request for Spanish."""


@dataclass(eq=False)
class MessageTurn:
    """A message that is being answered. Once it is recorded, `inbound.text` is redacted."""

    inbound: Inbound
    answer: asyncio.Future[Reply]
    deadline: KeepDeadline = field(default_factory=KeepDeadline)
    record_id: int = 0
    language: str = ENGLISH  # of the answer
    switches_language: bool = False  # the message changes the language of the conversation
    is_late: bool = False  # the answer goes out by itself, not in the response to the request
    is_sealed: bool = False  # the answer is being stored: how it is delivered is decided
    is_given_up: bool = False  # before it was recorded
    caller_left: bool = False  # nobody waits any more, though the answer was stored as one that is waited for
    attempts: int = 0  # failed attempts to answer it
    redacts_history: bool = False  # earlier messages were redacted along with it

    @property
    def is_call(self) -> bool:
        """Whether a caller waits on the line and polls for the answer."""
        return self.inbound.channel == "voice"

    def detect_language(self, state: conversations.ConversationState) -> None:
        detected = detect_language(self.inbound.text, state.language, free=state.expects in FREE_TEXT_QUESTIONS)
        self.set_language(language_for_payload(self.inbound.payload) or detected, state.language)

    def set_language(self, language: str, before: str) -> None:
        """Answer in `language`; the conversation was in `before`."""
        self.language, self.switches_language = language, language != before

    def give_up_waiting(self) -> bool:
        """Stop waiting. True: the answer will be delivered later. False: it is being stored right now."""
        if self.is_sealed:
            return False
        self.is_late = True
        return True


def resolve_answer(turn: MessageTurn, reply: Reply) -> None:
    if not turn.answer.done():
        turn.answer.set_result(reply)


def parse_stored_reply(stored: dict[str, Any] | None) -> Reply:
    """The answer to a repeated message: the same, or `pending` or `late` if it is or was delivered by itself."""
    if stored is None:
        return Reply(pending=True)
    reply = reply_from_json(stored)
    return replace(reply, late=True) if stored.get("late") else reply
