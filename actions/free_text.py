"""An answer in the member's own words, such as a street or a plan: not a question, and no other request."""

from __future__ import annotations

from actions.turn import Turn
from backend.reading.acts.task_control import is_person_request_only

NON_ANSWER_INTENTS = frozenset(
    {"speak_to_human", "report_outage", "help_capabilities", "cancel", "repeat", "greet", "thank", "goodbye"}
)
QUESTION_WORDS = ("what", "where", "when", "how", "why", "who", "is there", "do you", "can i", "are you", "does")
MAX_LENGTH = 300


def extract_free_text(turn: Turn) -> str | None:
    """The words as an answer; None when they are a question, another request, or empty."""
    text = turn.focused_text.strip()
    if (
        not text
        or turn.intent in NON_ANSWER_INTENTS
        or (turn.intent.startswith("faq_") and _looks_like_question(turn.text.strip()))
    ):
        return None
    return text[:MAX_LENGTH]


def is_only_faq_question(turn: Turn) -> bool:
    """A question to the co-op without a number in it: `what is Pay Now?` is no request to pay now."""
    return (
        turn.intent.startswith("faq_")
        and _looks_like_question(turn.text.strip())
        and not any(c.isdigit() for c in turn.text)
    )


def is_only_person_request(turn: Turn) -> bool:
    """Whether nothing but a person is asked for, whatever else the words may sound like."""
    return turn.intent == "speak_to_human" and is_person_request_only(turn.text.strip())


def _looks_like_question(text: str) -> bool:
    lowered = text.lower()
    return lowered.endswith("?") or lowered.startswith(QUESTION_WORDS)
