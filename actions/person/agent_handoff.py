"""Putting a member in the queue for an agent, from any task and during a danger."""

from __future__ import annotations

from actions.conversation.feelings import acknowledge_feeling
from actions.formatting import format_on_day
from actions.registry import format_task_title
from actions.turn import Turn
from backend.account_question import service as account_questions
from backend.agent_handoff import service as handover
from backend.coop import format_at_clock
from backend.reading.live_agent_request import wants_live_agent

DANGER_HANDOFF_RESPONSE = "utter_danger_person"


def requests_person(turn: Turn) -> bool:
    """Whether this message also asks for an agent."""
    if turn.full_text and wants_live_agent(turn.full_text):
        return True
    return any(act.kind == "person" and act.is_certain for act in turn.acts)


def format_open_task(turn: Turn) -> str:
    """The task and question that are open, for the office."""
    name = format_task_title(str(turn.get("open_task") or ""))
    question = str(turn.get("requested_slot") or "").replace("_", " ")
    if not name:
        return "nothing; asked for a person"
    return f"{name}, asked for the {question}" if question else name


async def handoff_to_agent(turn: Turn, response: str) -> None:
    """Say `response`. In open hours the conversation is then in the queue, and the assistant stays quiet."""
    coop, now = turn.backend.coop, turn.backend.clock.now()
    is_open, opens = coop.is_open(now), coop.next_open(now)
    if is_open:
        await handover.request_handoff(
            turn.session,
            turn.backend,
            turn.conversation_id,
            tried=format_open_task(turn),
            put_through=turn.channel == "voice",
        )
    opening = f"{format_on_day(opens.date(), turn.backend.today())} {format_at_clock(opens.time())}" if opens else ""
    turn.utter(response, office_open=is_open, opens=opening)


async def handoff_in_danger(turn: Turn) -> None:
    """In office hours transfer a caller, or queue a writer while the report continues; else name the outage line.

    No call back is offered, and a writer still gets the report's questions: the place of the danger may be missing.
    """
    transfers = turn.channel == "voice" and turn.backend.coop.is_open(turn.backend.clock.now())
    await handoff_to_agent(turn, "utter_person" if transfers else DANGER_HANDOFF_RESPONSE)


async def handoff_disconnected(turn: Turn) -> None:
    """Tell a disconnected member what their account says, where it is known, and hand off to an agent."""
    acknowledge_feeling(turn)
    identity = await turn.identity()
    if identity.account is not None:
        answer = await account_questions.answer(turn.session, turn.backend, identity.account, "shutoff", turn.full_text)
        if answer:
            turn.utter("utter_told", told=answer)
    turn.add_followup_action("action_person")
