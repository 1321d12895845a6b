"""Whether a message tells of danger, and which: learnt from sentences, since frightened people say no expected word.

The rules of `backend/reading` know the plain words, in the engine's absence, too; this one knows what those sentences
have in common: "a cord from the pole is in our pool". One model on words and pieces of words and one on the meaning of
the sentence vote, for both languages at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.components.encoder import Encoder
from engine.components.features import BLOCKS, Sparse, matrix, normalise
from engine.components.intent_model import log_softmax

NONE, WIRE = "none", "wire"
HAZARDS = (NONE, "car", "fire", "gas", "hurt", "life", WIRE)
"""What a sentence may tell of: the names of the files in data/danger, and of `backend/reading/hazard.py`."""
SPARSE_C = 20.0
DENSE_C = 10.0
STEPS = 300
SHARE = 0.5  # of the model on words
LEAST_LETTERS = 6
"""A shorter message tells of nothing by itself: "yes", "14"."""
WEIGHTS_FILE = "danger.npz"
WORDS_FILE = "danger.json"

Weights = tuple[np.ndarray, np.ndarray]
Sentences = Sequence[tuple[str, str]]
"""The hazard and the words, as they were written."""


class BadDangerFileError(Exception):
    """A file of data/danger is named after no hazard; the text says which."""


def is_one_of_three(text: str) -> bool:
    """Tell which of the other training sentences stand for what is no danger: a third tells as much as all of them."""
    return hashlib.sha256(text.encode()).digest()[1] % 3 == 0


def read_all(folder: Path) -> list[tuple[str, str]]:
    """Return the sentences of `<hazard>.<language>.txt`, one a line.

    Raises:
        BadDangerFileError: a file is named after no hazard.
    """
    found = []
    for file in sorted(folder.glob("*.txt")):
        hazard = file.name.partition(".")[0]
        if hazard not in HAZARDS:
            raise BadDangerFileError(f"{file}: {hazard} is none of {', '.join(HAZARDS)}")
        lines = file.read_text(encoding="utf-8").splitlines()
        found += [(hazard, line.strip()) for line in lines if line.strip()]
    return found


class DangerModel:
    """Both models."""

    def __init__(
        self,
        encoder: Encoder,
        sparse: Sparse,
        words: tuple[np.ndarray, np.ndarray],
        deep: tuple[np.ndarray, np.ndarray],
    ) -> None:
        """``words`` and ``deep`` are weights (features x hazards) and bias of each."""
        self.encoder, self.sparse, self.words, self.deep = encoder, sparse, words, deep

    @classmethod
    def trained(cls, sentences: Sentences, encoder: Encoder, remembered: Path | None = None) -> DangerModel:
        """Fit on all sentences."""
        clean = [normalise(text) for _, text in sentences]
        labels = np.array([HAZARDS.index(hazard) for hazard, _ in sentences])
        sparse = Sparse.learnt(clean)
        words = _fit(matrix(sparse, clean), labels, SPARSE_C)
        deep = _fit(encoder.many(clean, remembered), labels, DENSE_C)
        return cls(encoder, sparse, words, deep)

    def predict(self, text: str) -> dict[str, float]:
        """Return the probability of each hazard, and of none, for a message as the member typed or said it."""
        clean = normalise(text)
        if sum(character.isalpha() for character in clean) < LEAST_LETTERS:
            return {NONE: 1.0}
        of_words = log_softmax(self.sparse.scores(clean, self.words[0]) + self.words[1])
        of_meaning = log_softmax(self.encoder(clean) @ self.deep[0] + self.deep[1])
        both = log_softmax(SHARE * of_words + (1 - SHARE) * of_meaning)
        return dict(zip(HAZARDS, np.exp(both).tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Write the weights as npz and the words as JSON."""
        arrays = {f"idf_{block}": self.sparse.idf[block] for block in BLOCKS}
        arrays |= {"words": self.words[0].astype(np.float16), "words_bias": self.words[1]}
        arrays |= {"deep": self.deep[0], "deep_bias": self.deep[1]}
        np.savez(folder / WEIGHTS_FILE, **arrays)
        told = {"vocabulary": self.sparse.vocabulary, "hazards": HAZARDS}
        (folder / WORDS_FILE).write_text(json.dumps(told), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> DangerModel:
        """Read what ``save`` wrote."""
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        told = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
        sparse = Sparse(told["vocabulary"], {block: arrays[f"idf_{block}"] for block in BLOCKS})
        words = arrays["words"].astype(np.float32), arrays["words_bias"]
        return cls(encoder, sparse, words, (arrays["deep"], arrays["deep_bias"]))


def _fit(x: object, labels: np.ndarray, c: float) -> Weights:
    """Return weights (features x hazards) and bias; a danger weighs as much as what is none, though there are fewer."""
    from sklearn.linear_model import LogisticRegression

    dangers = max(1, int((labels > 0).sum()))
    weights = np.where(labels > 0, (labels == 0).sum() / dangers, 1.0)
    fitted = LogisticRegression(C=c, max_iter=STEPS, tol=1e-3).fit(x, labels, sample_weight=weights)
    coefficients, bias = np.zeros((len(HAZARDS), fitted.coef_.shape[1]), np.float32), np.full(len(HAZARDS), -20.0)
    coefficients[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return coefficients.T, bias.astype(np.float32)
