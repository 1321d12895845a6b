"""A message in its sentences."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


def split_sentences(words: str) -> list[str]:
    """The sentences in their order, each with its mark; a semicolon ends one, too."""
    return _SENTENCE_END.split(words)
