"""Splits a text into sentences, which a relay is sent one by one: the first is spoken while the rest is on its way."""

from __future__ import annotations

import re

_BOUNDARY = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9$¿¡\"'ÁÉÍÓÚÑ])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:St|Ave|Rd|Dr|Ln|Blvd|Hwy|Ct|Apt|Mr|Mrs|Ms|Sr|Sra|No|Núm|Inc|Co|[ap]\.m|[A-Z]|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))\.$"
)


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, without the spaces between them; nothing else is changed."""
    sentences: list[str] = []
    for piece in _BOUNDARY.split(text.strip()):
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] += f" {piece}"
        elif piece:
            sentences.append(piece)
    return sentences
