"""Example questions that two subjects share: a member who asks so would get the one or the other by chance."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SIMILARITY_THRESHOLD = 0.8
"""The share of their words that two questions have in common when they are nearly the same."""


@dataclass(frozen=True, slots=True)
class ExampleQuestion:
    """An example question and where it stands."""

    subject: str
    language: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class QuestionPair:
    """Two questions of different subjects; `same` when nothing but writing parts them: case, accents, punctuation."""

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
    """Every two that are the same or nearly the same, of one language and of different subjects."""
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
        # two sets with so much in common share one of the rarest words of each: only those are compared
        looked_at = rare_first[: len(rare_first) - math.ceil(SIMILARITY_THRESHOLD * len(rare_first)) + 1]
        for before in sorted({before for word in looked_at for before in waiting[word]}):
            same = words[before] == each
            if questions[before].subject != questions[place].subject and (same or _is_similar(words[before], each)):
                yield QuestionPair(questions[before], questions[place], same)
        for word in looked_at:
            waiting[word].append(place)


def _is_similar(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    first, second = set(one), set(other)
    return len(first & second) >= SIMILARITY_THRESHOLD * len(first | second)
