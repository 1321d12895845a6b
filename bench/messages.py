"""The messages that are sent to both systems, and what a right answer must contain."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ScriptedMessage:
    """One message, with the patterns that are found in a right answer of memberline and of stock."""

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
"""Turns without a form. On the stock side they need no database; memberline looks up its facts in an action."""

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
"""Eight turns: a greeting, a payment is begun, identity, a side question, an amount, and it is abandoned."""

SCRIPTS = {"faq": FAQ, "mix": PAYMENT_MIX}


def build_long_conversation(turns: int) -> list[ScriptedMessage]:
    return [FAQ[place % len(FAQ)] for place in range(turns)]


def is_expected_answer(answer: str, pattern: str) -> bool:
    return re.search(pattern, answer, re.IGNORECASE) is not None
