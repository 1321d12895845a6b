"""Things that a question names, so that a subject which does not speak of them is not taken for its answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from backend.knowledge.alike import normalized
from backend.knowledge.subjects import Subject

TABLE = Path(__file__).with_name("things.yml")


@cache
def _things() -> tuple[frozenset[str], ...]:
    lines = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return tuple(frozenset(normalized(str(line))) for line in lines)


@cache
def _spoken_of(subject: str, texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for text in texts for word in normalized(text))


def speaks_of(subject: Subject, question: str) -> bool:
    """Whether the subject speaks of every thing that the question names."""
    asked = set(normalized(question))
    texts = (subject.title, *(text for words in subject.words.values() for text in (*words.questions, words.answer)))
    known = _spoken_of(subject.name, texts)
    return all(thing & known for thing in _things() if thing & asked)
