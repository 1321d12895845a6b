"""Oxygen and the like, and power that is out now, in both languages."""

from __future__ import annotations

import pytest

from backend.reading.hazards.danger_words import detect_danger
from backend.reading.hazards.life_support import depends_on_power, is_at_risk_now, says_power_is_out_now

BOTH = [
    "my mother is on oxygen and the electric just quit",
    "my wife is on oxygen and the power just went out",
    "se me fue la luz, mi esposo depende de una maquina de oxigeno",
    "se fue la luz y mi mama usa oxígeno",
    "no tenemos luz y mi mama necesita su maquina para respirar",
    "estamos a oscuras y mi papá tiene un respirador",
    "lights went out, he's on a CPAP",
    "power died here and my son needs his nebulizer",
    "we lost power, she is on dialysis at home",
    "the juice is out and dad's concentrator runs on the battery",
    "hay apagón y mi hijo usa un nebulizador",
    "no electricity for an hour. breathing machine wont run",
    "outage on mill road, my husband has a trach",
]


@pytest.mark.parametrize("text", BOTH)
def test_a_life_hangs_on_power_that_is_out(text: str) -> None:
    assert depends_on_power(text)
    assert says_power_is_out_now(text)


@pytest.mark.parametrize(
    "text",
    [
        "what happens to my oxygen if i cannot pay",
        "i need the medical form for my cpap",
        "mi papá usa oxígeno, ¿qué papeles necesito?",
        "we are getting a ventilator next week",
    ],
)
def test_need_alone_is_not_an_outage(text: str) -> None:
    assert depends_on_power(text)
    assert not says_power_is_out_now(text)


@pytest.mark.parametrize(
    "text",
    [
        "pay my light bill",
        "quiero pagar la luz",
        "cuanto debo de luz",
        "my bill went up",
        "the light on the pole",
        "a fan that is a ventilador de techo",
        "turn off the alerts",
        "is the office out today",
    ],
)
def test_neither(text: str) -> None:
    assert not depends_on_power(text)
    assert not says_power_is_out_now(text)


@pytest.mark.parametrize(
    "text",
    [
        "le van a cortar la luz y usa oxígeno",
        "the tank lasts two hours",
        "shut off is tonight",
        "me quedan dos baterías",
    ],
)
def test_a_need_of_today(text: str) -> None:
    assert is_at_risk_now(text)


@pytest.mark.parametrize(
    "text",
    [
        "i think theres gas leaking at the meter outside",
        "its hissing",
        "the gas line by the meter is leaking",
        "propane is leaking from my tank",
        "there is a pole leaning over my roof",
        "the wire is moving now its hitting the fence",
        "loose wire at the meter",
    ],
)
def test_danger_without_its_best_known_word(text: str) -> None:
    assert detect_danger(text)


@pytest.mark.parametrize(
    "text",
    [
        "my air conditioner is leaking",
        "my water heater leaks",
        "no gas leak",
        "the pole light is leaning",
        "do you sell gas",
        "the internet cable is loose",
        "moving to a new house, wires and all",
        "when can you move the power line",
    ],
)
def test_no_danger(text: str) -> None:
    assert not detect_danger(text)


@pytest.mark.parametrize(
    "text",
    [
        "He doesn't use any machine, he's 90 and by himself",
        "there is no medical equipment in the house",
        "mi mamá no tiene ningún aparato médico, nada más está sola",
    ],
)
def test_who_says_that_there_is_no_device_needs_none(text: str) -> None:
    assert not depends_on_power(text)


@pytest.mark.parametrize(
    "text",
    ["she doesn't have her oxygen machine", "he is not on his breathing machine any more", "no tiene oxígeno"],
)
def test_a_device_that_does_not_run_is_not_the_same_as_none(text: str) -> None:
    assert depends_on_power(text)
