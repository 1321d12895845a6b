"""What the members say, to both systems alike, and what an answer must show to count as one."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """One message. `ours` and `stock` are patterns found in a right answer of memberline and of stock."""

    text: str
    ours: str
    stock: str


FAQ = (
    Said("what are your office hours", r"open|hours|phone", r"open|hours|phone"),
    Said("where do i find my member number", r"dash", r"dash"),
    Said("how do i log in to the website", r"sign in|address", r"sign in|address"),
    Said("thank you very much", r"welcome|glad|any time", r"welcome|glad|any time"),
    Said("what is budget billing", r"budget", r"budget"),
    Said("i forgot my password", r"password", r"password"),
    Said("why is my bill so high", r"bill", r"bill"),
    Said("what can you do", r"pay", r"pay"),
)
"""Turns that only answer: no form, no database on the stock side; memberline looks up its facts in an action."""

MIX = (
    Said("good morning", r"help|do for you", r"help"),
    Said("i want to pay my bill", r"member number", r"member number"),
    Said("99999-001", r"last 4", r"last 4"),
    Said("0142", r"112\.40", r"how much"),
    Said("what are your office hours", r"(open|hours|phone)[\s\S]*how much", r"(open|hours|phone)[\s\S]*how much"),
    Said("50", r"today", r"today"),
    Said("never mind", r"stop|nothing", r"stop"),
    Said("thanks", r"welcome|glad|any time", r"welcome|glad|any time"),
)
"""A conversation of eight turns: a greeting, a payment begun, identity, a question between, an amount, and left."""

KINDS = {"faq": FAQ, "mix": MIX}


def long_conversation(turns: int) -> list[Said]:
    """One member who asks on and on."""
    return [FAQ[place % len(FAQ)] for place in range(turns)]


def shows(answer: str, pattern: str) -> bool:
    """Whether the answer is of the kind that was to be expected."""
    return re.search(pattern, answer, re.IGNORECASE) is not None
