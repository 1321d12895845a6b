"""Who asks who texts them is told so, if the phone is on file."""

from __future__ import annotations

import pytest

from backend.app import Backend
from tests.backend.household import Household
from tests.backend.text_pay.texting import Texting

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "words",
    [
        "who are you, how did you get my number",
        "Who is this? how did you get my number?",
        "no i mean who are you people texting",
        "who is this",
        "who gave you my number",
    ],
)
async def test_the_number_is_on_file(backend: Backend, home: Household, phone: Texting, words: str) -> None:
    told = str(await phone.text(words))
    assert backend.coop.short_name in told
    assert "on file" in told
    assert "STOP" in told


@pytest.mark.parametrize("words", ["quién es", "¿de dónde sacaron mi número?", "como consiguieron mi numero"])
async def test_in_spanish(home: Household, phone: Texting, words: str) -> None:
    assert "está en su cuenta" in str(await phone.text(words))


async def test_a_phone_that_is_on_no_file_is_not_told_so(home: Household, phone: Texting) -> None:
    phone.phone = "+15555550999"
    assert await phone.text("how did you get my number") is None


@pytest.mark.parametrize(
    "words", ["where do I get my member number", "who are you guys hiring", "how do you get power"]
)
async def test_other_questions(home: Household, phone: Texting, words: str) -> None:
    assert await phone.text(words) is None
