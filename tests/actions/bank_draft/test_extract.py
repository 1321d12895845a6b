"""Questions about bank drafts, in Spanish."""

from __future__ import annotations

import pytest

from actions.bank_draft.forms import ASKS_FOR_EXPLANATION
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    "words", ["qué es el débito bancario", "cómo pongo un débito bancario", "me conviene el débito"]
)
def test_a_question_about_drafts(words: str) -> None:
    assert ASKS_FOR_EXPLANATION.search(to_english(words))
