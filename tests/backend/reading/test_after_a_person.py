"""Who is asked for again, after a person has left."""

from __future__ import annotations

import pytest

from backend.reading.acts.after_a_person import asks_for_own_task, is_only_thanks
from backend.reading.live_agent_request import wants_live_agent


@pytest.mark.parametrize(
    ("words", "is_meant"),
    [
        ("la persona", True),
        ("the lady I was talking to", True),
        ("the person again", True),
        ("todavía tengo una pregunta para la persona", True),
        ("la señora con quien hablaba", True),
        ("the man", False),
        ("is this a person?", False),
        ("the lady I was talking to said I could pay half", False),
    ],
)
def test_the_same_person_again_is_a_wish_for_a_person(words: str, is_meant: bool) -> None:
    assert wants_live_agent(words) is is_meant


@pytest.mark.parametrize(
    "words", ["thanks but I already paid", "gracias, pero no puedo llamar", "thank you can you call"]
)
def test_thanks_with_more_are_more(words: str) -> None:
    assert not is_only_thanks(words)


@pytest.mark.parametrize(
    "words", ["I want to pay but the card is declined", "I paid the wrong account", "help me with it"]
)
def test_a_payment_with_a_trouble_is_for_the_person(words: str) -> None:
    assert not asks_for_own_task(words)
