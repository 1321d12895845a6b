"""What is wanted done with an arranged call, and another phone for one."""

from __future__ import annotations

import pytest

from backend.reading.contact.call_requests import cancels_call, wants_other_phone


@pytest.mark.parametrize("text", ["oh never mind the call, thanks", "nevermind the call back", "you can skip the call"])
def test_a_call_that_is_called_off(text: str) -> None:
    assert cancels_call(text)


@pytest.mark.parametrize(
    "text",
    [
        "this isn't my phone",
        "yes but ring my work phone",
        "use a different number",
        "sí, pero mejor a mi celular",
        "ese número no es mío",
    ],
)
def test_another_phone_is_wanted(text: str) -> None:
    assert wants_other_phone(text)


@pytest.mark.parametrize("text", ["yes", "yes call my cell", "that is my phone", "sí, ese es mi teléfono"])
def test_the_same_phone_is_meant(text: str) -> None:
    assert not wants_other_phone(text)
