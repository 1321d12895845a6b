"""A message on its way to its answer, and how its answer reaches whoever waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from backend.conversations import service as conversations
from backend.language import ENGLISH
from backend.reading.language import language_of, language_of_button
from bot.dialogue.keep_deadline import Keeping
from bot.dialogue.messages import Inbound, Reply
from bot.dialogue.reply_json import reply_from_json

FREE_TEXT = frozenset({"address", "name", "email", "phone"})
"""Answers that are names: `12 Calle Real` is no wish for Spanish."""


@dataclass(eq=False)
class Turn:
    """A message on its way to its answer. From when it is written down, `inbound.text` is fit to be kept."""

    inbound: Inbound
    answer: asyncio.Future[Reply]
    keeping: Keeping = field(default_factory=Keeping)
    record_id: int = 0
    language: str = ENGLISH  # in which it is answered
    switched: bool = False  # it changes the language of the conversation
    late: bool = False
    sealed: bool = False
    given_up: bool = False  # before it was even written down
    left: bool = False  # nobody waits for the answer, though it was kept as one that somebody waits for
    attempts: int = 0  # how often answering it has failed
    takes_back: bool = False  # with it, something said before has become what must not be kept

    @property
    def is_call(self) -> bool:
        """Whether somebody waits on the line, and asks for the answer again until it comes."""
        return self.inbound.channel == "voice"

    def hear(self, stands: conversations.Open) -> None:
        """Find the language it is written or said in."""
        found = language_of(self.inbound.text, stands.language, free=stands.expects in FREE_TEXT)
        self.speak(language_of_button(self.inbound.payload) or found, stands.language)

    def speak(self, language: str, before: str) -> None:
        """Answer in `language`; the conversation was in `before`."""
        self.language, self.switched = language, language != before

    def give_up_waiting(self) -> bool:
        """Whoever waits goes away. True: the answer will be delivered the late way. False: it is just being kept."""
        if self.sealed:
            return False
        self.late = True
        return True


def resolve(turn: Turn, reply: Reply) -> None:
    """Give the answer to whoever waits for it."""
    if not turn.answer.done():
        turn.answer.set_result(reply)


def stored_reply(stored: dict[str, Any] | None) -> Reply:
    """What a repeat is answered: the same again, or nothing when the answer goes, or went, another way."""
    if stored is None:
        return Reply(pending=True)
    reply = reply_from_json(stored)
    return replace(reply, late=True) if stored.get("late") else reply
