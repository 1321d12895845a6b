"""What the members say, to both systems alike, and what an answer must show to count as one."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ScriptedMessage:
    """One message. `ours` and `stock` are patterns found in a right answer of memberline and of stock."""

    text: str
    own_pattern: str
    stock_pattern: str


FAQ = (
    ScriptedMessage("what are your office hours", r"open|hours|phone", r"open|hours|phone"),
    ScriptedMessage("where do i find my member number", r"dash", r"dash"),
    ScriptedMessage("how do i log in to the website", r"sign in|address", r"sign in|address"),
    ScriptedMessage("thank you very much", r"welcome|glad|any time", r"welcome|glad|any time"),
    ScriptedMessage("what is budget billing", r"budget", r"budget"),
    ScriptedMessage("i forgot my password", r"password", r"password"),
    ScriptedMessage("why is my bill so high", r"bill", r"bill"),
    ScriptedMessage("what can you do", r"pay", r"pay"),
)
"""Turns that only answer: no form, no database on the stock side; memberline looks up its facts in an action."""

PAYMENT_MIX = (
    ScriptedMessage("good morning", r"help|do for you", r"help"),
    ScriptedMessage("i want to pay my bill", r"member number", r"member number"),
    ScriptedMessage("99999-001", r"last 4", r"last 4"),
    ScriptedMessage("0142", r"112\.40", r"how much"),
    ScriptedMessage(
        "what are your office hours", r"(open|hours|phone)[\s\S]*how much", r"(open|hours|phone)[\s\S]*how much"
    ),
    ScriptedMessage("50", r"today", r"today"),
    ScriptedMessage("never mind", r"stop|nothing", r"stop"),
    ScriptedMessage("thanks", r"welcome|glad|any time", r"welcome|glad|any time"),
)
"""A conversation of eight turns: a greeting, a payment begun, identity, a question between, an amount, and left."""

SCRIPTS = {"faq": FAQ, "mix": PAYMENT_MIX}


def build_long_conversation(turns: int) -> list[ScriptedMessage]:
    """One member who asks on and on."""
    return [FAQ[place % len(FAQ)] for place in range(turns)]


def is_expected_answer(answer: str, pattern: str) -> bool:
    """Whether the answer is of the kind that was to be expected."""
    return re.search(pattern, answer, re.IGNORECASE) is not None
