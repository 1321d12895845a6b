"""Nine digits get through if they are an account number and are asked for; otherwise they are redacted."""

from __future__ import annotations

import pytest

from tests.backend.household import make_household
from tests.bot.edge import Edge, twiml_texts

WRITTEN = [
    "123-45-6001",
    "123 45 6001",
    "123.45.6001",
    "123456001",
    "it's 123-45-6001 thanks",
    "123–45–6001",
    "12-3456001",
]


@pytest.mark.parametrize("text", WRITTEN)
async def test_the_own_number_gets_through_when_it_is_asked_for(app_server: Edge, text: str) -> None:
    await make_household(app_server.services.backend, number="123456")
    await app_server.text("expect member_number")
    answer = twiml_texts(await app_server.text(text))
    assert "123456-001" in answer[0]
    assert len(answer) == 1


async def test_it_gets_through_on_the_web(app_server: Edge) -> None:
    await make_household(app_server.services.backend, number="123456")
    session = await app_server.session()
    await app_server.chat(session, "expect member_number", id="1")
    answer = await app_server.chat(session, "123-45-6001", id="2")
    assert "123456-001" in answer.json["messages"][0]["text"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("expect member_number", "123-45-6789"),  # no account has it
        ("expect member_number", "523-45-6001"),
        ("expect last4", "123-45-6001"),  # not asked for
        ("hello", "pay my bill, 123-45-6001"),
        ("expect member_number", "my social is 123-45-6789 and my number is 99999-001"),
    ],
)
async def test_a_social_security_number_never_does(app_server: Edge, asked: str, text: str) -> None:
    await make_household(app_server.services.backend, number="123456")
    await app_server.text(asked)
    answer = twiml_texts(await app_server.text(text))
    assert "social security" in answer[0]
    assert "45-6" not in str(app_server.engine.turns)
