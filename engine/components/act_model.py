"""What a reply does: the probability of each act, read behind the open question.

As with intents, two models vote: a quick one on words, alone when it is sure, and one on the meaning of question and
reply together. How sure is sure enough is the same for all acts, set where the held-out replies are told best.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from engine.components.act_features import ActFeatures, encode_question_type
from engine.components.encoder import THREADS, Encoder, EncoderInput
from engine.components.features import BLOCKS, TfidfFeatures, normalize_text
from engine.components.held_out_split import is_held_out
from engine.components.labeled_replies import ACT_NAMES, LabeledReply
from engine.components.question_context import QuestionContext

SPARSE_C = 15.0
DENSE_C = 4.0
DENSE_STEPS = 120
SPARSE_SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)  # of the quick model, to choose from
SURE_PROBABILITY = 0.96
NEVER_GUESSED_ACTS = frozenset(
    {"affirm"}
)  # never called below an even chance: a false yes costs more than one asked again
TRIED_SHIFTS = np.arange(-2.0, 1.01, 0.1, np.float32)  # logits from which acts may be called
MAX_LOGIT = 12.0  # logits beyond it say no more
WEIGHTS_FILE = "acts.npz"
WORDS_FILE = "acts.json"

Weights = tuple[np.ndarray, np.ndarray]


def is_held_out_reply(reply: LabeledReply) -> bool:
    """Tell whether a reply is kept from the tuning of the encoder: whole questions are, so that none is half known."""
    return is_held_out(f"{reply.question.task}|{reply.question.text}")


def encoder_input(question: QuestionContext, text: str) -> EncoderInput:
    """Return what the encoder reads."""
    before = question.encoder_context()
    return (normalize_text(before), text) if before else text


def label_matrix(replies: Sequence[LabeledReply]) -> np.ndarray:
    """Return which acts each reply has, as ones in replies x acts."""
    return np.array([[name in reply.act_names() for name in ACT_NAMES] for reply in replies], np.float32)


def _feature_matrix(features: ActFeatures, asked: list[tuple[QuestionContext, str]]) -> Any:
    from scipy.sparse import csr_matrix

    rows = [features(question, text) for question, text in asked]
    ends = np.cumsum([0] + [len(at) for at, _ in rows])
    data = np.concatenate([values for _, values in rows])
    return csr_matrix((data, np.concatenate([at for at, _ in rows]), ends), shape=(len(rows), features.size))


def _fit_sparse(x: Any, y: np.ndarray) -> Weights:
    """Return weights (features x acts) and bias of one logistic regression an act."""
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
    """Return the same for few features that are never zero: all acts in one descent are ten times quicker."""
    from scipy.optimize import minimize

    shape = (x.shape[1] + 1, len(ACT_NAMES))
    held_down = np.ones(shape, np.float32) / DENSE_C
    held_down[-1] = 0  # the bias is free
    wide = np.hstack([x, np.ones((len(x), 1), np.float32)])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(shape).astype(np.float32)
        logits = wide @ w
        wrong = np.logaddexp(0, logits) - y * logits
        slope = wide.T @ (_sigmoid(logits) - y) + held_down * w
        return float(wrong.sum() + (held_down * w * w).sum() / 2), slope.ravel().astype(np.float64)

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": DENSE_STEPS})
    w = found.x.reshape(shape).astype(np.float32)
    return w[:-1], w[-1]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -MAX_LOGIT, MAX_LOGIT))))


def f1_score(called: np.ndarray, truth: np.ndarray) -> float:
    """Return F1 over all acts; both are replies x acts, ones and zeros."""
    return float(2 * (called * truth).sum() / max(1.0, called.sum() + truth.sum()))


def best_shifts(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the logits from which to call each act, where F1 over all acts is best.

    They are the same for all but the careful ones: a best of its own for each act, found on the few replies that do
    it, tells other replies worse (0.778 to 0.781 over halves of the held-out ones).
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
        """``share`` is the quick model's; ``shifts`` are logits, one an act."""
        self.encoder, self.features, self.sparse, self.dense = encoder, features, sparse, dense
        self.share, self.shifts = share, shifts

    @classmethod
    def train(cls, replies: Sequence[LabeledReply], encoder: Encoder, remembered: Path | None = None) -> ActModel:
        """Fit on all replies, after choosing share and shifts on the held-out ones."""
        asked = [(reply.question, normalize_text(reply.text)) for reply in replies]
        vectors = encoder.encode_many([encoder_input(*one) for one in asked], remembered)
        x = np.hstack([vectors, np.stack([encode_question_type(question) for question, _ in asked])])
        y = label_matrix(replies)
        features = ActFeatures.fit(asked)
        words = _feature_matrix(features, asked)
        held = np.array([is_held_out_reply(reply) for reply in replies])
        share, shifts = 0.4, np.zeros(len(ACT_NAMES), np.float32)
        if held.any() and not held.all():
            sparse, dense = _fit_sparse(words[~held], y[~held]), _fit_dense(x[~held], y[~held])
            share, shifts = _choose_share_and_shifts(
                words[held] @ sparse[0] + sparse[1], x[held] @ dense[0] + dense[1], y[held]
            )
        sparse, dense = _fit_sparse(words, y), _fit_dense(x, y)
        return cls(encoder, features, sparse, dense, share, shifts)

    def sparse_logits(self, question: QuestionContext, text: str) -> np.ndarray:
        """Return the quick model's logits for a normalized text."""
        at, values = self.features(question, text)
        return np.asarray(values @ self.sparse[0][at] + self.sparse[1])

    def predict(self, question: QuestionContext, text: str) -> dict[str, float]:
        """Return each act's probability for a reply as the member typed or said it."""
        clean = normalize_text(text)
        quick = self.sparse_logits(question, clean)
        p = _sigmoid(quick)
        if not (np.maximum(p, 1 - p).min() >= SURE_PROBABILITY and p.max() >= SURE_PROBABILITY):
            meant = np.concatenate([self.encoder(encoder_input(question, clean)), encode_question_type(question)])
            deep = meant @ self.dense[0] + self.dense[1]
            p = _sigmoid(self.share * quick + (1 - self.share) * deep - self.shifts)
        return dict(zip(ACT_NAMES, p.tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Write the weights as npz and the words as JSON."""
        sparse = self.features.sparse
        arrays = {f"idf_{block}": sparse.idf[block] for block in BLOCKS}
        arrays |= {"sparse_weights": self.sparse[0], "sparse_bias": self.sparse[1]}
        arrays |= {"dense_weights": self.dense[0], "dense_bias": self.dense[1], "shifts": self.shifts}
        np.savez(folder / WEIGHTS_FILE, **arrays)
        words = {"vocabulary": sparse.vocabulary, "situations": self.features.situations, "share": self.share}
        (folder / WORDS_FILE).write_text(json.dumps({**words, "acts": ACT_NAMES}), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> ActModel:
        """Read what ``save`` wrote."""
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        words = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
        sparse = TfidfFeatures(words["vocabulary"], {block: arrays[f"idf_{block}"] for block in BLOCKS})
        return cls(
            encoder,
            ActFeatures(sparse, words["situations"]),
            (arrays["sparse_weights"], arrays["sparse_bias"]),
            (arrays["dense_weights"], arrays["dense_bias"]),
            words["share"],
            arrays["shifts"],
        )


def _choose_share_and_shifts(quick: np.ndarray, deep: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the share with the best F1 over all acts, and each act's shift at it."""
    best: tuple[float, float, np.ndarray] | None = None
    for share in SPARSE_SHARES:
        logits = share * quick + (1 - share) * deep
        shifts = best_shifts(logits, truth)
        f1 = f1_score(logits >= shifts, truth)
        if best is None or f1 > best[0]:
            best = f1, share, shifts
    assert best is not None
    return best[1], best[2]
