"""Grief, anger, fear and hardship are acknowledged with one sentence, once per conversation."""

from __future__ import annotations

from actions.turn import Turn

FEELINGS_SLOT = "felt"


def acknowledge_feeling(turn: Turn) -> bool:
    """Say the sentence for a feeling, once per conversation. Returns whether it was said."""
    met = list(turn.get(FEELINGS_SLOT) or [])
    for act in turn.acts:
        if act.kind == "feeling" and act.is_certain and act.value not in met:
            turn.utter(f"utter_feeling_{act.value}")
            turn.set(FEELINGS_SLOT, [*met, act.value])
            return True
    return False
