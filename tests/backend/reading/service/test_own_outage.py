"""Whether a message reports that the power is out where its sender is."""

from __future__ import annotations

import pytest

from backend.reading.service.own_outage import reports_own_outage
from backend.reading.spanish import to_english

OWN = (
    "my power is out", "no lights at our house", "se fue la luz", "no tengo luz", "sin luz", "power out",
    "my power is out, when will it be back?", "Estoy sin luz, ¿cuándo regresa?", "my neighbors and I have no power",
    "we have an outage", "hay un apagón en mi casa",
    "my power is out and won't come back on", "we have no power and my daughter is scared",
)  # fmt: skip
OTHER = (
    "when will the power be back?", "is the power out?", "¿no hay luz?", "my neighbor's power is out",
    "mi vecina no tiene luz", "my sister has no power", "the power is out at the school", "my power was out yesterday",
    "the power was out this morning but is back", "no outage here",
    "call me back about the outage", "my bill says outage fee", "they cut my power off",
    "if my power is out do I still pay", "how do I report that my power is out?", "the light on the pole is out",
)  # fmt: skip


@pytest.mark.parametrize("words", OWN)
def test_it_is_reported(words: str) -> None:
    assert reports_own_outage(words, to_english(words))


@pytest.mark.parametrize("words", OTHER)
def test_it_is_none_of_their_own(words: str) -> None:
    assert not reports_own_outage(words, to_english(words))
