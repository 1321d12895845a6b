"""Words that only ask for time, or end the wait; money, danger and answers are never taken for one."""

from __future__ import annotations

import pytest

from backend.language import ENGLISH, SPANISH
from backend.reading.acts.waiting import asks_only_to_wait, asks_to_go_on, says_is_back

WAITS = [
    "hold on", "Hold on.",
    "hang on a second", "no wait", "no, wait", "wait", "wait a minute", "just a moment please",
    "one moment", "give me a minute", "can you hold on", "ok hold on, let me get my glasses", "let me find my bill",
    "hold on let me find my glasses", "I'm looking for my card", "bear with me honey",
    "one second while I find the bill",
    "I need a minute", "don't hang up", "hold please", "yes hold on", "let me go get my reading glasses", "just a sec",
    "I have to find my statement", "be right back", "give me one more minute",
]  # fmt: skip
WAITS_IN_SPANISH = [
    "espéreme tantito",
    "un momento por favor", "no, espere", "permítame", "déjeme buscar mi factura", "espere un minuto",
    "un segundo", "permítame buscar mis lentes", "no cuelgue",
]  # fmt: skip
ANSWERS = [
    "hold on, a wire is down",
    "wait, not that card", "let me check my balance", "wait, pay 50", "one", "one two three four",
    "hold my mail", "yes", "no", "let me talk to a person", "wait is that with the fee", "how long is the wait",
    "my house is on fire hold on", "I waited an hour", "give me a payment plan",
]  # fmt: skip


@pytest.mark.parametrize("words", WAITS)
def test_asks_for_time(words: str) -> None:
    assert asks_only_to_wait(words, ENGLISH)


@pytest.mark.parametrize("words", WAITS_IN_SPANISH)
def test_asks_for_time_in_spanish(words: str) -> None:
    assert asks_only_to_wait(words, SPANISH)


@pytest.mark.parametrize("words", ANSWERS)
def test_is_more_than_a_wait(words: str) -> None:
    assert not asks_only_to_wait(words, ENGLISH)


@pytest.mark.parametrize(
    "words", ["ok I'm back", "I found it", "okay, ready", "sorry about that, I have it", "ya volví", "listo"]
)
def test_the_wait_is_over(words: str) -> None:
    assert says_is_back(words)


@pytest.mark.parametrize("words", ["yes", "no", "9 9 9", "pay it", "go ahead and pay"])
def test_an_answer_does_not_only_end_the_wait(words: str) -> None:
    assert not says_is_back(words)


def test_going_on() -> None:
    assert asks_to_go_on("go on please", ENGLISH)
    assert asks_to_go_on("siga por favor", SPANISH)
    assert not asks_to_go_on("go on and pay it", ENGLISH)
