"""Questions about bank drafts, in Spanish."""

from __future__ import annotations

import pytest

from backend.reading.money.autopay_words import asks_about_drafts
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    "words", ["qué es el débito bancario", "cómo pongo un débito bancario", "me conviene el débito"]
)
def test_a_question_about_drafts(words: str) -> None:
    assert asks_about_drafts(to_english(words))
