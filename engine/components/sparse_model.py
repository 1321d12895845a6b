"""The quick half of the intent model: a linear support vector machine on sparse features."""

import numpy as np

from engine.components.features import TfidfFeatures, feature_matrix

SVC_C = 0.5


class SparseModel:
    """Answers in a third of a millisecond, and well on misspelled words."""

    def __init__(self, sparse: TfidfFeatures, weights: np.ndarray, bias: np.ndarray) -> None:
        """``weights`` is features x intents."""
        self.sparse, self.weights, self.bias = sparse, weights, bias

    @classmethod
    def train(cls, texts: list[str], labels: np.ndarray) -> "SparseModel":
        """Fit on normalized texts; every label from 0 up occurs."""
        from sklearn.svm import LinearSVC

        sparse = TfidfFeatures.fit(texts)
        fitted = LinearSVC(C=SVC_C, random_state=0).fit(feature_matrix(sparse, texts), labels)
        coefficients, bias = fitted.coef_, fitted.intercept_
        if len(bias) == 1:  # two intents: scikit-learn keeps the second one's row only
            coefficients, bias = np.vstack([-coefficients, coefficients]), np.concatenate([-bias, bias])
        return cls(sparse, np.ascontiguousarray(coefficients.T.astype(np.float32)), bias.astype(np.float32))

    def margins(self, text: str) -> np.ndarray:
        """Return each intent's margin for one normalized text."""
        return self.sparse.scores(text, self.weights) + self.bias
