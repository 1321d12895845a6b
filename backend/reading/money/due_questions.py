"""Reads a question about what is owed, or when: `when is the barn due`, `how much is the house`.

The parts of a message that ask it name the account that is asked about; the others name what is to be paid.
"""

from __future__ import annotations

import re

from backend.reading.detectors import detector

_ASKING = r"(?:when(?:'?s)?|what(?:'?s)?|whens|whats|how much|para when)\b"
_PART = re.compile(
    r"[.?!;\n]+\s*|"
    rf"\s*,?\s*\b(?:and|but|also|so|y|pero)\s+(?=(?:say |tell me |also |para |the \w+,? |la \w+,? )?{_ASKING})|"
    rf"\s*,\s*(?=(?:say |tell me )?{_ASKING})",
    re.IGNORECASE,
)
asks_what_is_due = detector(
    r"\bwhen(?:'?s|s)?\b.{0,40}\b(?:due|owed|payable|(?:have|need|got|supposed) to (?:be )?(?:pay|paid)|se pay|vence|"
    r"es el pay|must i pay)\b|"
    r"\bwhat(?:'?s|s)?\b(?! (?:if|happens)\b).{0,40}\b(?:due|owed?|owing|balance|bill|amount|debo|debe)\b|"
    r"\bwhat(?:'?s|s)?\b(?: is| are)? (?:still )?(?:left|remaining|unpaid|open)\b[^.?!]{0,12}"
    r"\b(?:on|for|at) (?:the|my|both|all)\b|"
    r"\bhow much\b(?=.{0,40}\b(?:due|owed?|owing|is|are|was|on|for|of|left|bill|balance|debo|debe|"
    r"lo|del?)\b|'?s\b| home\b)|"
    r"\b(?:do|don'?t|does|did not|am|still) (?:i|we|it|you|the \w+) (?:still |not )*(?:owe|owing)\b|"
    r"\bstill (?:owe|debo)\b|\b(?:todavia|aun) debo\b|"
    r"^\W*(?:is|are) (?:anything|something|there anything|the \w+(?: bill)?)\b.{0,20}\b(?:due|owed|owing)\b",
    unless=r"\b(?:fees?|charges?|costs?|deposit|kwh|kilowatts?|usage|used?|using|outage|power|electricity|luz|"
    r"last (?:month|year|bill|time)|(?:did|have|has|had|was|were) (?:i|we|you|it) (?:pay|paid|owe)|"
    r"how much (?:can|may|should|could|will|would)|average|per month|a month|"
    r"(?:remind|text|alert|notify|email|message|warn|let) (?:me|us)\b.{0,20}\bwhen)\b|"
    r"\b(?:pay\w*|cover|settle|all|half|send|put)\b[^?]{0,20}\bwhat|"
    r"\b(?:pay|take|draft|schedule|charge|put|make|do) (?!\w+ say)[^?]*\bwhen(?:ever)?\b",
)
_TELLS = re.compile(
    r"^\W*(?:(?:no|yes|ok|okay|si|pay|wait|hold on|visa|mastercard|card|checking|savings|bank|all|half|both)\b|.*\d)"
    r"|\b(?:it|that|this|thats|that's|todo|eso|ese)\b",
    re.IGNORECASE,
)
MAX_NAME_WORDS = 3
"""In no more words the rest of a question only names its account: `the barn, when is it due`."""


def split_due_questions(text: str) -> tuple[list[str], str]:
    """The parts of a message (in English) that ask what is owed or when, and the rest of it.

    `Pay the barn, and when is the house due?` gives `when is the house due` and `Pay the barn`.
    """
    asked: list[str] = []
    rest: list[str] = []
    for part in filter(None, (part.strip() for part in _PART.split(text))):
        (asked if asks_what_is_due(part) else rest).append(part)
    if not asked:
        return [], text
    if rest and sum(len(part.split()) for part in rest) <= MAX_NAME_WORDS and not any(map(_TELLS.search, rest)):
        return [f"{', '.join(rest)}, {asked[0]}", *asked[1:]], ""
    return asked, ". ".join(rest)


only_states_account = detector(
    r"^\W*(?:(?:no|wait|but|hey|ok|okay|um|well)\W+)*(?:that'?s|thats|this is|it'?s|its|you (?:said|gave|told)|"
    r"that was|i (?:asked|said|meant)|not|eso es|ese es|esa es)\b(?!.*\b(?:pay|for|instead)\b)"
)
"""`That's the house`, beside a question: what was told before, and nothing that is to be paid."""
