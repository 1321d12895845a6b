"""Who waits for a person takes the wish back in words."""

from __future__ import annotations

import pytest

from bot.dialogue.live_agent import TAKES_BACK, words_instead


@pytest.mark.parametrize("words", ["ok never mind", "oh nvm!", "forget it", "no need, thanks", "I don't need a person"])
def test_it_is_taken_back(words: str) -> None:
    assert TAKES_BACK.fullmatch(words)


def test_what_else_is_wished_is_kept() -> None:
    assert words_instead("ok never mind, whats my balance") == "whats my balance"
    assert words_instead("never mind whats due") == "whats due"


@pytest.mark.parametrize("words", ["are you there?", "my bill is wrong, never mind the fee", "I need a person"])
def test_it_is_for_the_person(words: str) -> None:
    assert not TAKES_BACK.fullmatch(words)
