"""Chooses between the answers of a question for which the classifier has one intent, by its words."""

from __future__ import annotations

import re

from backend.reading.detectors import detector

# intent -> topics in order; the first whose words occur is answered with utter_answer_<intent>_<topic>
TOPICS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "faq_portal": (
        ("bookmark", re.compile(r"\b(bookmark\w*|favou?rites?|saved (?:link|page)|page i saved|old link)\b", re.I)),
        ("safe", re.compile(r"\b(safe|secure\w*|safety|trust|scam|hack\w*)\b", re.I)),
        (
            "trouble",
            re.compile(
                r"\b(down|broken|crash\w*|error|can'?t (open|get)|"
                r"(not|isn'?t|doesn'?t|won'?t) (load|work|open|come)\w*)\b",
                re.I,
            ),
        ),
        (
            "quick_pay",
            re.compile(r"\bquick ?pay\b|without (?:an account|logging in|a login)|have to log in to pay", re.I),
        ),
        (
            "billing",
            re.compile(
                r"\bbilling (?:and|&|n) payments?\b|\bbilling (?:page|menu|section)\b|\b(?:bill\w*|payment) history\b",
                re.I,
            ),
        ),
        (
            "new",
            re.compile(
                r"\b(what'?s new|what is new|new about|different|changed?|features?|app|mobile|tablet|my phone|better|"
                r"easier|improved?|ipad|iphone|android|switch(ed)?|why (the|a) new|new (system|software))\b",
                re.I,
            ),
        ),
    ),
    "faq_still_works": (("alerts", re.compile(r"\b(alerts?|notifications?|reminders?|texts?)\b", re.I)),),
    "faq_drafts": (
        ("new", re.compile(r"\b(new|sign up|set ?up|replaced|difference|same as|still get)\b", re.I)),
        ("day", re.compile(r"\b(day|when|due date|date|come out|taken)\b", re.I)),
        ("details", re.compile(r"\b(details?|where|manage|scheduled|find|view|page)\b", re.I)),
    ),
}
ASKS_WHICH_DAY = re.compile(r"(on )?(when|(what|which) (day|date))\b", re.IGNORECASE)
ASKS_IF_ENROLLED = re.compile(r"\b(enrol\w*|am i on|i'?m on|is on)\b", re.I)


asks_where_to_mail = detector(
    r"\b(?:mail|send|post)\b.{0,20}\b(?:checks?|payments?|bills?|money order|it to)\b|\bmailing address\b|"
    r"\bby mail\b|\bpayment address\b|\bcheck out to\b"
)
"""`Where do I mail a check?`: only the address for payments, and not all of the office."""


def select_response(intent: str, text: str) -> str:
    """The response that answers a question."""
    plain = f"utter_answer_{intent}"
    if intent == "faq_drafts" and ASKS_IF_ENROLLED.search(text) and not ASKS_WHICH_DAY.match(text):
        return plain
    topic = next((name for name, words in TOPICS.get(intent, ()) if words.search(text)), None)
    return f"{plain}_{topic}" if topic else plain
