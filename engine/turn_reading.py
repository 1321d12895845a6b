"""What a turn made of its message, for the app: it keeps this with the answer, for the office's review."""

from typing import Any

from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

MIN_ACT = 0.2  # acts below this probability say nothing
MIN_SUBJECT = 0.5  # a subject below this score was not asked about
GIVEN_UP = "utter_person_after_misses"
NOT_KNOWN = ("utter_not_known", "utter_question_unknown", "utter_rest_unknown", "utter_told_all")
"""The assistant read a question and says that it does not know the answer."""
SILENT = (
    "action_listen",
    "action_extract_slots",
    "action_session_start",
    "action_schedule_payment",
    "action_finish",
)


def describe_turn(tracker: DialogueStateTracker) -> dict[str, Any]:
    """The intent and acts of the newest message, the task that answered it, and whether it was missed.

    No word of the member is in it.
    """
    events = list(tracker.events)
    start = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], UserUttered)), None)
    if start is None:
        return {}
    message, after = events[start], events[start + 1 :]
    parsed = message.parse_data or {}
    reading = parsed.get("reading") or {}
    acts = sorted((reading.get("acts") or {}).items(), key=lambda act: -act[1])
    intent = parsed.get("intent") or {}
    return {
        "intent": str(intent.get("name") or ""),
        "confidence": float(intent.get("confidence") or 0.0),
        "acts": [[name, float(sure)] for name, sure in acts if sure >= MIN_ACT],
        "task": _find_task(events[:start], after),
        "subject": _find_subject(reading),
        "missed": _was_missed(events[:start], after),
    }


def _find_task(before: list[Event], after: list[Event]) -> str:
    """The form that ran, or else the last action that may answer, or else the form that is open."""
    names = [str(event.action_name) for event in after if isinstance(event, ActionExecuted) and event.action_name]
    forms = [name for name in names if name.endswith("_form")]
    spoken = [name for name in names if name not in SILENT]
    if forms or spoken:
        return (forms or spoken)[-1]
    open_loop = next((event.name for event in reversed(before) if isinstance(event, ActiveLoop)), None)
    return str(open_loop or "")


def _find_subject(reading: dict[str, Any]) -> str:
    best = max(reading.get("knowledge") or (), key=lambda one: one["score"], default=None)
    return str(best["subject"]) if best and best["score"] >= MIN_SUBJECT else ""


def _was_missed(before: list[Event], after: list[Event]) -> bool:
    """Whether the assistant asked again, gave up after asking too often, or did not know the answer."""
    told = {event.metadata.get("utter_action") for event in after if isinstance(event, BotUttered)}
    if told & {GIVEN_UP, *NOT_KNOWN}:
        return True
    count = next((_misses(event) for event in reversed(before) if _is_misses(event)), 0)
    for event in after:
        if _is_misses(event):
            if _misses(event) > count:
                return True
            count = _misses(event)
    return False


def _is_misses(event: Event) -> bool:
    return isinstance(event, SlotSet) and event.key == "misses"


def _misses(event: Event) -> int:
    return int(event.value or 0)
