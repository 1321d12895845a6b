"""Which language a message is in, given the one that is spoken."""

from __future__ import annotations

import pytest

from backend.reading.language import detect_language, detect_language_request


@pytest.mark.parametrize(
    "text",
    ["español", "Espanol", "2 para español", "en español por favor", "habla español?", "do you speak spanish?",
     "can we talk in spanish please", "spanish"],
)  # fmt: skip
def test_asking_for_spanish(text: str) -> None:
    assert detect_language_request(text) == "es"


@pytest.mark.parametrize("text", ["english", "in english please", "inglés", "en inglés por favor"])
def test_asking_for_english(text: str) -> None:
    assert detect_language_request(text) == "en"


@pytest.mark.parametrize(
    "text",
    ["quiero pagar mi factura", "cuanto debo", "gracias", "hola", "se fue la luz", "no tengo luz", "la mitad",
     "sí, por favor", "necesito ayuda"],
)  # fmt: skip
def test_spanish_is_detected(text: str) -> None:
    assert (detect_language(text, "en"), detect_language(text, "es")) == ("es", "es")


@pytest.mark.parametrize("text", ["si", "no", "ok", "99999-001", "$50", "total", "0142", ""])
def test_words_of_both_languages_change_nothing(text: str) -> None:
    assert (detect_language(text, "en"), detect_language(text, "es")) == ("en", "es")


@pytest.mark.parametrize("text", ["I want to pay my bill", "what do I owe on Camino Real", "speak to a person"])
def test_english_is_detected(text: str) -> None:
    assert (detect_language(text, "en"), detect_language(text, "es")) == ("en", "en")


def test_names_and_streets_change_nothing() -> None:
    assert detect_language("Calle de la Paz 12, El Paso", "en", free=True) == "en"
    assert detect_language("en español", "en", free=True) == "es"
