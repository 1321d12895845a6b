"""Which intent a message has, if any of ours.

Two models vote: the sparse one first, alone when it is sure (two thirds of what members write); else the mean of
both. Trained with scikit-learn, answered with numpy alone.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.components.dense_model import DenseModel
from engine.components.encoder import Encoder
from engine.components.features import BLOCKS, TfidfFeatures, normalize_text
from engine.components.held_out_split import is_held_out
from engine.components.sparse_model import SparseModel
from engine.components.spelling_corrector import WORD, SpellingCorrector

OUT_OF_SCOPE = "out_of_scope"
FOLDS = 3  # each costs a training
MIN_HELD_OUT = 300  # sentences
TEMPERATURES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
DEFAULT_TEMPERATURE = 5.0
SPARSE_WEIGHT = 0.5
WEIGHTS_FILE = "weights.npz"
WORDS_FILE = "words.json"


@dataclass
class IntentModelSettings:
    """``turned_away``: the share of in-scope messages that may fall below the threshold, measured on unseen ones.

    ``sure``: the sparse model's probability from which it is not worth asking the other.
    """

    turned_away: float = 0.02
    sure: float = 0.9
    english: bool = True  # the encoder's words are correct spellings too


@dataclass
class IntentPrediction:
    """``ranking`` is every intent with its probability, best first; ``score``, how like our data it is."""

    ranking: list[tuple[str, float]]
    score: float
    in_scope: bool


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Return the logarithms of the probabilities; works on rows."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def mix_log_probabilities(margins: np.ndarray, logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return log probabilities: the geometric mean of both models'."""
    sparse, dense = log_softmax(margins * temperature), log_softmax(logits)
    return log_softmax(SPARSE_WEIGHT * sparse + (1 - SPARSE_WEIGHT) * dense)


def in_scope_score(probability: float, nearness: float) -> float:
    """Return how much a message is like our data: sure of the intent, and near its examples."""
    return float(np.sqrt(probability) * nearness)


class IntentModel:
    """The whole model: speller, both classifiers and the threshold."""

    def __init__(
        self,
        intents: list[str],
        encoder: Encoder,
        counts: dict[str, int],
        sparse: SparseModel,
        dense: DenseModel,
        tuned: dict[str, float],
    ) -> None:
        """``counts`` are the training words; ``tuned`` holds ``temperature``, ``threshold`` and ``sure``."""
        self.intents, self.encoder, self.sparse, self.dense, self.tuned = intents, encoder, sparse, dense, tuned
        self.speller = SpellingCorrector(counts, encoder.vocabulary_words() if tuned.get("english", 1) else ())

    @classmethod
    def train(
        cls,
        texts: list[str],
        names: list[str],
        settings: IntentModelSettings,
        encoder: Encoder,
        remembered: Path | None = None,
    ) -> "IntentModel":
        """Fit on everything, after choosing temperature and threshold on what is held out.

        ``remembered`` is a file of sentence vectors from earlier trainings.
        """
        intents = sorted(set(names))
        labels = np.searchsorted(np.array(intents), np.array(names))
        clean = [normalize_text(text) for text in texts]
        vectors = encoder.encode_many(clean, remembered)
        tuned = _choose_parameters(clean, vectors, labels, intents, settings)
        tuned |= {"sure": settings.sure, "english": float(settings.english)}
        sparse, dense = SparseModel.train(clean, labels), DenseModel.train(vectors, labels)
        return cls(intents, encoder, SpellingCorrector.fit(clean).counts, sparse, dense, tuned)

    def predict(self, text: str) -> IntentPrediction:
        """Return the ranking for a message as the member typed or said it."""
        clean = self.speller(normalize_text(text))
        margins = self.sparse.margins(clean)
        log_p = log_softmax(margins * self.tuned["temperature"])
        best = int(log_p.argmax())
        score = float(np.exp(log_p[best]))
        if score < self.tuned["sure"]:
            vector = self.encoder(clean)
            log_p = mix_log_probabilities(margins, self.dense.logits(vector), self.tuned["temperature"])
            best = int(log_p.argmax())
            score = in_scope_score(float(np.exp(log_p[best])), self.dense.nearness(vector, best))
        ranking = [(self.intents[i], float(np.exp(log_p[i]))) for i in np.argsort(-log_p, kind="stable")]
        in_scope = score >= self.tuned["threshold"] and self.intents[best] != OUT_OF_SCOPE
        return IntentPrediction(ranking, score, in_scope)

    def count_known_words(self, text: str) -> int:
        """Return how many words of a text the training sentences have."""
        return sum(word in self.speller.counts for word in WORD.findall(normalize_text(text)))

    def save(self, folder: Path) -> None:
        """Write the weights as npz and the words as JSON: no pickle, so loading a model cannot run code."""
        arrays = {f"idf_{block}": self.sparse.sparse.idf[block] for block in BLOCKS}
        arrays |= {"sparse_weights": self.sparse.weights, "sparse_bias": self.sparse.bias}
        arrays |= {"dense_weights": self.dense.weights, "dense_bias": self.dense.bias}
        arrays |= {"examples": self.dense.examples, "labels": self.dense.labels}
        np.savez(folder / WEIGHTS_FILE, **arrays)
        words = {
            "intents": self.intents,
            "tuned": self.tuned,
            "counts": self.speller.counts,
            "vocabulary": self.sparse.sparse.vocabulary,
        }
        (folder / WORDS_FILE).write_text(json.dumps(words), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> "IntentModel":
        """Read what ``save`` wrote."""
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        words: dict[str, Any] = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
        features = TfidfFeatures(words["vocabulary"], {block: arrays[f"idf_{block}"] for block in BLOCKS})
        sparse = SparseModel(features, arrays["sparse_weights"], arrays["sparse_bias"])
        dense = DenseModel(arrays["dense_weights"], arrays["dense_bias"], arrays["examples"], arrays["labels"])
        return cls(words["intents"], encoder, words["counts"], sparse, dense, words["tuned"])


def _train_test_splits(texts: list[str], labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what to learn from and what to measure on: the sentences that the encoder was not tuned on, if enough."""
    held = np.array([is_held_out(text) for text in texts])
    known = set(labels[~held])
    held &= np.array([label in known for label in labels])
    if held.sum() >= MIN_HELD_OUT:
        return [(np.flatnonzero(~held), np.flatnonzero(held))]
    folds = min(FOLDS, int(np.bincount(labels).min()))
    if folds < 2:  # an intent with a single example: nothing to measure with
        return []
    from sklearn.model_selection import StratifiedKFold

    return list(StratifiedKFold(folds, shuffle=True, random_state=0).split(labels, labels))


def _choose_parameters(
    texts: list[str], vectors: np.ndarray, labels: np.ndarray, intents: list[str], settings: IntentModelSettings
) -> dict[str, float]:
    """Choose the temperature with the least log loss, and the threshold for the share turned away, on unseen data."""
    splits = _train_test_splits(texts, labels)
    if not splits:
        return {"temperature": DEFAULT_TEMPERATURE, "threshold": 0.0}
    margins, logits, dense = _predict_held_out(texts, vectors, labels, splits)
    rows = np.concatenate([held for _, held in splits])
    losses = [-log_softmax(margins[rows] * t)[np.arange(len(rows)), labels[rows]].mean() for t in TEMPERATURES]
    temperature = TEMPERATURES[int(np.argmin(losses))]
    log_p = mix_log_probabilities(margins, logits, temperature)
    best = log_p.argmax(axis=1)
    scores = []
    for (_, held), model in zip(splits, dense, strict=True):
        ours = [i for i in held if intents[labels[i]] != OUT_OF_SCOPE]
        scores += [in_scope_score(float(np.exp(log_p[i, best[i]])), model.nearness(vectors[i], best[i])) for i in ours]
    threshold = float(np.quantile(scores, settings.turned_away)) if scores else 0.0
    return {"temperature": temperature, "threshold": threshold}


def _predict_held_out(
    texts: list[str], vectors: np.ndarray, labels: np.ndarray, splits: list[tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray, list[DenseModel]]:
    """Return the margins and logits of each held text by models that did not see it, and those models."""
    shape = (len(texts), int(labels.max()) + 1)
    margins, logits = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    models: list[DenseModel] = []
    for seen, held in splits:
        sparse = SparseModel.train([texts[i] for i in seen], labels[seen])
        dense = DenseModel.train(vectors[seen], labels[seen])
        logits[held] = dense.logits(vectors[held])
        for i in held:
            margins[i] = sparse.margins(texts[i])
        models.append(dense)
    return margins, logits, models
