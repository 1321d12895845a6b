"""Detects which kinds of request are named: `callback` in `undo that call`, and no report of a meter."""

from __future__ import annotations

import re

KIND_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        (
            "callback",
            r"call ?backs?|(?:the|my|that|this|a|phone|tuesday|monday|wednesday|friday|scheduled) calls?|"
            r"call me|llamada|calling me",
        ),
        ("light", r"(?:yard |street |pole |barn )?light"),
        ("meter", r"meter(?: reader)?|medidor|reading|visit"),
        ("electrician", r"electricians?|electricista"),
        ("tree", r"trees?|branch(?:es)?|limbs?|[aá]rbol|ramas?"),
        ("voltage", r"flicker\w*|dim(?:ming)? lights?|voltage|weak power"),
        ("outage", r"outage|power out|the power|apag[oó]n"),
        ("danger", r"danger|peligro|sparks?|wire"),
        ("service", r"move|moving|service (?:stop|start|change)"),
        ("complaint", r"complaint|queja"),
        ("damage", r"claim|reclamo|damage|fridge"),
        ("name_change", r"name(?: change)?"),
        ("dispute", r"charge|refund|dispute|reembolso"),
        ("medical", r"medical|oxygen"),
        ("arrangement", r"arrangement|plan"),
        ("other", r"request for the office"),
    )
)
# "the meter one i want, it's the call i don't want" also names a request that stays
_EXCLUDED = re.compile(
    r"(?:\bnot (?:the|my)\b[^,.;!]*|\b(?:the|my) [^,.;!]{2,24}? (?:one )?i (?:do )?(?:want|need)\b|"
    r"\b(?:keep|leave|want|need) (?:the|my|a|someone|somebody)\b[^,.;!]*|\bsolo no\b[^,.;!]*)",
    re.IGNORECASE,
)


def detect_ticket_kinds(text: str) -> frozenset[str]:
    """The kinds of tickets that the words name, those that are to stay left out."""
    rest = _EXCLUDED.sub(" ", text)
    return frozenset(kind for kind, words in KIND_PATTERNS if words.search(rest))
