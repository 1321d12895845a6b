"""What a message refuses: `no payment plan please`, `don't turn off the power, I mean the draft`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.reading.acts.polarity import names_a_value
from backend.reading.acts.signals import refusal_in

STEM = 4
"""Letters by which words of one family are told: stop and stopping, arrange and arrangement."""
_POINTING = re.compile(
    r"(?:(?:any|all|of|that|this|it|those|these|either|either one|them|kind|thing|things|stuff|please|thanks?|thank|"
    r"you|at|now|anything|do|did|have|like|ever|one|none)\W*)*",
    re.IGNORECASE,
)
_OF_DEGREE = re.compile(r"\b(?:that|so|as|this|too) (?:much|many|early|late|soon|long|high|low)\b", re.IGNORECASE)
_CLAUSES = re.compile(r"(?<!\d)[.!?;,]+(?!\d)|\s[-–—]\s|\n|\b(?:but|and)\b", re.IGNORECASE)
_COMMON = frozenset(
    "about asking making paying with your what from that this have them they then than more please".split()
)


def refused(text: str) -> list[str]:
    """What each refusing part of a message refuses, in its words; empty words where it only points ("not that").

    A part that names a number, a day or a way to pay refuses that value, and not the task: "I don't want to pay 50".
    """
    found = []
    for part in _CLAUSES.split(text):
        rest = refusal_in(part.strip())
        if rest is None or names_a_value(rest) or _OF_DEGREE.search(rest):
            continue
        found.append("" if _POINTING.fullmatch(rest) else rest)
    return found


def same_subject(words: str, titles: Iterable[str]) -> bool:
    """Whether the words name a thing that one of the titles names, whatever the ending of the word."""
    return bool(_stems(words) & {stem for title in titles for stem in _stems(title)})


def _stems(words: str) -> set[str]:
    return {word[:STEM] for word in re.findall(r"[^\W\d_]{4,}", words.lower()) if word not in _COMMON}
