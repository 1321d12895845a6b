"""Answers in the member's own words, such as a street or a plan."""

from __future__ import annotations

from actions.turn import Turn
from backend.reading.acts.task_control import is_person_request_only
from backend.reading.contact.location import extract_address_or_road, extract_location

NON_ANSWER_INTENTS = frozenset(
    {"speak_to_human", "report_outage", "help_capabilities", "cancel", "repeat", "greet", "thank", "goodbye"}
)
QUESTION_WORDS = ("what", "where", "when", "how", "why", "who", "is there", "do you", "can i", "are you", "does")
MAX_LENGTH = 300  # characters


def extract_free_text(turn: Turn) -> str | None:
    """The message as an answer. None when it is empty, a question or another request."""
    text = turn.focused_text.strip()
    if not text or turn.intent in NON_ANSWER_INTENTS or _is_faq_question(turn):
        return None
    return text[:MAX_LENGTH]


def extract_place(turn: Turn, *, asked: bool) -> str | None:
    """The place that the message names, or None. Words without a street ("behind the barn") need `asked`."""
    if not asked:
        return extract_address_or_road(turn.focused_text)
    if extract_free_text(turn) is None and extract_address_or_road(turn.focused_text) is None:
        return None
    return extract_location(turn.focused_text)


def is_only_faq_question(turn: Turn) -> bool:
    """Whether it is a question about the co-op without a number: `what is Pay Now?` is no request to pay."""
    return _is_faq_question(turn) and not any(c.isdigit() for c in turn.text)


def is_only_person_request(turn: Turn) -> bool:
    return turn.intent == "speak_to_human" and is_person_request_only(turn.text.strip())


def _is_faq_question(turn: Turn) -> bool:
    text = turn.text.strip().lower()
    return turn.intent.startswith("faq_") and (text.endswith("?") or text.startswith(QUESTION_WORDS))
