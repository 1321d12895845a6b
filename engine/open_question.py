"""The open question of a conversation, for the components that read a message in context."""

from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from engine.components.question import Question

SLOT = "question"


def last_said(tracker: DialogueStateTracker) -> str:
    """Return what the bot said last, its messages since the member's last one joined by a space."""
    texts: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered) and event.text:
            texts.append(event.text)
        elif isinstance(event, UserUttered) and texts:
            break
    return " ".join(reversed(texts))


def open_question(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return task, kind and options as the actions keep them in the slot, and the words that were said."""
    slot = tracker.slots.get(SLOT)
    told = slot.value if slot and isinstance(slot.value, dict) else {}
    return Question.of({**told, "said": last_said(tracker)}).as_dict()
