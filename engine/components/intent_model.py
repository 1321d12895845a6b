"""Which intent a message has, if any of ours.

Two models vote: the sparse one first, alone when it is sure (two thirds of what members write); else the mean of
both. Trained with scikit-learn, answered with numpy alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.components.encoder import Encoder, is_held_out
from engine.components.features import TfidfFeatures, load_model, normalize_text, save_model, sparse_matrix
from engine.components.spelling_corrector import WORD, SpellingCorrector

OUT_OF_SCOPE = "out_of_scope"
FOLDS = 3  # each costs a training
MIN_HELD_OUT = 300  # sentences
TEMPERATURES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
DEFAULT_TEMPERATURE = 5.0
SPARSE_WEIGHT = 0.5
SPARSE_C, DENSE_C = 0.5, 4.0
DENSE_STEPS = 80
NEAREST_EXAMPLES = 3
FILE_NAME = "intents"


@dataclass
class IntentModelSettings:
    """At most `max_rejected_share` of in-scope messages, measured on unseen ones, falls below the threshold.

    `min_sparse_probability`: from this one on the sparse model decides alone. `trust_encoder_spelling`: the encoder's
    words, which are English, count as spelled correctly.
    """

    max_rejected_share: float = 0.02
    min_sparse_probability: float = 0.9
    trust_encoder_spelling: bool = True


@dataclass
class IntentPrediction:
    """`ranking` is every intent with its probability, best first.

    `score`, 0 to 1, is how surely it is in scope: the sparse model's probability if that decided alone, else
    `in_scope_score`.
    """

    ranking: list[tuple[str, float]]
    score: float
    in_scope: bool


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """The logarithms of the probabilities; works on rows."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def mix_log_probabilities(margins: np.ndarray, logits: np.ndarray, temperature: float) -> np.ndarray:
    """Log probabilities: the geometric mean of both models'."""
    sparse, dense = log_softmax(margins * temperature), log_softmax(logits)
    return log_softmax(SPARSE_WEIGHT * sparse + (1 - SPARSE_WEIGHT) * dense)


def in_scope_score(probability: float, nearness: float) -> float:
    """How much a message is like our data: sure of the intent, and near its examples."""
    return float(np.sqrt(probability) * nearness)


def _one_row_per_intent(coefficients: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (intents x features) and bias as float32."""
    if len(bias) == 1:  # two intents: scikit-learn keeps the second one's row only
        coefficients, bias = np.vstack([-coefficients, coefficients]), np.concatenate([-bias, bias])
    return coefficients.astype(np.float32), bias.astype(np.float32)


class SparseModel:
    """A linear support vector machine on sparse features: takes a third of a millisecond, good on misspelled words."""

    def __init__(self, features: TfidfFeatures, weights: np.ndarray, bias: np.ndarray) -> None:
        """`weights` is features x intents."""
        self.features, self.weights, self.bias = features, weights, bias

    @classmethod
    def train(cls, texts: list[str], labels: np.ndarray) -> SparseModel:
        """Fit on normalized texts; every label from 0 up occurs."""
        from sklearn.svm import LinearSVC

        features = TfidfFeatures.fit(texts)
        matrix = sparse_matrix(map(features, texts), features.size)
        fitted = LinearSVC(C=SPARSE_C, random_state=0).fit(matrix, labels)
        weights, bias = _one_row_per_intent(fitted.coef_, fitted.intercept_)
        return cls(features, np.ascontiguousarray(weights.T), bias)

    def margins(self, text: str) -> np.ndarray:
        """Each intent's margin for one normalized text."""
        return self.features.scores(text, self.weights) + self.bias


class DenseModel:
    """Logistic regression on a sentence's vector: knows other words for the same thing, and what is like no example."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray, examples: np.ndarray, labels: np.ndarray) -> None:
        """`weights` is intents x 384; `examples` are the training sentences' vectors (float16)."""
        self.weights, self.bias, self.examples, self.labels = weights, bias, examples, labels
        self._examples_of_intent = [np.flatnonzero(labels == intent) for intent in range(len(bias))]

    @classmethod
    def train(cls, vectors: np.ndarray, labels: np.ndarray) -> DenseModel:
        """Fit on the training sentences' vectors."""
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(C=DENSE_C, max_iter=DENSE_STEPS, tol=1e-3, multi_class="multinomial")
        fitted.fit(vectors, labels)
        return cls(*_one_row_per_intent(fitted.coef_, fitted.intercept_), vectors.astype(np.float16), labels)

    def logits(self, vectors: np.ndarray) -> np.ndarray:
        """Each intent's score for the vector of one sentence, or for a row of them."""
        return np.asarray(vectors @ self.weights.T + self.bias)

    def nearness(self, vector: np.ndarray, intent: int) -> float:
        """The mean cosine, 0 to 1, to the nearest examples of the intent."""
        cosines = self.examples[self._examples_of_intent[intent]].astype(np.float32) @ vector
        nearest = np.partition(cosines, -min(NEAREST_EXAMPLES, len(cosines)))[-NEAREST_EXAMPLES:]
        return float(np.clip(nearest.mean(), 0, 1))


class IntentModel:
    """The whole model: speller, both classifiers and the threshold."""

    def __init__(
        self,
        intents: list[str],
        encoder: Encoder,
        counts: dict[str, int],
        sparse: SparseModel,
        dense: DenseModel,
        parameters: dict[str, float],
    ) -> None:
        """`counts` are the training words. `parameters`, under stored names: `temperature`, `threshold`,
        `sure` (`min_sparse_probability`) and `english` (`trust_encoder_spelling`).
        """
        self.intents, self.encoder, self.sparse, self.dense = intents, encoder, sparse, dense
        self.parameters = parameters
        trusted_words = encoder.vocabulary_words() if parameters.get("english", 1) else ()
        self.speller = SpellingCorrector(counts, trusted_words)

    @classmethod
    def train(
        cls,
        texts: list[str],
        names: list[str],
        settings: IntentModelSettings,
        encoder: Encoder,
        vector_cache: Path | None = None,
    ) -> IntentModel:
        """Fit on everything, after choosing temperature and threshold on what is held out.

        `vector_cache` is a file of sentence vectors from earlier trainings.
        """
        intents = sorted(set(names))
        labels = np.searchsorted(np.array(intents), np.array(names))
        clean = [normalize_text(text) for text in texts]
        vectors = encoder.encode_many(clean, vector_cache)
        parameters = _choose_parameters(clean, vectors, labels, intents, settings)
        parameters |= {"sure": settings.min_sparse_probability, "english": settings.trust_encoder_spelling}
        sparse, dense = SparseModel.train(clean, labels), DenseModel.train(vectors, labels)
        return cls(intents, encoder, SpellingCorrector.fit(clean).counts, sparse, dense, parameters)

    def predict(self, text: str) -> IntentPrediction:
        """The ranking for a message as the member typed or said it."""
        clean = self.speller(normalize_text(text))
        margins = self.sparse.margins(clean)
        log_p = log_softmax(margins * self.parameters["temperature"])
        best = int(log_p.argmax())
        score = float(np.exp(log_p[best]))
        if score < self.parameters["sure"]:
            vector = self.encoder(clean)
            log_p = mix_log_probabilities(margins, self.dense.logits(vector), self.parameters["temperature"])
            best = int(log_p.argmax())
            score = in_scope_score(float(np.exp(log_p[best])), self.dense.nearness(vector, best))
        ranking = [(self.intents[i], float(np.exp(log_p[i]))) for i in np.argsort(-log_p, kind="stable")]
        in_scope = score >= self.parameters["threshold"] and self.intents[best] != OUT_OF_SCOPE
        return IntentPrediction(ranking, score, in_scope)

    def count_known_words(self, text: str) -> int:
        """How many words of a text the training sentences have."""
        return sum(word in self.speller.counts for word in WORD.findall(normalize_text(text)))

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        arrays = {
            "sparse_weights": self.sparse.weights,
            "sparse_bias": self.sparse.bias,
            "dense_weights": self.dense.weights,
            "dense_bias": self.dense.bias,
            "examples": self.dense.examples,
            "labels": self.dense.labels,
        }
        settings = {"intents": self.intents, "tuned": self.parameters, "counts": self.speller.counts}
        save_model(folder, FILE_NAME, self.sparse.features, arrays, settings)

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> IntentModel:
        """Read what `save` wrote."""
        features, arrays, settings = load_model(folder, FILE_NAME)
        sparse = SparseModel(features, arrays["sparse_weights"], arrays["sparse_bias"])
        dense = DenseModel(arrays["dense_weights"], arrays["dense_bias"], arrays["examples"], arrays["labels"])
        return cls(settings["intents"], encoder, settings["counts"], sparse, dense, settings["tuned"])


def _train_test_splits(texts: list[str], labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """What to learn from and what to measure on: the sentences that the encoder was not tuned on, if enough."""
    held = np.array([is_held_out(text) for text in texts])
    known = set(labels[~held])
    held &= np.array([label in known for label in labels])  # only labels that also occur among what is learned
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
    margins, logits, dense_models = _predict_held_out(texts, vectors, labels, splits)
    rows = np.concatenate([held for _, held in splits])
    losses = [-log_softmax(margins[rows] * t)[np.arange(len(rows)), labels[rows]].mean() for t in TEMPERATURES]
    temperature = TEMPERATURES[int(np.argmin(losses))]
    log_p = mix_log_probabilities(margins, logits, temperature)
    best = log_p.argmax(axis=1)
    scores = []
    for (_, held), model in zip(splits, dense_models, strict=True):
        ours = [i for i in held if intents[labels[i]] != OUT_OF_SCOPE]
        scores += [in_scope_score(float(np.exp(log_p[i, best[i]])), model.nearness(vectors[i], best[i])) for i in ours]
    threshold = float(np.quantile(scores, settings.max_rejected_share)) if scores else 0.0
    return {"temperature": temperature, "threshold": threshold}


def _predict_held_out(
    texts: list[str], vectors: np.ndarray, labels: np.ndarray, splits: list[tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray, list[DenseModel]]:
    """The margins and logits of each held text by models that did not see it, and those models."""
    shape = (len(texts), int(labels.max()) + 1)
    margins, logits = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    dense_models: list[DenseModel] = []
    for seen, held in splits:
        sparse = SparseModel.train([texts[i] for i in seen], labels[seen])
        dense = DenseModel.train(vectors[seen], labels[seen])
        logits[held] = dense.logits(vectors[held])
        for i in held:
            margins[i] = sparse.margins(texts[i])
        dense_models.append(dense)
    return margins, logits, dense_models
