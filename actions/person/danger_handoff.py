"""A person, wished for beside a danger: who answers now, as it is, and no call back in its place."""

from __future__ import annotations

from actions.person.agent_handoff import format_open_task, format_opening, handoff_to_agent
from actions.turn import Turn
from backend.agent_handoff import service as handover
from backend.reading.live_agent_request import wants_live_agent

DANGER_HANDOFF_RESPONSE = "utter_danger_person"


def requests_person(turn: Turn) -> bool:
    """Whether this message wishes for one, beside whatever else."""
    if turn.full_text and wants_live_agent(turn.full_text):
        return True
    return any(act.kind == "person" and act.is_certain for act in turn.acts)


async def handoff_in_danger(turn: Turn) -> None:
    """In office hours a caller is put through, a writer is in the queue while the report goes on; else the outage line.

    The assistant is not quiet after it: where it is must still be asked.
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
