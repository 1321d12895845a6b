"""The open question of a conversation, and whether it is about a danger, for reading a message in context."""

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
"""For so long after one of them the conversation is about the danger, as in `actions/cases/danger_talk.py`."""


def last_bot_text(tracker: DialogueStateTracker) -> str:
    """The bot's messages since the member's last one, joined by a space."""
    texts: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered) and event.text:
            texts.append(event.text)
        elif isinstance(event, UserUttered) and texts:
            break
    return " ".join(reversed(texts))


def build_open_question(tracker: DialogueStateTracker) -> dict[str, Any]:
    """The question as the actions keep it in the slot, its words, and the subject explained last."""
    slot = tracker.slots.get(QUESTION_SLOT)
    question = slot.value if slot and isinstance(slot.value, dict) else {}
    subject = tracker.slots.get(LAST_SUBJECT_SLOT)
    last_subject = subject.value if subject and isinstance(subject.value, str) else ""
    return QuestionContext.from_metadata({**question, "said": last_bot_text(tracker), "told": last_subject}).as_dict()


def was_danger_discussed(tracker: DialogueStateTracker) -> bool:
    """Whether advice for a danger was given in the last two hours."""
    since = time.time() - DANGER_SECONDS
    for event in reversed(tracker.events):
        if event.timestamp and event.timestamp < since:
            return False
        if isinstance(event, BotUttered) and DANGER_RESPONSES.match(str(event.metadata.get("utter_action") or "")):
            return True
    return False
