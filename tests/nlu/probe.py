"""Find intents that steal each other's sentences: a quick cross-validated model over the training data.

Run it with the engine's interpreter (it has scikit-learn):

    engine/.venv/bin/python tests/nlu/probe.py [--language es] [--margin 0.3] [--least 0.9] [--heldout FILE.jsonl]

It is a cheap stand-in for the real pipeline, meant for whoever edits data/**/nlu.yml. For a held-out file
only figures and pairs of intent names are printed, never its sentences, so that nobody writes training data
from them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score, precision_recall_fscore_support
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.svm import LinearSVC

DATA = Path(__file__).resolve().parents[2] / "data"
OUTSIDE = "out_of_scope"
ENOUGH_ROWS = 10
FILES = {"en": "nlu.yml", "es": "nlu.es.yml"}


def load(language: str) -> tuple[np.ndarray, np.ndarray]:
    """All examples of a language and their intents, in file order."""
    texts: list[str] = []
    intents: list[str] = []
    for path in sorted(DATA.glob(f"**/{FILES[language]}")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            examples = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
            texts += examples
            intents += [block["intent"]] * len(examples)
    return np.array(texts, dtype=object), np.array(intents)


def model() -> Pipeline:
    """Word and character n-grams into a linear SVC; about a second to train."""
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(make_union(words, characters), LinearSVC(C=0.7, class_weight="balanced"))


def cross_validate(texts: np.ndarray, intents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(predicted intent, margin over the labeled intent) of each example, by a model that never saw it."""
    predicted = np.empty(len(texts), dtype=intents.dtype)
    margins = np.zeros(len(texts))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=7).split(texts, intents):
        fitted = model().fit(texts[train], intents[train])
        scores = fitted.decision_function(texts[test])
        own = scores[np.arange(len(test)), np.searchsorted(fitted.classes_, intents[test])]
        predicted[test] = fitted.classes_[scores.argmax(axis=1)]
        margins[test] = scores.max(axis=1) - own
    return predicted, margins


def report_training(language: str, margin: float) -> float:
    """Print cross-validated F1 by intent, weakest first, then the sentences another intent steals; gives macro F1."""
    texts, intents = load(language)
    predicted, margins = cross_validate(texts, intents)
    names = sorted(set(intents))
    precision, recall, f1, support = precision_recall_fscore_support(intents, predicted, labels=names)
    for i in np.argsort(f1):
        print(f"{names[i]:26} f1 {f1[i]:.2f}  p {precision[i]:.2f}  r {recall[i]:.2f}  n {support[i]}")
    print(f"\naccuracy {np.mean(predicted == intents):.3f}  macro F1 {np.mean(f1):.3f}  examples {len(texts)}\n")
    stolen = [i for i in np.argsort(-margins) if predicted[i] != intents[i] and margins[i] >= margin]
    for i in stolen:
        print(f"stolen {margins[i]:.2f}  {intents[i]} -> {predicted[i]}: {texts[i]}")
    return float(np.mean(f1))


def settle(row: dict[str, Any], guess: str) -> str:
    """The intent to count a guess as: one of the row's alternatives is as right as its first label."""
    return row["intent"] if guess in row.get("alt", []) else guess


def report_heldout(language: str, path: Path) -> None:
    """Print figures of a {text, intent, alt?, domain?} file, and which intent is taken for which."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    fitted = model().fit(*load(language))
    guesses = [settle(row, guess) for row, guess in zip(rows, fitted.predict([r["text"] for r in rows]), strict=True)]
    counted = [
        (r["intent"], g) for r, g in zip(rows, guesses, strict=True) if r.get("domain") in {None, "utility", "generic"}
    ]
    truth, guess = [t for t, _ in counted], [g for _, g in counted]
    counts = Counter(truth)
    names = sorted(name for name, n in counts.items() if n >= ENOUGH_ROWS)
    for name, score in zip(names, f1_score(truth, guess, labels=names, average=None), strict=True):
        print(f"{name:26} f1 {score:.2f}  n {counts[name]}")
    macro = f1_score(truth, guess, labels=names, average="macro")
    inside = [t == g for t, g in counted if t != OUTSIDE]
    outside = [g == OUTSIDE for t, g in counted if t == OUTSIDE]
    print(f"macro F1 {macro:.3f}  in scope {np.mean(inside):.3f}  outside caught {np.mean(outside):.3f}")
    wrong = Counter((row["intent"], g) for row, g in zip(rows, guesses, strict=True) if row["intent"] != g)
    print("\n".join(f"{n:3} {truth} -> {guess}" for (truth, guess), n in wrong.most_common(40)))


def main() -> int:
    """Command line; 1 where the cross-validated macro F1 is below --least."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--margin", type=float, default=0.3, help="least margin at which a theft is listed")
    parser.add_argument("--heldout", type=Path, help="a JSON-lines file to measure on; figures only")
    parser.add_argument("--language", choices=sorted(FILES), default="en")
    parser.add_argument("--least", type=float, default=0.0, help="the macro F1 to reach")
    options = parser.parse_args()
    if options.heldout:
        report_heldout(options.language, options.heldout)
        return 0
    return int(report_training(options.language, options.margin) < options.least)


if __name__ == "__main__":
    sys.exit(main())
