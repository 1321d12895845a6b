"""What stands in a conversation, for the components that read a message in context: the open question, a danger."""

import re
import time
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from engine.components.question_context import QuestionContext

QUESTION_SLOT = "question"
LAST_SUBJECT_SLOT = "told_subject"
DANGER_RESPONSES = re.compile(r"utter_(?:danger_|outage_danger$|outage_life_support$)")
"""The responses that say what to do in a danger, and what became of it."""
DANGER_SECONDS = 2 * 60 * 60
"""For so long after one of them the danger is the topic, as in `actions/cases/danger_talk.py`."""


def last_bot_text(tracker: DialogueStateTracker) -> str:
    """Return what the bot said last, its messages since the member's last one joined by a space."""
    texts: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered) and event.text:
            texts.append(event.text)
        elif isinstance(event, UserUttered) and texts:
            break
    return " ".join(reversed(texts))


def build_open_question(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what the actions keep in the slot, the words that were said, and the subject told last."""
    slot = tracker.slots.get(QUESTION_SLOT)
    told = slot.value if slot and isinstance(slot.value, dict) else {}
    subject = tracker.slots.get(LAST_SUBJECT_SLOT)
    last = subject.value if subject and isinstance(subject.value, str) else ""
    return QuestionContext.from_metadata({**told, "said": last_bot_text(tracker), "told": last}).as_dict()


def was_danger_discussed(tracker: DialogueStateTracker) -> bool:
    """Tell whether what to do in a danger was said in the last two hours."""
    since = time.time() - DANGER_SECONDS
    for event in reversed(tracker.events):
        if event.timestamp and event.timestamp < since:
            return False
        if isinstance(event, BotUttered) and DANGER_RESPONSES.match(str(event.metadata.get("utter_action") or "")):
            return True
    return False
