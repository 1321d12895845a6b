"""What a reply does: the probability of each act, given the open question.

As with intents, two models vote: a quick one on words, alone when it is sure, and one on the meaning of question and
reply together. The probability from which an act counts is the same for all acts, chosen on the held-out replies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from engine.components.encoder import THREADS, Encoder, EncoderInput, is_held_out
from engine.components.features import (
    TfidfFeatures,
    load_model,
    normalize_text,
    save_model,
    sparse_matrix,
    word_ngrams,
)
from engine.components.labeled_replies import ACT_NAMES, LabeledReply
from engine.components.question_context import QUESTION_TYPES, TASKS, QuestionContext

MIN_COUNT = 2  # replies to a type of question in which a word must be, to count there
LENGTH_STEPS = (1, 2, 4, 8, 16, 32)  # words
SPARSE_C = 15.0
DENSE_C = 4.0
DENSE_STEPS = 120
SPARSE_SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)  # of the quick model, to choose from
SURE_PROBABILITY = 0.96
NEVER_GUESSED_ACTS = frozenset({"affirm"})
"""Never called below an even chance: a false yes costs more than a question asked again."""
TRIED_SHIFTS = np.arange(-2.0, 1.01, 0.1, np.float32)  # logits from which acts may be called
MAX_LOGIT = 12.0  # logits beyond it say no more
FILE_NAME = "acts"

Weights = tuple[np.ndarray, np.ndarray]


def is_held_out_reply(reply: LabeledReply) -> bool:
    """Whether a reply is kept from the tuning of the encoder: whole questions are, so that none is half known."""
    return is_held_out(f"{reply.question.task}|{reply.question.text}")


def encoder_input(question: QuestionContext, text: str) -> EncoderInput:
    """What the encoder reads."""
    before = question.encoder_context()
    return (normalize_text(before), text) if before else text


def label_matrix(replies: Sequence[LabeledReply]) -> np.ndarray:
    """Which acts each reply has, as ones in replies x acts."""
    return np.array([[name in reply.act_names() for name in ACT_NAMES] for reply in replies], np.float32)


def cross_features(question: QuestionContext, text: str) -> Iterator[str]:
    """Yield the features of a normalized text in its situation: with the task and the type of question."""
    yield f"asked {question.question_type}"
    yield f"task {question.task}"
    yield f"{question.question_type} under {question.task}"
    tokens = text.split()
    yield f"{question.question_type} long {sum(len(tokens) >= least for least in LENGTH_STEPS)}"
    for gram in word_ngrams(text):
        yield f"{question.question_type}: {gram}"
    asked = {word for part in (question.text, *question.options) for word in word_ngrams(part.lower())}
    yield f"{question.question_type} said again {min(3, sum(token in asked for token in tokens if len(token) > 1))}"


class ActFeatures:
    """Positions and weights of a reply's features in one long vector."""

    def __init__(self, sparse: TfidfFeatures, situations: list[str]) -> None:
        """`situations` are the results of `cross_features` that were seen in training."""
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
        """The positions and weights of a reply's features."""
        positions, weights = self.sparse(text)
        known = sorted({i for name in cross_features(question, text) if (i := self._index.get(name)) is not None})
        share = np.full(len(known), 1 / np.sqrt(len(known) or 1), np.float32)
        return np.concatenate([positions, np.array(known, np.int64)]), np.concatenate([weights, share])


def encode_question_type(question: QuestionContext) -> np.ndarray:
    """The type of question and the task as zeros and ones, to be joined to the vector of the meaning."""
    found = np.zeros(len(QUESTION_TYPES) + len(TASKS), np.float32)
    found[QUESTION_TYPES.index(question.question_type)] = found[len(QUESTION_TYPES) + TASKS.index(question.task)] = 1
    return found


def _fit_sparse(x: Any, y: np.ndarray) -> Weights:
    """Weights (features x acts) and bias of one logistic regression an act."""
    from sklearn.linear_model import LogisticRegression

    weights, bias = np.zeros((x.shape[1], len(ACT_NAMES)), np.float32), np.full(len(ACT_NAMES), -MAX_LOGIT, np.float32)

    def fit(act: int) -> None:
        if 0 < y[:, act].sum() < len(y):
            fitted = LogisticRegression(C=SPARSE_C, solver="liblinear", tol=1e-3).fit(x, y[:, act])
            weights[:, act], bias[act] = fitted.coef_[0], fitted.intercept_[0]

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fit, range(len(ACT_NAMES))))
    return weights, bias


def _fit_dense(x: np.ndarray, y: np.ndarray) -> Weights:
    """The same for few features that are never zero; one descent for all acts is ten times faster."""
    from scipy.optimize import minimize

    shape = (x.shape[1] + 1, len(ACT_NAMES))
    penalty = np.ones(shape, np.float32) / DENSE_C
    penalty[-1] = 0  # the bias is free
    x_and_bias = np.hstack([x, np.ones((len(x), 1), np.float32)])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(shape).astype(np.float32)
        logits = x_and_bias @ w
        wrong = np.logaddexp(0, logits) - y * logits
        slope = x_and_bias.T @ (_sigmoid(logits) - y) + penalty * w
        return float(wrong.sum() + (penalty * w * w).sum() / 2), slope.ravel().astype(np.float64)

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": DENSE_STEPS})
    w = found.x.reshape(shape).astype(np.float32)
    return w[:-1], w[-1]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -MAX_LOGIT, MAX_LOGIT))))


def f1_score(called: np.ndarray, truth: np.ndarray) -> float:
    """F1 over all acts; both are replies x acts, ones and zeros."""
    return float(2 * (called * truth).sum() / max(1.0, called.sum() + truth.sum()))


def best_shifts(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The logits from which to call each act, where F1 over all acts is best.

    They are the same for all acts but NEVER_GUESSED_ACTS. One for each act, chosen on the few replies with it, does
    worse on other replies (0.778 instead of 0.781 over halves of the held-out ones).
    """
    floor = np.array([0.0 if name in NEVER_GUESSED_ACTS else -np.inf for name in ACT_NAMES], np.float32)
    every = [np.maximum(shift, floor) for shift in TRIED_SHIFTS]
    return max(every, key=lambda shifts: f1_score(logits >= shifts, truth))


class ActModel:
    """Both models, and from which logit each act is called."""

    def __init__(
        self,
        encoder: Encoder,
        features: ActFeatures,
        sparse: Weights,
        dense: Weights,
        share: float,
        shifts: np.ndarray,
    ) -> None:
        """`share` is the quick model's; `shifts` are logits, one an act."""
        self.encoder, self.features, self.sparse, self.dense = encoder, features, sparse, dense
        self.share, self.shifts = share, shifts

    @classmethod
    def train(cls, replies: Sequence[LabeledReply], encoder: Encoder, vector_cache: Path | None = None) -> ActModel:
        """Fit on all replies, after choosing share and shifts on the held-out ones."""
        asked = [(reply.question, normalize_text(reply.text)) for reply in replies]
        vectors = encoder.encode_many([encoder_input(*one) for one in asked], vector_cache)
        x = np.hstack([vectors, np.stack([encode_question_type(question) for question, _ in asked])])
        y = label_matrix(replies)
        features = ActFeatures.fit(asked)
        words = sparse_matrix((features(*one) for one in asked), features.size)
        held = np.array([is_held_out_reply(reply) for reply in replies])
        share, shifts = 0.4, np.zeros(len(ACT_NAMES), np.float32)
        if held.any() and not held.all():
            sparse, dense = _fit_sparse(words[~held], y[~held]), _fit_dense(x[~held], y[~held])
            share, shifts = _choose_share_and_shifts(
                words[held] @ sparse[0] + sparse[1], x[held] @ dense[0] + dense[1], y[held]
            )
        sparse, dense = _fit_sparse(words, y), _fit_dense(x, y)
        return cls(encoder, features, sparse, dense, share, shifts)

    def predict(self, question: QuestionContext, text: str) -> dict[str, float]:
        """Each act's probability for a reply as the member typed or said it."""
        clean = normalize_text(text)
        positions, values = self.features(question, clean)
        quick = np.asarray(values @ self.sparse[0][positions] + self.sparse[1])
        p = _sigmoid(quick)
        if not (np.maximum(p, 1 - p).min() >= SURE_PROBABILITY and p.max() >= SURE_PROBABILITY):
            meant = np.concatenate([self.encoder(encoder_input(question, clean)), encode_question_type(question)])
            deep = meant @ self.dense[0] + self.dense[1]
            p = _sigmoid(self.share * quick + (1 - self.share) * deep - self.shifts)
        return dict(zip(ACT_NAMES, p.tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        arrays = {
            "sparse_weights": self.sparse[0],
            "sparse_bias": self.sparse[1],
            "dense_weights": self.dense[0],
            "dense_bias": self.dense[1],
            "shifts": self.shifts,
        }
        settings = {"situations": self.features.situations, "share": self.share, "acts": ACT_NAMES}
        save_model(folder, FILE_NAME, self.features.sparse, arrays, settings)

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> ActModel | None:
        """Read what `save` wrote; None when nothing is there."""
        if not (folder / f"{FILE_NAME}.npz").exists():
            return None
        sparse, arrays, settings = load_model(folder, FILE_NAME)
        return cls(
            encoder,
            ActFeatures(sparse, settings["situations"]),
            (arrays["sparse_weights"], arrays["sparse_bias"]),
            (arrays["dense_weights"], arrays["dense_bias"]),
            settings["share"],
            arrays["shifts"],
        )


def _choose_share_and_shifts(quick: np.ndarray, deep: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
    """The share of the quick model with the best F1 over all acts, and each act's shift at it."""
    tried = []
    for share in SPARSE_SHARES:
        logits = share * quick + (1 - share) * deep
        shifts = best_shifts(logits, truth)
        tried.append((f1_score(logits >= shifts, truth), share, shifts))
    _, share, shifts = max(tried, key=lambda one: one[0])  # the first of equals
    return share, shifts
