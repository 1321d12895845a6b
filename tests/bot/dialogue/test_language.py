"""The language of a conversation: detected by the app, stored, and passed to the engine and to the page."""

from __future__ import annotations

import pytest

from tests.bot.edge import Edge


async def test_engine_and_page_get_the_language(app_server: Edge) -> None:
    session = await app_server.session()
    answers = [
        await app_server.chat(session, text, id=str(number))
        for number, text in enumerate(["quiero pagar mi factura", "99999-001", "in english please", "99999-001"])
    ]
    assert [turn["metadata"]["language"] for turn in app_server.engine.turns] == ["es", "es", "en", "en"]
    assert [answer.json["messages"][0].get("lang") for answer in answers] == ["es", "es", None, None]


@pytest.mark.parametrize("text", ["español", "Habla español?", "2 para español"])
async def test_request_for_spanish_switches_the_language(app_server: Edge, text: str) -> None:
    await app_server.chat(await app_server.session(), text, id="1")
    (turn,) = app_server.engine.turns
    assert (turn["text"], turn["metadata"]["language"]) == ("/speak_spanish", "es")


async def test_a_pressed_button_too(app_server: Edge) -> None:
    session = await app_server.session()
    await app_server.chat(session, id="1", payload="/speak_spanish")
    answer = await app_server.chat(session, "🙂🙂", id="2")
    assert answer.json["messages"][0]["lang"] == "es"


async def test_our_own_words_are_in_it(app_server: Edge) -> None:
    session = await app_server.session()
    await app_server.chat(session, "hola buenos días", id="1")
    answer = await app_server.chat(session, "mi tarjeta es 4111 1111 1111 1111", id="2")
    assert answer.json["messages"][0]["text"].startswith("Por favor no envíe aquí números de tarjeta.")
