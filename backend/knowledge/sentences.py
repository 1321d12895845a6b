"""Splits an answer into sentences, so that one with an unknown fact can be left out alone."""

from __future__ import annotations

import re

_ONE_OFFER = re.compile(r"(?:I can|Puedo) (?!.* (?:or|o) ).*\.$")
# space after the end and before the start of a sentence: not in `$5.00`, not in `a.m. and`
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])[\"')]*\s+(?=[\"'(¿¡]*(?:[A-ZÁÉÍÓÚÑ0-9{$]))")
# abbreviations that never end a sentence, and initials such as U.S. or EE. UU.
_ABBREVIATION = re.compile(
    r"(?:(?i:\b(?:mr|mrs|ms|dr|st|vs|sr|sra|srta|dra|ud|uds|av|núm|tel|aprox|ee|uu)|\b[a-z]\.[a-z])|(?:^|\s)[A-Z])\.$"
)
_NUMBER_ABBREVIATION = re.compile(r"\b[Nn]os?\.$")  # `No. 5`, but not `The answer is no.`
_AM_PM = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
# these continue a time: `until 4:30 p.m. Monday to Friday`, `a las 8 a.m. CST`
_CONTINUATION = re.compile(
    r"(?:mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|january|february|march|april|june|july|"
    r"august|september|october|november|december|central|eastern|mountain|[cemp][sd]?t)\b|[0-9]",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, ...]:
    """The sentences with their punctuation. In doubt two stay together, so that none is cut in half."""
    found: list[str] = []
    start = 0
    for gap in _SENTENCE_BREAK.finditer(text):
        before = text[start : gap.start()]
        if not _is_continuation(before, text[gap.end() :]):
            found.append(text[start : gap.end()].strip())
            start = gap.end()
    found.append(text[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def _is_continuation(before: str, after: str) -> bool:
    if _AM_PM.search(before):
        return _CONTINUATION.match(after) is not None
    if _NUMBER_ABBREVIATION.search(before):
        return after[:1].isdigit()
    return _ABBREVIATION.search(before) is not None


def offers_one_thing(offer: str) -> bool:
    """Whether an offer can be asked with "Shall I?" behind it: `I can report the light now.`, and no choice of two."""
    return _ONE_OFFER.match(offer) is not None
