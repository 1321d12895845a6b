"""A message on its way to its answer, and how its answer reaches whoever waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from backend.conversations import service as conversations
from backend.language import ENGLISH
from backend.reading.language import detect_language, language_for_payload
from bot.dialogue.keep_deadline import KeepDeadline
from bot.dialogue.messages import Inbound, Reply
from bot.dialogue.reply_json import reply_from_json

FREE_TEXT_QUESTIONS = frozenset({"address", "name", "email", "phone"})
"""Answers that are names: `12 Calle Real` is no wish for Spanish."""


@dataclass(eq=False)
class MessageTurn:
    """A message on its way to its answer. From when it is written down, `inbound.text` is fit to be kept."""

    inbound: Inbound
    answer: asyncio.Future[Reply]
    deadline: KeepDeadline = field(default_factory=KeepDeadline)
    record_id: int = 0
    language: str = ENGLISH  # in which it is answered
    switches_language: bool = False  # it changes the language of the conversation
    is_late: bool = False
    is_sealed: bool = False
    is_given_up: bool = False  # before it was even written down
    caller_left: bool = False  # nobody waits for the answer, though it was kept as one that somebody waits for
    attempts: int = 0  # how often answering it has failed
    redacts_history: bool = False  # with it, something said before has become what must not be kept

    @property
    def is_call(self) -> bool:
        """Whether somebody waits on the line, and asks for the answer again until it comes."""
        return self.inbound.channel == "voice"

    def detect_language(self, stands: conversations.ConversationState) -> None:
        """Find the language it is written or said in."""
        found = detect_language(self.inbound.text, stands.language, free=stands.expects in FREE_TEXT_QUESTIONS)
        self.set_language(language_for_payload(self.inbound.payload) or found, stands.language)

    def set_language(self, language: str, before: str) -> None:
        """Answer in `language`; the conversation was in `before`."""
        self.language, self.switches_language = language, language != before

    def give_up_waiting(self) -> bool:
        """Whoever waits goes away. True: the answer will be delivered the late way. False: it is just being kept."""
        if self.is_sealed:
            return False
        self.is_late = True
        return True


def resolve_answer(turn: MessageTurn, reply: Reply) -> None:
    """Give the answer to whoever waits for it."""
    if not turn.answer.done():
        turn.answer.set_result(reply)


def parse_stored_reply(stored: dict[str, Any] | None) -> Reply:
    """What a repeat is answered: the same again, or nothing when the answer goes, or went, another way."""
    if stored is None:
        return Reply(pending=True)
    reply = reply_from_json(stored)
    return replace(reply, late=True) if stored.get("late") else reply
