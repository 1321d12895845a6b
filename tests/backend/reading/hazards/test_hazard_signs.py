"""Which danger signs a message has, by itself and about a danger that is reported already."""

from __future__ import annotations

import pytest

from backend.reading.hazards.danger_over import denies_danger
from backend.reading.hazards.hazard_signs import find_hazard_signs, is_alarming, main_hazard
from backend.reading.spanish import to_english

ALONE = {
    "hurt": [
        "someone is hurt", "my husband isn't breathing", "he got zapped", "my dad touched the wire",
        "people trapped in a car with the wire on it", "my husband isnt waking up", "we need an ambulance",
        "a lineman is hurt on our road", "hay un herido", "mi esposo no respira", "le dio la corriente a mi hijo",
        "mi papá está inconsciente", "manden una ambulancia", "alguien se electrocutó",
    ],
    "life": [
        "my oxygen machine stopped", "my concentrator quit", "oxygen tank is almost empty", "my cpap battery died",
        "power is out and my oxygen is running low", "mom's oxygen machine is not working",
        "mi máquina de oxígeno se paró", "la batería del oxígeno se acaba", "se le acabó el oxígeno a mi mamá",
        "el respirador de mi hijo dejó de funcionar", "she can't breathe", "mi mamá no puede respirar",
    ],
    "fire": ["the grass caught fire", "the house is full of smoke", "it exploded", "se está incendiando"],
    "gas": [
        "gas smell get me a human", "i smell rotten eggs", "huele a gas", "my gas furnace is leaking",
        "huele a gas de la estufa", "the gas stove won't stop hissing", "el gas de mi estufa se escapa, huele",
    ],
    "wire": ["the wire is moving now", "a car hit the pole", "el cable se mueve", "el poste se va a caer"],
}  # fmt: skip
OF_WHAT_STANDS = [
    "its on our roof now", "it's getting bigger", "there's a kid near the wire", "cars are driving over it",
    "the battery is almost dead", "i feel sick from the gas", "the wires are still live", "it is sparking now",
    "we cant get out of the car", "my mom uses a ventilator", "está más grande", "hay niños cerca", "está peor",
    "ya llegó al techo de mi casa", "no podemos salir del carro", "se le está acabando la batería",
    "mi esposa usa oxígeno y la batería está baja", "ya se cayó el poste",
]  # fmt: skip
NOTHING = [
    "nobody is hurt", "no one hurt", "my husband got hurt at work and we can't pay", "my feelings are hurt",
    "I hurt my back and can't pay the bill", "my phone battery is low", "my oxygen machine stopped last week",
    "what happens if the power goes out while i am on oxygen", "i'm behind on my bill and on oxygen",
    "do you have a program for people on oxygen", "i am trapped in this menu", "we have a gas stove",
    "nadie está herido", "no hay heridos", "mi celular tiene la bateria baja",
    "¿qué pasa si se va la luz y uso oxígeno?", "no hay fuga ni huele a gas", "no sparks nor smoke",
    "mi horno es de gas y se fue la luz de la cocina", "it doesnt smell like gas", "route 9 by the gas station",
]  # fmt: skip
NO_NEWS = [
    "ok thank you", "815-555-0123", "how long will it take", "no fire, just the wire", "what if it catches fire?",
    "it's the blue house", "the power is still down", "we are moving next month", "the fire department is here",
    "I also want to pay my bill", "nobody is hurt",
]  # fmt: skip


@pytest.mark.parametrize(("hazard", "words"), [(name, one) for name, many in ALONE.items() for one in many])
def test_signs_are_found_by_themselves(hazard: str, words: str) -> None:
    assert is_alarming(words, to_english(words))
    assert main_hazard(find_hazard_signs(words, to_english(words))) == hazard


@pytest.mark.parametrize("words", OF_WHAT_STANDS)
def test_open_danger_needs_fewer_words(words: str) -> None:
    assert find_hazard_signs(words, to_english(words), reported=True)


@pytest.mark.parametrize("words", NOTHING)
def test_harmless_words_are_not_alarming(words: str) -> None:
    assert not is_alarming(words, to_english(words))


@pytest.mark.parametrize("words", NO_NEWS)
def test_repeated_facts_are_not_news(words: str) -> None:
    assert not find_hazard_signs(words, to_english(words), reported=True)


@pytest.mark.parametrize(
    "words",
    ["it was nothing, it's the neighbor's TV cable", "no hay fuga ni huele a gas", "that was just the phone line",
     "no era nada, era el cable de la tele del vecino"],
)  # fmt: skip
def test_mistaken_danger_is_denied(words: str) -> None:
    assert denies_danger(words)


@pytest.mark.parametrize(
    "words", ["it's the power line", "it was nothing but it still sparks", "that is the line to the house, it is down"]
)
def test_power_line_is_not_a_denial(words: str) -> None:
    assert not denies_danger(words)
