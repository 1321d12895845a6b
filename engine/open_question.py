"""The open question of a conversation, for the components that read a message in context."""

from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from engine.components.question import Question

SLOT = "question"
TOLD = "told_subject"


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
    """Return what the actions keep in the slot, the words that were said, and the subject told last."""
    slot = tracker.slots.get(SLOT)
    told = slot.value if slot and isinstance(slot.value, dict) else {}
    subject = tracker.slots.get(TOLD)
    last = subject.value if subject and isinstance(subject.value, str) else ""
    return Question.of({**told, "said": last_said(tracker), "told": last}).as_dict()
