"""What a member agreed to in this turn."""

from __future__ import annotations

from actions.turn import Turn
from backend.consents.service import Agreement
from backend.members.identity import Identity


def build_agreement(turn: Turn, standing: Identity, response: str) -> Agreement:
    """The exact words in which `response` was last shown, and the exact reply of this turn."""
    return Agreement(
        actor=turn.conversation_id,
        level=int(standing.level),
        channel=turn.channel,
        wording=turn.last_text_of(response),
        reply=turn.exact_reply,
    )
