"""Questions beside a danger: what may be touched or entered, and where to get medical help."""

from __future__ import annotations

import pytest

from backend.reading.hazards.emergency_questions import asks_about_medical_help, asks_if_safe


@pytest.mark.parametrize(
    "words",
    [
        "can she touch the fridge again?",
        "is it safe to touch it",
        "just tell me if my kid can touch the fridge!!",
        "is it safe to go get my dog? hes by the line",
        "can i drive over it",
        "am i safe to stay inside",
        "do we have to leave the house",
        "how far away should we stay",
        "ok to go in the yard?",
        "¿puedo tocar la lavadora para desconectarla?",
        "no, ¿entonces sí la puedo desconectar?",
        "¿puede tocar el refri otra vez?",
        "¿es seguro entrar?",
        "podemos quedarnos en la casa",
    ],
)
def test_touching_and_entering_questions(words: str) -> None:
    assert asks_if_safe(words)


@pytest.mark.parametrize(
    "words",
    [
        "can i talk to somebody",
        "can i get my ticket number",
        "is somebody coming",
        "can i pay my bill",
        "can you help me",
        "did you get my report",
        "¿ya viene alguien?",
        "¿puedo pagar mi cuenta?",
        "is it fixed? still dark",
    ],
)
def test_other_questions(words: str) -> None:
    assert not asks_if_safe(words)


@pytest.mark.parametrize(
    "words", ["should i take her to the er", "¿ya viene alguien o lo llevo al hospital?", "should i call 911"]
)
def test_whether_to_see_a_doctor(words: str) -> None:
    assert asks_about_medical_help(words)
