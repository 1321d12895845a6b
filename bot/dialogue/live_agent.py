"""While a person at the office answers a conversation, the assistant stays quiet, with three ways out of it."""

from __future__ import annotations

import re
from typing import Literal

from backend.app import Backend
from backend.handover import service as handover
from backend.language import SPANISH, current
from backend.reading.danger import crisis_in
from backend.reading.hazard import signs_in
from backend.reading.spanish import glossed
from backend.tickets import worse
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound

WITH_A_PERSON = handover.WITH_A_PERSON
BACK = re.compile(
    r"(?:(?:please|ok|okay|no|i want|let me|take me|go|switch|talk) )*(?:to )?"
    r"(?:(?:back|return) (?:to )?(?:the |my )?(?:assistant|bot|machine|robot)|(?:the )?(?:assistant|bot))"
    r"(?: please)?[.! ]*",
    re.IGNORECASE,
)

Outcome = Literal["quiet", "back", "go on"]


async def heard(backend: Backend, inbound: Inbound) -> Outcome:
    """What to do with a message that came in while a person answers.

    `back`: the member wants the assistant, and is told so. `go on`: the assistant answers this very message: a button
    was pressed, somebody is in danger, the office has ended it, or has left it: it has closed and nobody had answered,
    or who answered has not written for long.
    """
    said = normalize.as_words(inbound.text)
    words = glossed(said) if current() == SPANISH else said
    async with backend.db.transaction() as session:
        waiting = await handover.open_of(session, inbound.conversation)
        if inbound.payload is not None or BACK.fullmatch(words):
            await handover.leave(session, backend, inbound.conversation)
            return "back" if inbound.payload is None else "go on"
        reported = await worse.standing(session, backend, inbound.conversation) is not None
        danger = bool(signs_in(said, words, reported=reported)) or crisis_in(words)
        if danger or waiting is None or await handover.is_left(session, backend, waiting):
            await handover.leave(session, backend, inbound.conversation, keep_place=True)
            return "go on"
    return "quiet"
