"""Putting a member in the queue for a person, from wherever they are."""

from __future__ import annotations

from datetime import datetime

from actions.registry import title_of
from actions.turn import Turn
from actions.words import when_words
from backend.coop import at_clock
from backend.handover import service as handover


def what_was_tried(turn: Turn) -> str:
    """The task that was open, and the question that stood."""
    name = title_of(str(turn.get("open_task") or ""))
    question = str(turn.get("requested_slot") or "").replace("_", " ")
    if not name:
        return "nothing; asked for a person"
    return f"{name}, asked for the {question}" if question else name


async def hand_over(turn: Turn, response: str) -> None:
    """Say `response`; in open hours the conversation is in the queue by then, and the assistant is quiet after it."""
    is_open = turn.backend.coop.is_open(turn.backend.clock.now())
    if is_open:
        voice = turn.channel == "voice"
        await handover.ask(
            turn.session, turn.backend, turn.conversation_id, tried=what_was_tried(turn), put_through=voice
        )
    opens = turn.backend.coop.next_open(turn.backend.clock.now())
    turn.say(response, office_open=is_open, opens=opens_words(turn, opens) if opens else "")


def opens_words(turn: Turn, opens: datetime) -> str:
    """`today at 8:00 AM`, `on Friday, November 27 at 8:00 AM`."""
    return f"{when_words(opens.date(), turn.backend.today())} {at_clock(opens.time())}"
