"""The state of a message while it is being answered, and how the answer reaches whoever waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from backend.conversations import service as conversations
from backend.language import ENGLISH
from backend.reading.language import detect_language, language_for_payload
from bot.dialogue.messages import Inbound, Reply, reply_from_json
from bot.dialogue.record_deadline import RecordDeadline

FREE_TEXT_QUESTIONS = frozenset({"address", "name", "email", "phone"})
"""Questions answered by names: `12 Calle Real` is no request for Spanish."""


@dataclass(eq=False)
class MessageTurn:
    """A message that is being answered. Once it is recorded, `inbound.text` is redacted.

    How the answer reaches the sender:

    - `is_late`: decided before it was saved that it goes out by itself, not in the response to the request.
    - `is_sealed`: it is being saved, so that `is_late` is decided and `stop_waiting` fails.
    - `request_left`: no request waits any more. An answer that was saved as one that is waited for is then pushed.
    - `is_given_up`: it was given up on before it was recorded, and gets that answer as soon as it is.
    """

    inbound: Inbound
    answer: asyncio.Future[Reply]
    deadline: RecordDeadline = field(default_factory=RecordDeadline)
    record_id: int = 0
    language: str = ENGLISH  # of the answer
    switches_language: bool = False  # the message changes the language of the conversation
    is_late: bool = False
    is_sealed: bool = False
    is_given_up: bool = False
    request_left: bool = False
    attempts: int = 0  # failed attempts to answer it
    redacts_history: bool = False  # earlier messages were redacted along with it
    drops_person: bool = False  # it takes back the wish for a person and says another one

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

    def stop_waiting(self) -> bool:
        """Stop waiting. True: the answer will be delivered later. False: it is being saved right now."""
        if self.is_sealed:
            return False
        self.is_late = True
        return True


def resolve_answer(turn: MessageTurn, reply: Reply) -> None:
    if not turn.answer.done():
        turn.answer.set_result(reply)


def resolve_unless_pending(turn: MessageTurn, reply: Reply) -> None:
    # a person on the line waits for the answer itself: "it comes later" is no use to them
    if not turn.is_call or not reply.pending:
        resolve_answer(turn, reply)


def parse_saved_reply(saved: dict[str, Any] | None) -> Reply:
    """The answer to a repeated message: the same, or `pending` or `late` if it is or was delivered by itself."""
    if saved is None:
        return Reply(pending=True)
    reply = reply_from_json(saved)
    return replace(reply, late=True) if saved.get("late") else reply
