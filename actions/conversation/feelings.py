"""Acknowledges grief, anger, fear and hardship, each with one sentence."""

from __future__ import annotations

from actions.turn import Turn

FEELINGS_SLOT = "felt"


def acknowledge_feeling(turn: Turn) -> bool:
    """Acknowledge a feeling, each once per conversation. Returns whether there was a new one."""
    acknowledged = list(turn.get(FEELINGS_SLOT) or [])
    for act in turn.acts:
        if act.kind == "feeling" and act.is_certain and act.value not in acknowledged:
            turn.utter(f"utter_feeling_{act.value}")
            turn.set(FEELINGS_SLOT, [*acknowledged, act.value])
            return True
    return False
