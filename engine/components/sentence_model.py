"""Classifies a sentence with a few labels: the danger that it reports, or what somebody in danger asks.

One model on words and pieces of words and one on the meaning of the sentence vote, for both languages at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from engine.components.encoder import Encoder
from engine.components.features import TfidfFeatures, load_model, normalize_text, save_model, sparse_matrix
from engine.components.intent_model import log_softmax

SPARSE_C = 20.0
DENSE_C = 10.0
MAX_STEPS = 300
SPARSE_WEIGHT = 0.5  # of the model on words
MIN_LETTERS = 6
"""Shorter messages, such as "yes" and "14", get the first label."""

Weights = tuple[np.ndarray, np.ndarray]
Sentences = Sequence[tuple[str, str]]
"""The label and the words, as they were written."""
WeightFunction = Callable[[np.ndarray], np.ndarray]
"""From the place of each sentence's label to how much the sentence counts."""


class BadSentenceFileError(Exception):
    """A file of sentences is named after no label; the text says which."""


def is_sampled(text: str) -> bool:
    """Whether a harmless sentence is used: a third of them serves as well as all."""
    return hashlib.sha256(text.encode()).digest()[1] % 3 == 0


def load_sentences(folder: Path, labels: Sequence[str]) -> list[tuple[str, str]]:
    """The sentences of `<label>.<language>.txt`, one a line.

    Raises:
        BadSentenceFileError: a file is named after none of `labels`.
    """
    found = []
    for file in sorted(folder.glob("*.txt")):
        label = file.name.partition(".")[0]
        if label not in labels:
            raise BadSentenceFileError(f"{file}: {label} is none of {', '.join(labels)}")
        lines = file.read_text(encoding="utf-8").splitlines()
        found += [(label, line.strip()) for line in lines if line.strip()]
    return found


def weigh_first_as_half(places: np.ndarray) -> np.ndarray:
    """Weigh the first label as much as all the others, though there may be fewer of these."""
    others = max(1, int((places > 0).sum()))
    return np.where(places > 0, (places == 0).sum() / others, 1.0)


def weigh_equally(places: np.ndarray) -> np.ndarray:
    """Weigh every label the same, however many sentences it has."""
    counts = np.bincount(places)
    return len(places) / (np.count_nonzero(counts) * counts[places])


class SentenceModel:
    """Both models; the first label is for sentences that fit none of the others."""

    def __init__(
        self, labels: Sequence[str], encoder: Encoder, sparse: TfidfFeatures, words: Weights, deep: Weights
    ) -> None:
        """`words` and `deep` are weights (features x labels) and bias of each."""
        self.labels = tuple(labels)
        self.encoder, self.sparse, self.words, self.deep = encoder, sparse, words, deep

    @classmethod
    def train(
        cls,
        labels: Sequence[str],
        sentences: Sentences,
        encoder: Encoder,
        vector_cache: Path | None = None,
        weigh: WeightFunction = weigh_first_as_half,
    ) -> SentenceModel:
        """Fit on all sentences. Vectors in the file `vector_cache` are not computed again."""
        clean = [normalize_text(text) for _, text in sentences]
        places = np.array([labels.index(label) for label, _ in sentences])
        weights = weigh(places)
        sparse = TfidfFeatures.fit(clean)
        words = _fit_weights(sparse_matrix(map(sparse, clean), sparse.size), places, len(labels), SPARSE_C, weights)
        deep = _fit_weights(encoder.encode_many(clean, vector_cache), places, len(labels), DENSE_C, weights)
        return cls(labels, encoder, sparse, words, deep)

    def predict(self, text: str) -> dict[str, float]:
        """The probability of each label, for words as the member typed or said them."""
        clean = normalize_text(text)
        if sum(character.isalpha() for character in clean) < MIN_LETTERS:
            return {self.labels[0]: 1.0}
        of_words = log_softmax(self.sparse.scores(clean, self.words[0]) + self.words[1])
        of_meaning = log_softmax(self.encoder(clean) @ self.deep[0] + self.deep[1])
        both = log_softmax(SPARSE_WEIGHT * of_words + (1 - SPARSE_WEIGHT) * of_meaning)
        return dict(zip(self.labels, np.exp(both).tolist(), strict=True))

    def save(self, folder: Path, name: str) -> None:
        """Write the weights to `name`.npz and the words to `name`.json."""
        words, words_bias = self.words
        deep, deep_bias = self.deep
        arrays = {"words": words.astype(np.float16), "words_bias": words_bias, "deep": deep, "deep_bias": deep_bias}
        save_model(folder, name, self.sparse, arrays, {"labels": self.labels})

    @classmethod
    def load(cls, folder: Path, name: str, encoder: Encoder) -> SentenceModel | None:
        """Read what `save` wrote; None when nothing is there."""
        if not (folder / f"{name}.npz").exists():
            return None
        sparse, arrays, settings = load_model(folder, name)
        words = arrays["words"].astype(np.float32), arrays["words_bias"]
        return cls(settings["labels"], encoder, sparse, words, (arrays["deep"], arrays["deep_bias"]))


def _fit_weights(x: object, places: np.ndarray, labels: int, c: float, weights: np.ndarray) -> Weights:
    """Weights (features x labels) and bias; a label without sentences is never chosen."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=c, max_iter=MAX_STEPS, tol=1e-3).fit(x, places, sample_weight=weights)
    coefficients, bias = np.zeros((labels, fitted.coef_.shape[1]), np.float32), np.full(labels, -20.0)
    coefficients[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return coefficients.T, bias.astype(np.float32)
