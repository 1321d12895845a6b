"""How many payments a message asks for, and requests for a copy of a bill, in Spanish."""

from __future__ import annotations

import pytest

from backend.reading.money.payment_words import extract_confirmation, extract_count, wants_copy
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("mis últimos tres pagos", 3),
        ("las últimas 5 facturas", 5),
        ("mi último pago", 1),
        ("cuándo pagué por última vez", 1),
        ("mis pagos", None),
    ],
)
def test_how_many(words: str, count: int | None) -> None:
    assert extract_count(to_english(words)) == count


def test_a_copy_of_a_bill() -> None:
    assert wants_copy(to_english("quiero una copia de mi factura"))
    assert not wants_copy(to_english("mis facturas anteriores"))


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("did K7M-4Q2 go through", "K7M-4Q2"),
        ("k7m4q2", "k7m4q2"),
        ("it is k 7 m 4 q 2", "k 7 m 4 q 2"),
        ("did FHJ-KMQ go through", "FHJ-KMQ"),
        ("was fhjkmq paid", "fhjkmq"),
        ("did my payment go through", None),
        ("i paid $45.20 on friday", None),
    ],
)
def test_confirmation_number(words: str, number: str | None) -> None:
    assert extract_confirmation(words) == number
