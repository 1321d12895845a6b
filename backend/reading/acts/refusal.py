"""Extracts what a message refuses: "payment plan" of `no payment plan please`, nothing in particular of `not that`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.reading.acts.signals import extract_leading_refusal
from backend.reading.acts.yes_no import contains_value

STEM_LENGTH = 4
"""Letters that words of one family share: stop and stopping, arrange and arrangement."""
_POINTING_WORDS = re.compile(
    r"(?:(?:any|all|of|that|this|it|those|these|either|either one|them|kind|thing|things|stuff|please|thanks?|thank|"
    r"you|at|now|anything|do|did|have|like|ever|one|none)\W*)*",
    re.IGNORECASE,
)
_DEGREE_WORDS = re.compile(r"\b(?:that|so|as|this|too) (?:much|many|early|late|soon|long|high|low)\b", re.IGNORECASE)
_CLAUSE_BREAK = re.compile(r"(?<!\d)[.!?;,]+(?!\d)|\s[-–—]\s|\n|\b(?:but|and)\b", re.IGNORECASE)
_STOPWORDS = frozenset(
    "about asking making paying with your what from that this have them they then than more please".split()
)


def extract_refusals(text: str) -> list[str]:
    """What each refusing part of a message refuses, in its words; an empty string where it only points ("not that").

    A part that names a number, a day or a way to pay refuses that value, and not the task: "I don't want to pay 50".
    """
    found = []
    for part in _CLAUSE_BREAK.split(text):
        rest = extract_leading_refusal(part.strip())
        if rest is None or contains_value(rest) or _DEGREE_WORDS.search(rest):
            continue
        found.append("" if _POINTING_WORDS.fullmatch(rest) else rest)
    return found


def is_same_subject(words: str, titles: Iterable[str]) -> bool:
    """Whether the words name a thing that one of the titles names, whatever the ending of the word."""
    return bool(_word_stems(words) & {stem for title in titles for stem in _word_stems(title)})


def _word_stems(words: str) -> set[str]:
    return {word[:STEM_LENGTH] for word in re.findall(r"[^\W\d_]{4,}", words.lower()) if word not in _STOPWORDS}
