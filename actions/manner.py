"""Grief, anger, fear and hardship get one right sentence, once; then help."""

from __future__ import annotations

from actions.turn import Turn

FELT = "felt"


def comfort(turn: Turn) -> bool:
    """Say the one sentence for a feeling that was not met in this conversation yet. Returns whether it was said."""
    met = list(turn.get(FELT) or [])
    for act in turn.acts:
        if act.kind == "feeling" and act.certain and act.value not in met:
            turn.say(f"utter_feeling_{act.value}")
            turn.set(FELT, [*met, act.value])
            return True
    return False
