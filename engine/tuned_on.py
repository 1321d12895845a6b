"""Tells how far the data has moved since the encoder was tuned: `python engine/tuned_on.py`.

The JSON file beside its weights has a sketch of the data it was tuned on.
"""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine.components import labeled_replies  # noqa: E402 - the line above makes them importable
from engine.components.encoder import read_tuning_info  # noqa: E402
from engine.components.features import normalize_text  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SKETCH_SIZE = 256  # the smallest hashes represent all: the estimate is good to about 3 in 100


def load_training_sentences(root: Path) -> list[tuple[str, str]]:
    """Every training sentence (normalized) with its intent, both languages."""
    found = []
    for path in sorted((root / "data").rglob("nlu*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            found += [(normalize_text(line[2:]), block["intent"]) for line in lines if line.startswith("- ")]
    return found


def training_lines(root: Path) -> list[str]:
    """Each sentence with its intent and each reply with its question and acts, as one line."""
    read = [f"{intent}|{text}" for text, intent in load_training_sentences(root)]
    for reply in labeled_replies.load_all_replies(root / "data" / "answers"):
        acts = ",".join(sorted(reply.act_names()))
        read.append(
            f"{reply.question.task}|{reply.question.question_type}|{reply.question.text}|{normalize_text(reply.text)}|{acts}"
        )
    return read


def min_hash_sketch(lines: Iterable[str]) -> list[str]:
    """The smallest hashes of the lines."""
    return sorted({hashlib.sha256(line.encode()).hexdigest()[:12] for line in lines})[:SKETCH_SIZE]


def estimate_overlap(one: list[str], other: list[str]) -> float:
    """The estimated share of lines that two sketched sets have in common."""
    smallest = set(sorted({*one, *other})[:SKETCH_SIZE])
    return len(smallest & set(one) & set(other)) / (len(smallest) or 1)


if __name__ == "__main__":
    print(f"{estimate_overlap(read_tuning_info()['sketch'], min_hash_sketch(training_lines(ROOT))):.2f}")
