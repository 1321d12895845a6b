"""Checks that a subject mentions the things a question names; otherwise it is not the answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from backend.knowledge.similar_questions import normalize_words
from backend.knowledge.subjects import Subject

TABLE = Path(__file__).with_name("things.yml")


@cache
def _load_terms() -> tuple[frozenset[str], ...]:
    lines = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return tuple(frozenset(normalize_words(str(line))) for line in lines)


@cache
def _mentioned_words(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for text in texts for word in normalize_words(text))


def covers_question(subject: Subject, question: str) -> bool:
    """Whether the subject mentions everything of things.yml that the question names."""
    asked = set(normalize_words(question))
    texts = (subject.title, *(text for words in subject.contents.values() for text in (*words.questions, words.answer)))
    known = _mentioned_words(texts)
    return all(thing & known for thing in _load_terms() if thing & asked)
