"""Who waits for a person takes the wish back in words."""

from __future__ import annotations

import pytest

from bot.dialogue.live_agent import TAKES_BACK


@pytest.mark.parametrize("words", ["ok never mind", "oh nvm!", "forget it", "no need, thanks", "I don't need a person"])
def test_it_is_taken_back(words: str) -> None:
    assert TAKES_BACK.fullmatch(words)


def test_what_else_is_wished_is_kept() -> None:
    found = TAKES_BACK.fullmatch("ok never mind, whats my balance")
    assert found is not None
    assert "whats my balance" in found["rest"]


@pytest.mark.parametrize("words", ["are you there?", "my bill is wrong, never mind the fee", "I need a person"])
def test_it_is_for_the_person(words: str) -> None:
    assert not TAKES_BACK.fullmatch(words)
