"""Putting a member in the queue for a person, from wherever they are."""

from __future__ import annotations

from actions.turn import Turn
from backend.handover import service as handover

TASKS = {
    "quick_pay_form": "paying a bill",
    "balance_form": "hearing the balance",
    "contact_form": "changing contact details",
    "arrangement_form": "asking for a payment arrangement",
    "service_form": "starting, stopping or moving service",
    "outage_form": "reporting an outage",
    "callback_form": "arranging a call back",
}


def what_was_tried(turn: Turn) -> str:
    """The task that was open, and the question that stood."""
    task = str(turn.get("open_task") or "")
    name = TASKS.get(task, task.removesuffix("_form").replace("_", " "))
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
    turn.say(response, office_open=is_open)
