"""What the act model sees of a reply beside its meaning: its words, its words under the kind of question, the task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from engine.components.features import TfidfFeatures, word_ngrams
from engine.components.question_context import QUESTION_TYPES, TASKS, QuestionContext

MIN_COUNT = 2  # times that a word must stand under a kind of question to count there
LENGTH_STEPS = (1, 2, 4, 8, 16, 32)


def cross_features(question: QuestionContext, text: str) -> Iterator[str]:
    """Yield the features that say in which situation a normalized text is said."""
    yield f"asked {question.question_type}"
    yield f"task {question.task}"
    yield f"{question.question_type} under {question.task}"
    tokens = text.split()
    yield f"{question.question_type} long {sum(len(tokens) >= least for least in LENGTH_STEPS)}"
    for gram in word_ngrams(text):
        yield f"{question.question_type}: {gram}"
    said = set(word_ngrams(question.text.lower())) | {
        word for option in question.options for word in word_ngrams(option.lower())
    }
    yield f"{question.question_type} said again {min(3, sum(token in said for token in tokens if len(token) > 1))}"


class ActFeatures:
    """Positions and weights of a reply's features in one long vector."""

    def __init__(self, sparse: TfidfFeatures, situations: list[str]) -> None:
        """``situations`` are the features of ``crossed`` that were seen in training."""
        self.sparse, self.situations = sparse, situations
        self._index = {name: sparse.size + number for number, name in enumerate(situations)}
        self.size = sparse.size + len(situations)

    @classmethod
    def fit(cls, asked: list[tuple[QuestionContext, str]]) -> ActFeatures:
        """Take the features from training replies (normalized)."""
        seen: Counter[str] = Counter()
        for question, text in asked:
            seen.update(set(cross_features(question, text)))
        situations = sorted(name for name, count in seen.items() if count >= MIN_COUNT)
        return cls(TfidfFeatures.fit([text for _, text in asked]), situations)

    def __call__(self, question: QuestionContext, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions and weights of a reply's features."""
        at, weights = self.sparse(text)
        own = sorted({i for name in cross_features(question, text) if (i := self._index.get(name)) is not None})
        share = np.full(len(own), 1 / np.sqrt(len(own) or 1), np.float32)
        return np.concatenate([at, np.array(own, np.int64)]), np.concatenate([weights, share])


def encode_question_type(question: QuestionContext) -> np.ndarray:
    """Return the kind of question and the task as zeros and ones, to stand beside the meaning."""
    found = np.zeros(len(QUESTION_TYPES) + len(TASKS), np.float32)
    found[QUESTION_TYPES.index(question.question_type)] = found[len(QUESTION_TYPES) + TASKS.index(question.task)] = 1
    return found
