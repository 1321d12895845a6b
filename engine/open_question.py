"""What stands in a conversation, for the components that read a message in context: the open question, a danger."""

import re
import time
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from engine.components.question import Question

SLOT = "question"
TOLD = "told_subject"
SAID_IN_DANGER = re.compile(r"utter_(?:danger_|outage_danger$|outage_life_support$)")
"""The responses that say what to do in a danger, and what became of it."""
FRESH = 2 * 60 * 60
"""So many seconds after one of them the talk is of it, as in `actions/cases/danger_talk.py`."""


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


def in_danger(tracker: DialogueStateTracker) -> bool:
    """Tell whether what to do in a danger was said in the last two hours."""
    since = time.time() - FRESH
    for event in reversed(tracker.events):
        if event.timestamp and event.timestamp < since:
            return False
        if isinstance(event, BotUttered) and SAID_IN_DANGER.match(str(event.metadata.get("utter_action") or "")):
            return True
    return False
