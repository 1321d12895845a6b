"""An answer in the member's own words, such as a street or a plan: not a question, and no wish for something else."""

from __future__ import annotations

import re

from actions.turn import Turn

ASIDE = frozenset(
    {"speak_to_human", "report_outage", "help_capabilities", "cancel", "repeat", "greet", "thank", "goodbye"}
)
FOR_A_PERSON = re.compile(
    r"(?:(?:i|i'd|want|wanna|need|would|like|let|get|give|me|can|could|may|talk|speak|to|two|too|with|a|an|the|one|some"
    r"|live|real|please|just|person|human|people|somebody|someone|agent|operator|representative)\b[\s,.!?]*)+",
    re.IGNORECASE,
)
"""A recogniser writes "to" as "two": where only a person is asked for, that is no amount."""
QUESTION_WORDS = ("what", "where", "when", "how", "why", "who", "is there", "do you", "can i", "are you", "does")
MOST = 300
LOOK = re.compile(
    r"^(when|what|which|how much|am i|is my|is it|do i|does|has|show|view|see|tell me|check)\b", re.IGNORECASE
)
"""Who begins so wants to see how something stands."""


def free_text(turn: Turn) -> str | None:
    """The words as an answer; None when they are a question or a wish of another kind, or no words at all."""
    text = turn.own_words.strip()
    if not text or turn.intent in ASIDE or (turn.intent.startswith("faq_") and _asks(turn.text.strip())):
        return None
    return text[:MOST]


def only_asks(turn: Turn) -> bool:
    """A question to the co-op without a number in it: `what is Pay Now?` is no wish to pay now."""
    return turn.intent.startswith("faq_") and _asks(turn.text.strip()) and not any(c.isdigit() for c in turn.text)


def only_wants_a_person(turn: Turn) -> bool:
    """Whether nothing but a person is asked for, whatever else the words may sound like."""
    return turn.intent == "speak_to_human" and bool(FOR_A_PERSON.fullmatch(turn.text.strip()))


def _asks(text: str) -> bool:
    lowered = text.lower()
    return lowered.endswith("?") or lowered.startswith(QUESTION_WORDS)
