"""Questions of how something is done, in Spanish."""

from __future__ import annotations

import pytest

from backend.reading.acts.signals import asks_how_it_works
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    "words",
    [
        "cómo pongo el pago automático",
        "cómo me inscribo en autopay",
        "qué alertas hay",
        "cómo cancelo mi débito bancario",
    ],
)
def test_a_question_of_how(words: str) -> None:
    assert asks_how_it_works(to_english(words))
