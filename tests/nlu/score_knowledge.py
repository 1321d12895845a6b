"""How well the search in knowledge/ finds a subject: each example question is looked for among all the others.

    engine/.venv/bin/python tests/nlu/score_knowledge.py [--held-out]

--held-out: only the questions that the encoder was not tuned on. Also asked: sentences of data/ that are out of scope,
which no subject should claim. Follow-up questions are left out: what they mean is for the talk to say. Prints figures,
and the share of right answers at each score: about the score itself.
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.components import knowledge  # noqa: E402 - the line above makes it importable
from engine.components.encoder import Encoder, is_held_out  # noqa: E402
from engine.components.features import normalize_text  # noqa: E402

FILES = {"en": "nlu.yml", "es": "nlu.es.yml"}
LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def outside(language: str) -> list[str]:
    """The out-of-scope sentences of data/ that the encoder was not tuned on."""
    blocks = yaml.safe_load((ROOT / "data" / FILES[language]).read_text(encoding="utf-8"))["nlu"]
    lines = [line for b in blocks if b["intent"] == "out_of_scope" for line in b["examples"].splitlines()]
    return [text for line in lines if is_held_out(text := normalize_text(line[2:]))]


def report(language: str, shelf: knowledge.LanguageIndex, encoder: Encoder, held_out: bool) -> None:
    """Print a language's figures."""
    found = []
    for i, example in enumerate(shelf.examples):
        text = normalize_text(example.text)
        if not example.is_question or example.is_follow_up or (held_out and not is_held_out(text)):
            continue
        scores = shelf.scores(encoder(text), text, without=i)
        order = np.argsort(-scores)[:3]
        names = [shelf.subjects[j] for j in order]
        found.append((scores[order[0]], names[0] == example.subject, example.subject in names))
    top, right, among = (np.array(column) for column in zip(*found, strict=True))
    strangers = [shelf.scores(encoder(text), text)[~shelf.follows].max() for text in outside(language)]
    print(f"{language}: {len(top)} questions, first {right.mean():.3f}, among three {among.mean():.3f}")
    for level in LEVELS:
        called = top >= level
        print(
            f"  from {level}: precision {right[called].mean():.3f} recall {(right & called).mean():.3f}"
            f" out of scope claimed {np.mean(np.array(strangers) >= level):.3f}"
        )
    edges = np.linspace(0, 1, 6)
    for low, high in pairwise(edges):
        own = (top >= low) & (top < high)
        if own.any():
            print(f"  scores {low:.1f} to {high:.1f}: {own.sum()} questions, {right[own].mean():.2f} right")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--held-out", action="store_true")
    options = parser.parse_args()
    examples, encoder = knowledge.load_examples(ROOT / "knowledge"), Encoder()
    vectors = encoder.encode_many(
        [normalize_text(example.text) for example in examples], ROOT / "models" / "knowledge.npz"
    )
    for language in FILES:
        report(language, knowledge.LanguageIndex(examples, vectors, language), encoder, options.held_out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
