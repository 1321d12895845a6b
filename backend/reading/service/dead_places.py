"""Reads the parts of a report that say where the power is out, without those that say where it is fine."""

from __future__ import annotations

import re

from backend.reading.detectors import detector

_PART = re.compile(
    r"[.,;!?\n]+\s*|\s+\b(?:but|pero|while)\b\s+|\s+\b(?:and|y)\b\s+(?=(?:the |my |la |el )?\w+ (?:is|still|esta)\b)"
)
_says_fine = detector(
    r"\b(?:fine|ok|okay|good|alright|all right|working|works|bien|(?:is|are|still) on|(?:has|got|have|tiene|hay) "
    r"(?:power|lights?|luz|electricity))\b",
    unless=r"\b(?:no|not|isn'?t|n'?t|sin|dead|dark|out)\b",
)
_says_out = detector(
    r"\b(?:out|dead|dark|down|off|lost|no (?:power|lights?|electricity|is there electricity)|sin luz|no hay luz|"
    r"without (?:power|lights?))\b"
)


def parts_without_power(text: str) -> list[str]:
    """The parts that say that the power is out, or else all that do not say it is fine.

    `No power at the barn. House is fine` gives `No power at the barn`.
    """
    parts = [part for part in _PART.split(text) if part.strip() and not _says_fine(part)]
    return [part for part in parts if _says_out(part)] or parts
