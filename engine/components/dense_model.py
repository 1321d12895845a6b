"""The thorough half of the intent model: logistic regression on a sentence's meaning, and how near its examples are."""

import numpy as np

LR_C = 4.0
LR_STEPS = 80
NEAREST = 3


class DenseModel:
    """Knows other words for the same thing, and when a message is unlike all its examples."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray, examples: np.ndarray, labels: np.ndarray) -> None:
        """``weights`` is intents x 384; ``examples`` are the training sentences' vectors (float16)."""
        self.weights, self.bias, self.examples, self.labels = weights, bias, examples, labels
        self._of_intent = [np.flatnonzero(labels == intent) for intent in range(len(bias))]

    @classmethod
    def train(cls, vectors: np.ndarray, labels: np.ndarray) -> "DenseModel":
        """Fit on the training sentences' vectors."""
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(C=LR_C, max_iter=LR_STEPS, tol=1e-3, multi_class="multinomial")
        fitted.fit(vectors, labels)
        weights, bias = fitted.coef_, fitted.intercept_
        if len(bias) == 1:  # two intents: scikit-learn keeps the second one's row only
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        return cls(weights.astype(np.float32), bias.astype(np.float32), vectors.astype(np.float16), labels)

    def logits(self, vector: np.ndarray) -> np.ndarray:
        """Return each intent's score for one sentence, or for a row of sentences."""
        return np.asarray(vector @ self.weights.T + self.bias)

    def nearness(self, vector: np.ndarray, intent: int) -> float:
        """Return the mean cosine, 0 to 1, to the nearest examples of the intent."""
        cosines = self.examples[self._of_intent[intent]].astype(np.float32) @ vector
        nearest = np.partition(cosines, -min(NEAREST, len(cosines)))[-NEAREST:]
        return float(np.clip(nearest.mean(), 0, 1))
