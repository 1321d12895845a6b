"""Tells how far the data has moved since the encoder was tuned: `python engine/tuned_on.py`.

A sketch of what it was tuned on stands beside its weights.
"""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine.components import replies  # noqa: E402 - the line above makes them importable
from engine.components.encoder import told_of  # noqa: E402
from engine.components.features import normalise  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SKETCHED = 256  # the smallest hashes stand for all: an estimate good to about 3 in 100


def sentences(root: Path) -> list[tuple[str, str]]:
    """Return every training sentence (normalised) with its intent, both languages."""
    found = []
    for path in sorted((root / "data").rglob("nlu*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = block["examples"].splitlines()
            found += [(normalise(line[2:]), block["intent"]) for line in lines if line.startswith("- ")]
    return found


def labels(root: Path) -> list[str]:
    """Return each sentence with its intent and each reply with its question and acts, as one line."""
    read = [f"{intent}|{text}" for text, intent in sentences(root)]
    for reply in replies.read_all(root / "data" / "answers"):
        acts = ",".join(sorted(reply.names()))
        read.append(
            f"{reply.question.task}|{reply.question.asked}|{reply.question.said}|{normalise(reply.text)}|{acts}"
        )
    return read


def sketch(lines: Iterable[str]) -> list[str]:
    """Return the smallest hashes of the lines."""
    return sorted({hashlib.sha256(line.encode()).hexdigest()[:12] for line in lines})[:SKETCHED]


def likeness(one: list[str], other: list[str]) -> float:
    """Return the estimated share of lines that two sketched sets have in common."""
    smallest = set(sorted({*one, *other})[:SKETCHED])
    return len(smallest & set(one) & set(other)) / (len(smallest) or 1)


if __name__ == "__main__":
    print(f"{likeness(told_of()['sketch'], sketch(labels(ROOT))):.2f}")
