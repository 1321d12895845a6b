"""What a message tells of danger, and what somebody asks or tells beside a danger that was reported.

The rules of `backend/reading` know the plain words, in the engine's absence, too; these models know what sentences have
in common, since frightened people say no expected word: "a cord from the pole is in our pool".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from engine.components.encoder import Encoder
from engine.components.features import normalize_text
from engine.components.sentence_model import SentenceModel, Sentences, weigh_equally, weigh_first_as_half

NO_HAZARD, WIRE = "none", "wire"
HAZARD_LABELS = (NO_HAZARD, "car", "fire", "gas", "hurt", "life", "water", WIRE)
"""What a message may tell of: the names of the files in data/danger and of backend/reading/hazards/hazard_signs.py."""
PERMISSION = "whether"
PERMISSION_LABELS = ("touch", "power_off", "generator", "leave", "go_in", "may")
"""What asks whether something may be done; together `whether`, where none of them is likely enough."""
IGNORED_LABELS = ("else", "fact", "person")
"""What asks nothing and tells neither better nor worse: nothing of it is in the reading."""
DANGER_TALK_LABELS = (*IGNORED_LABELS, *PERMISSION_LABELS, "breath", "do", "coming", "reported", "eases", "worse")
"""What is said beside a danger: the names of the files in data/danger_talk."""
MIN_HAZARD_SHARE = 0.6
"""So much of what speaks for danger must speak for one kind of it."""
MIN_IN_MESSAGE, MIN_IN_PART, MIN_PERMISSION = 0.3, 0.5, 0.5
"""How likely a saying must be: in the whole message, in a part of it, and `whether` in either."""
MIN_PART_WORDS = 3
PART_BREAK = re.compile(r"[,.;?!¿¡]+|\b(?:and|but|y|pero|also|tambien|oh|or)\b")
"""People in danger ask and tell in one breath, so that it is parted finer than other messages are into clauses."""


def train_hazard_model(sentences: Sentences, encoder: Encoder, remembered: Path | None) -> SentenceModel:
    """Learn what danger a message tells of."""
    return SentenceModel.train(HAZARD_LABELS, sentences, encoder, remembered, weigh_first_as_half)


def train_danger_talk_model(sentences: Sentences, encoder: Encoder, remembered: Path | None) -> SentenceModel:
    """Learn what is said beside a danger."""
    return SentenceModel.train(DANGER_TALK_LABELS, sentences, encoder, remembered, weigh_equally)


def classify_hazard(model: SentenceModel, texts: Iterable[str]) -> tuple[str, float]:
    """Return the likeliest hazard and how sure some danger is, of the text that tells most: the whole, or a clause."""
    most = min((model.predict(text) for text in dict.fromkeys(texts)), key=lambda found: found[NO_HAZARD])
    hazard = max((name for name in most if name != NO_HAZARD), key=most.__getitem__, default=NO_HAZARD)
    sure = 1 - most[NO_HAZARD]
    if most.get(hazard, 0.0) < MIN_HAZARD_SHARE * sure:
        hazard = WIRE  # what to do about any danger is said, and not what to do about the wrong one
    return hazard, sure


def classify_danger_talk(model: SentenceModel, text: str) -> dict[str, float]:
    """Return what is asked and told beside a danger, and how sure each is; `whether` where something may be done."""
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
