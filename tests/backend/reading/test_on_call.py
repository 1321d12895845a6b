"""A text of somebody on call is "I have it", or it is not; what is unsure takes nothing."""

from __future__ import annotations

import pytest

from backend.reading.on_call import Has, cannot, has_it


@pytest.mark.parametrize(
    "text",
    [
        "got it", "Got it!", "I got it", "I've got it", "i have it", "I’ve got this", "on it", "omw", "On my way",
        "I'm on my way", "i'll take it", "taking it", "ok got it", "mine", "ack", "Acknowledged", "lo tengo",
        "Yo lo tengo", "we are on our way", "I’ll handle it", "ya voy para allá",
        "ya voy", "voy en camino", "me encargo", "got it thanks", "en camino",
    ],
)  # fmt: skip
def test_words_for_having_it(text: str) -> None:
    assert has_it(text) == Has()


@pytest.mark.parametrize("text", ["1", " 1. ", "yes", "Sí", "ok", "10-4", "👍", "👍🏽", "Roger", "copy that"])
def test_a_bare_yes_is_weak(text: str) -> None:
    assert has_it(text) == Has(weak=True)


@pytest.mark.parametrize(
    "text", ["K7M-4Q2", "k7m4q2", "got K7M 4Q2", "I have k7m-4q2", "tengo K7M-4Q2", "1 K7M-4Q2", "I'll take K7M-4Q2"]
)
def test_a_number_names_the_ticket(text: str) -> None:
    assert has_it(text) == Has(number="K7M-4Q2")


@pytest.mark.parametrize(
    "text",
    ["XXM-735 on my way", "xxm 735 on my way", "xxm735 got it", "ok thx, xxm-735 on it"],
)
def test_a_number_beside_the_words(text: str) -> None:
    assert has_it(text) == Has(number="XXM-735")


def test_two_numbers_are_two() -> None:
    assert has_it("QJY-XH9 and XXM-735") == Has(number="QJY-XH9", also=("XXM-735",))


@pytest.mark.parametrize("text", ["ok thx, looking into it", "got the mill road one", "thanks, on it", "will do"])
def test_more_words_for_having_it(text: str) -> None:
    assert has_it(text) == Has()


@pytest.mark.parametrize("text", ["not me", "I can't, I'm out of town", "can't", "no puedo", "sorry, not available"])
def test_who_cannot(text: str) -> None:
    assert has_it(text) is None
    assert cannot(text)


@pytest.mark.parametrize("text", ["got it", "pay my bill", "what is it", "1"])
def test_who_does_not_say_that_it_has_to_be_another(text: str) -> None:
    assert not cannot(text)


@pytest.mark.parametrize("text", ["all", "ALL", "both", "I have all of them", "todos", "tengo todos"])
def test_all(text: str) -> None:
    assert has_it(text) == Has(every=True)


@pytest.mark.parametrize(
    "text",
    [
        "i don't have it", "no lo tengo", "not me", "can't, got it last time", "who has it?", "no", "2", "11",
        "pay my bill", "do you have it", "somebody got it?", "I got it wrong", "got it?", "", "K7M-4Q", "stop",
        'Liked "Prairie Rivers URGENT: danger at 12 Oak. Reply 1 or K7M-4Q2 if you have it."',
        'Questioned "… K7M-4Q2 …"', "driving, I can't text right now K7M-4Q2", "nobody has K7M-4Q2",
    ],
)  # fmt: skip
def test_anything_else_takes_nothing(text: str) -> None:
    assert has_it(text) is None
