"""An answer in the member's own words, such as a street or a plan: not a question, and no wish for something else."""

from __future__ import annotations

import re

from actions.turn import Turn

NON_ANSWER_INTENTS = frozenset(
    {"speak_to_human", "report_outage", "help_capabilities", "cancel", "repeat", "greet", "thank", "goodbye"}
)
ONLY_PERSON_WORDS = re.compile(
    r"(?:(?:i|i'd|want|wanna|need|would|like|let|get|give|me|can|could|may|talk|speak|to|two|too|with|a|an|the|one|some"
    r"|live|real|please|just|person|human|people|somebody|someone|agent|operator|representative)\b[\s,.!?]*)+",
    re.IGNORECASE,
)
"""A recogniser writes "to" as "two": where only a person is asked for, that is no amount."""
QUESTION_WORDS = ("what", "where", "when", "how", "why", "who", "is there", "do you", "can i", "are you", "does")
MAX_LENGTH = 300
VIEW_REQUEST = re.compile(
    r"^(when|what|which|how much|am i|is my|is it|do i|does|has|show|view|see|tell me|check)\b", re.IGNORECASE
)
"""Who begins so wants to see how something stands."""


def extract_free_text(turn: Turn) -> str | None:
    """The words as an answer; None when they are a question or a wish of another kind, or no words at all."""
    text = turn.focused_text.strip()
    if (
        not text
        or turn.intent in NON_ANSWER_INTENTS
        or (turn.intent.startswith("faq_") and _looks_like_question(turn.text.strip()))
    ):
        return None
    return text[:MAX_LENGTH]


def is_only_faq_question(turn: Turn) -> bool:
    """A question to the co-op without a number in it: `what is Pay Now?` is no wish to pay now."""
    return (
        turn.intent.startswith("faq_")
        and _looks_like_question(turn.text.strip())
        and not any(c.isdigit() for c in turn.text)
    )


def is_only_person_request(turn: Turn) -> bool:
    """Whether nothing but a person is asked for, whatever else the words may sound like."""
    return turn.intent == "speak_to_human" and bool(ONLY_PERSON_WORDS.fullmatch(turn.text.strip()))


def _looks_like_question(text: str) -> bool:
    lowered = text.lower()
    return lowered.endswith("?") or lowered.startswith(QUESTION_WORDS)
