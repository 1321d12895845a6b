"""Finds example questions shared by two subjects, which the intent model cannot tell apart."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SIMILARITY_THRESHOLD = 0.8
"""Jaccard similarity of words from which on two questions are nearly the same."""


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    subject: str
    language: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class QuestionPair:
    """Two questions of different subjects; `is_identical` apart from case, accents and punctuation."""

    one: ExampleQuestion
    other: ExampleQuestion
    is_identical: bool


def normalize_words(text: str) -> tuple[str, ...]:
    """Its words without case, accents and punctuation."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(letter)
    )
    return tuple(re.findall(r"[a-z0-9]+", plain.replace("'", "")))


def find_pairs(questions: Iterable[ExampleQuestion]) -> list[QuestionPair]:
    """Pairs that are identical or similar, of the same language and different subjects."""
    by_language: dict[str, list[ExampleQuestion]] = defaultdict(list)
    for question in questions:
        by_language[question.language].append(question)
    return [pair for each in by_language.values() for pair in _find_language_pairs(each)]


def _find_language_pairs(questions: Sequence[ExampleQuestion]) -> Iterator[QuestionPair]:
    words = [normalize_words(question.text) for question in questions]
    often = Counter(word for each in words for word in set(each))
    waiting: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(words):
        rare_first = sorted(set(each), key=lambda word: (often[word], word))
        # prefix filter: similar sets share at least one of each set's rarest words, so only those are compared
        looked_at = rare_first[: len(rare_first) - math.ceil(SIMILARITY_THRESHOLD * len(rare_first)) + 1]
        for before in sorted({before for word in looked_at for before in waiting[word]}):
            if questions[before].subject == questions[place].subject:
                continue
            one, other = set(words[before]), set(each)
            if len(one & other) >= SIMILARITY_THRESHOLD * len(one | other):
                yield QuestionPair(questions[before], questions[place], words[before] == each)
        for word in looked_at:
            waiting[word].append(place)
