"""A person, wished for beside a danger: who answers now, as it is, and no call back in its place."""

from __future__ import annotations

from actions.person.handing_over import hand_over, opens_words, what_was_tried
from actions.turn import Turn
from backend.handover import service as handover
from backend.reading.person_wish import wants_a_person

SAID = "utter_danger_person"


def asks_for_a_person(turn: Turn) -> bool:
    """Whether this message wishes for one, beside whatever else."""
    if turn.whole_words and wants_a_person(turn.whole_words):
        return True
    return any(act.kind == "person" and act.certain for act in turn.acts)


async def person_in_danger(turn: Turn) -> None:
    """In office hours a caller is put through, a writer is in the queue while the report goes on; else the outage line.

    The assistant is not quiet after it: where it is must still be asked.
    """
    now = turn.backend.clock.now()
    is_open = turn.backend.coop.is_open(now)
    if is_open and turn.channel == "voice":
        await hand_over(turn, "utter_person")
        return
    if is_open:
        await handover.ask(turn.session, turn.backend, turn.conversation_id, tried=what_was_tried(turn))
    opens = turn.backend.coop.next_open(now)
    turn.say(SAID, office_open=is_open, opens=opens_words(turn, opens) if opens else "")
