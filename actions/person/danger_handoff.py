"""An agent, asked for during a danger: whoever can answer now, and no call back instead."""

from __future__ import annotations

from actions.person.agent_handoff import format_open_task, format_opening, handoff_to_agent
from actions.turn import Turn
from backend.agent_handoff import service as handover
from backend.reading.live_agent_request import wants_live_agent

DANGER_HANDOFF_RESPONSE = "utter_danger_person"


def requests_person(turn: Turn) -> bool:
    """Whether this message also asks for an agent."""
    if turn.full_text and wants_live_agent(turn.full_text):
        return True
    return any(act.kind == "person" and act.is_certain for act in turn.acts)


async def handoff_in_danger(turn: Turn) -> None:
    """In office hours transfer a caller, or queue a writer while the report goes on; else name the outage line.

    The assistant keeps asking: the place of the danger may still be missing.
    """
    now = turn.backend.clock.now()
    is_open = turn.backend.coop.is_open(now)
    if is_open and turn.channel == "voice":
        await handoff_to_agent(turn, "utter_person")
        return
    if is_open:
        await handover.request_handoff(turn.session, turn.backend, turn.conversation_id, tried=format_open_task(turn))
    opens = turn.backend.coop.next_open(now)
    turn.utter(DANGER_HANDOFF_RESPONSE, office_open=is_open, opens=format_opening(turn, opens) if opens else "")
