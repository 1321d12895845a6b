"""Putting a member in the queue for a person, from wherever they are."""

from __future__ import annotations

from datetime import datetime

from actions.formatting import format_on_day
from actions.registry import format_task_title
from actions.turn import Turn
from backend.agent_handoff import service as handover
from backend.coop import format_at_clock


def format_open_task(turn: Turn) -> str:
    """The task that was open, and the question that stood."""
    name = format_task_title(str(turn.get("open_task") or ""))
    question = str(turn.get("requested_slot") or "").replace("_", " ")
    if not name:
        return "nothing; asked for a person"
    return f"{name}, asked for the {question}" if question else name


async def handoff_to_agent(turn: Turn, response: str) -> None:
    """Say `response`; in open hours the conversation is in the queue by then, and the assistant is quiet after it."""
    is_open = turn.backend.coop.is_open(turn.backend.clock.now())
    if is_open:
        voice = turn.channel == "voice"
        await handover.request_handoff(
            turn.session, turn.backend, turn.conversation_id, tried=format_open_task(turn), put_through=voice
        )
    opens = turn.backend.coop.next_open(turn.backend.clock.now())
    turn.utter(response, office_open=is_open, opens=format_opening(turn, opens) if opens else "")


def format_opening(turn: Turn, opens: datetime) -> str:
    """`today at 8:00 AM`, `on Friday, November 27 at 8:00 AM`."""
    return f"{format_on_day(opens.date(), turn.backend.today())} {format_at_clock(opens.time())}"
