"""Which danger a message reports, and what somebody asks or reports about a danger that is known already.

The rules of `backend/reading` know the plain words, and work without the engine. These models know what sentences have
in common, since frightened people use other words than expected: "a cord from the pole is in our pool".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.components.features import normalize_text
from engine.components.sentence_model import SentenceModel

NO_HAZARD, WIRE = "none", "wire"
HAZARD_LABELS = (NO_HAZARD, "car", "fire", "gas", "hurt", "life", "water", WIRE)
"""The hazards: names of files in data/danger, and of signs in backend/reading/hazards/hazard_signs.py."""
PERMISSION = "whether"
PERMISSION_LABELS = ("touch", "power_off", "generator", "leave", "go_in", "may")
"""Labels of questions whether something may be done. Where none is likely enough alone, together they are `whether`."""
IGNORED_LABELS = ("else", "fact", "person")
"""Labels of what asks nothing and reports no change; the reading leaves them out."""
DANGER_TALK_LABELS = (*IGNORED_LABELS, *PERMISSION_LABELS, "breath", "do", "coming", "reported", "eases", "worse")
"""What is said about a known danger: the names of the files in data/danger_talk."""
MIN_HAZARD_SHARE = 0.6
"""One hazard must have this share of the probability of any danger, or it is taken for a wire."""
MIN_IN_MESSAGE, MIN_IN_PART, MIN_PERMISSION = 0.3, 0.5, 0.5
"""Least probabilities: of a label in the whole message, in a part of it, and of `whether` in either."""
MIN_PART_WORDS = 3
PART_BREAK = re.compile(r"[,.;?!¿¡]+|\b(?:and|but|y|pero|also|tambien|oh|or)\b")
"""Frightened people ask and report several things in one sentence, so it is split finer than other messages are."""


def classify_hazard(model: SentenceModel, texts: Iterable[str]) -> tuple[str, float]:
    """The likeliest hazard and the probability of any danger, of the text for which that is highest."""
    most = min((model.predict(text) for text in dict.fromkeys(texts)), key=lambda found: found[NO_HAZARD])
    hazard = max((name for name in most if name != NO_HAZARD), key=most.__getitem__, default=NO_HAZARD)
    sure = 1 - most[NO_HAZARD]
    if most.get(hazard, 0.0) < MIN_HAZARD_SHARE * sure:
        hazard = WIRE  # its advice fits any danger, which is better than advice for the wrong one
    return hazard, sure


def classify_danger_talk(model: SentenceModel, text: str) -> dict[str, float]:
    """The labels of what is asked or reported about a known danger, with their probabilities."""
    clean = normalize_text(text)
    parts = [part.strip() for part in PART_BREAK.split(clean)]
    found: dict[str, float] = {}
    for part in dict.fromkeys([clean, *(one for one in parts if len(one.split()) >= MIN_PART_WORDS)]):
        likely = model.predict(part)
        enough = MIN_IN_MESSAGE if part == clean else MIN_IN_PART
        best = max(likely, key=likely.__getitem__)
        if best not in IGNORED_LABELS and likely[best] >= enough:
            found[best] = max(found.get(best, 0.0), likely[best])
        group = sum(likely.get(name, 0.0) for name in PERMISSION_LABELS)
        if group >= MIN_PERMISSION:
            found[PERMISSION] = max(found.get(PERMISSION, 0.0), group)
    return {name: round(sure, 3) for name, sure in found.items()}
