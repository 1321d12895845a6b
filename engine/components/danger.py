"""What a message tells of danger, and what somebody asks or tells beside a danger that was reported.

The rules of `backend/reading` know the plain words, in the engine's absence, too; these models know what sentences have
in common, since frightened people say no expected word: "a cord from the pole is in our pool".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from engine.components.encoder import Encoder
from engine.components.features import normalise
from engine.components.sentence_model import SentenceModel, Sentences, all_alike, first_is_half

NONE, WIRE = "none", "wire"
HAZARDS = (NONE, "car", "fire", "gas", "hurt", "life", "water", WIRE)
"""What a message may tell of: the names of the files in data/danger, and of `backend/reading/hazard.py`."""
WHETHER = "whether"
MAY = ("touch", "power_off", "generator", "leave", "go_in", "may")
"""What asks whether something may be done; together `whether`, where none of them is likely enough."""
SILENT = ("else", "fact", "person")
"""What asks nothing and tells neither better nor worse: nothing of it is in the reading."""
SAYINGS = (*SILENT, *MAY, "breath", "do", "coming", "reported", "eases", "worse")
"""What is said beside a danger: the names of the files in data/danger_talk."""
MOST_OF_IT = 0.6
"""So much of what speaks for danger must speak for one kind of it."""
IN_ALL, IN_PART, IN_GROUP = 0.3, 0.5, 0.5
"""How likely a saying must be: in the whole message, in a part of it, and `whether` in either."""
LEAST_WORDS = 3
PART = re.compile(r"[,.;?!¿¡]+|\b(?:and|but|y|pero|also|tambien|oh|or)\b")
"""People in danger ask and tell in one breath, so that it is parted finer than other messages are into clauses."""


def hazard_model(sentences: Sentences, encoder: Encoder, remembered: Path | None) -> SentenceModel:
    """Learn what danger a message tells of."""
    return SentenceModel.trained(HAZARDS, sentences, encoder, remembered, first_is_half)


def talk_model(sentences: Sentences, encoder: Encoder, remembered: Path | None) -> SentenceModel:
    """Learn what is said beside a danger."""
    return SentenceModel.trained(SAYINGS, sentences, encoder, remembered, all_alike)


def hazard_in(model: SentenceModel, texts: Iterable[str]) -> tuple[str, float]:
    """Return the likeliest hazard and how sure some danger is, of the text that tells most: the whole, or a clause."""
    most = min((model.predict(text) for text in dict.fromkeys(texts)), key=lambda found: found[NONE])
    hazard = max((name for name in most if name != NONE), key=most.__getitem__, default=NONE)
    sure = 1 - most[NONE]
    if most.get(hazard, 0.0) < MOST_OF_IT * sure:
        hazard = WIRE  # what to do about any danger is said, and not what to do about the wrong one
    return hazard, sure


def said_in_danger(model: SentenceModel, text: str) -> dict[str, float]:
    """Return what is asked and told beside a danger, and how sure each is; `whether` where something may be done."""
    clean = normalise(text)
    parts = [part.strip() for part in PART.split(clean)]
    found: dict[str, float] = {}
    for part in dict.fromkeys([clean, *(one for one in parts if len(one.split()) >= LEAST_WORDS)]):
        likely = model.predict(part)
        enough = IN_ALL if part == clean else IN_PART
        best = max(likely, key=likely.__getitem__)
        if best not in SILENT and likely[best] >= enough:
            found[best] = max(found.get(best, 0.0), likely[best])
        group = sum(likely.get(name, 0.0) for name in MAY)
        if group >= IN_GROUP:
            found[WHETHER] = max(found.get(WHETHER, 0.0), group)
    return {name: round(sure, 3) for name, sure in found.items()}
