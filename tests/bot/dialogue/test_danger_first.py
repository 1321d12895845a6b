"""A report of danger is answered with whom to call, even where other messages are left or refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.agent_handoff import service as handover
from backend.agent_handoff import unseen
from backend.agent_handoff.models import OfficeMessage
from backend.language import SPANISH, use_language
from backend.outbox import service as outbox
from bot.channels.sms.routes import sms_conversation_id
from bot.channels.webchat import rate_limits
from bot.dialogue import edge_texts
from bot.dialogue.messages import Inbound
from bot.web.rates import rate_limit
from tests.bot.edge import ACCOUNT, MEMBER, NUMBER, Edge, new_sid, sms_fields, twiml_texts

DANGER = ["the wire is moving now", "I smell gas now", "my oxygen machine stopped", "somebody is hurt"]
FIRST = "call 911, then our outage line"


async def with_a_person(edge: Edge, conversation: str) -> None:
    async with edge.services.backend.db.transaction() as session:
        assert await handover.send_answer(session, edge.services.backend, conversation, "I look into it.", "ann")


@pytest.mark.parametrize("words", [*DANGER, "la máquina de oxígeno de mi mamá se paró", "el cable se mueve"])
async def test_danger_interrupts_a_text_conversation_with_a_person(app_server: Edge, words: str) -> None:
    await app_server.text("hello")
    conversation = sms_conversation_id(app_server.services.settings, MEMBER)
    await with_a_person(app_server, conversation)
    (notice,) = twiml_texts(await app_server.text("thank you"))
    assert notice.startswith("The office has your message")
    (answer,) = twiml_texts(await app_server.text(words))
    assert answer.startswith("You said:"), "the assistant has it"
    async with app_server.services.backend.db.read_session() as session:
        assert await handover.find_open_handoff(session, conversation), "and the office still sees the talk"


async def test_conversation_left_by_the_office_is_answered_again(app_server: Edge) -> None:
    await app_server.text("hello")
    conversation = sms_conversation_id(app_server.services.settings, MEMBER)
    await with_a_person(app_server, conversation)
    (notice,) = twiml_texts(await app_server.text("and my bill?"))
    assert notice.startswith("The office has your message")
    async with app_server.services.backend.db.transaction() as session:
        written = (await session.scalars(select(OfficeMessage))).one()
        written.at -= timedelta(hours=13)
        handoff = await handover.find_open_handoff(session, conversation)
        assert handoff is not None
        unseen.change_summary(handoff, waiting_since=written.at.isoformat())
    assert twiml_texts(await app_server.text("pay my bill")) == ["You said: pay my bill"]


@pytest.mark.parametrize("words", DANGER)
async def test_danger_from_a_stopped_phone_is_answered(app_server: Edge, words: str) -> None:
    backend = app_server.services.backend
    async with backend.db.transaction() as session:
        await outbox.opt_out(session, backend, MEMBER)
    assert twiml_texts(await app_server.text("pay my bill")) == []
    assert twiml_texts(await app_server.text(words)) == [f"You said: {words}"]


async def test_the_same_danger_again_and_again_is_never_only_silence(app_server: Edge) -> None:
    words = "there is a wire down in my yard and it sparks"
    for _ in range(3):
        assert twiml_texts(await app_server.text(words)) == [f"You said: {words}"]
    assert FIRST in twiml_texts(await app_server.text(words))[0]
    assert twiml_texts(await app_server.text(words)) == [], "but two machines do not answer one another for ever"


@pytest.mark.parametrize(
    "more", [{"OtherRecipients0": "+15555550177"}, {"From": f"whatsapp:{MEMBER}", "To": "whatsapp:+15555550199"}]
)
async def test_where_it_cannot_help_danger_gets_the_number_to_call(app_server: Edge, more: dict[str, str]) -> None:
    fields = sms_fields("my house is on fire", sid=new_sid()) | more
    answer = twiml_texts(await app_server.twilio_post("/twilio/sms", fields))[0]
    assert FIRST in answer
    assert app_server.services.coop.outage_phone_display in answer


async def test_too_long_a_text_of_danger(app_server: Edge) -> None:
    answer = "\n".join(twiml_texts(await app_server.text("there is a fire at the pole. " + "please come " * 100)))
    assert FIRST in answer


async def test_a_page_that_is_slowed_down(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "REFUSAL_DELAY_SECONDS", 0.0)
    monkeypatch.setattr(rate_limits, "SESSION_LIMIT", rate_limit("chat-session", 1, 600))
    session = await app_server.session()
    assert (await app_server.chat(session, "hello", id="a1")).status == 200
    refused = await app_server.chat(session, "hello", id="a2")
    assert (refused.status, FIRST in refused.text) == (429, False)
    refused = await app_server.chat(session, "huele a gas en mi casa", id="a3")
    assert refused.status == 429
    assert "llame al 911" in refused.json["error"]["message"]
    assert "retry-after" in refused.headers


async def test_danger_on_a_page_that_cannot_be_stored(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await app_server.session()

    async def away(*_: object, **__: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr("backend.conversations.service.record_inbound", away)
    answer = await app_server.chat(session, "my oxygen machine stopped", id="a1")
    assert answer.status == 503
    assert FIRST in answer.json["error"]["message"]
    text = twiml_texts(await app_server.text("my oxygen machine stopped"))[0]
    assert FIRST in text


@pytest.mark.parametrize("channel", ["sms", "web", "voice"])
@pytest.mark.parametrize("words", DANGER)
async def test_danger_in_an_abandoned_message(app_server: Edge, channel: str, words: str) -> None:
    await app_server.engine.stop()
    turns = app_server.services.turns
    inbound = Inbound(channel, f"{channel}-1", f"{channel}-1:1", words, address=MEMBER)
    waiting = await turns.take_turn(inbound, within=1)
    if channel != "voice":
        assert FIRST in waiting.messages[0].text
    given_up = await turns.give_up(inbound)
    assert given_up is not None
    assert FIRST in given_up.messages[0].text


async def test_danger_after_a_waiting_message(app_server: Edge) -> None:
    await app_server.engine.stop()
    assert FIRST not in twiml_texts(await app_server.text("pay my bill"))[0]
    assert FIRST in twiml_texts(await app_server.text("my house is on fire"))[0]


@pytest.mark.parametrize("words", DANGER)
async def test_a_call_that_fails_inside(app_server: Edge, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    async def away(*_: object, **__: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr("backend.conversations.service.record_inbound", away)
    fields = {"CallSid": "CA" + "1" * 32, "AccountSid": ACCOUNT, "From": MEMBER, "To": NUMBER, "SpeechResult": words}
    answer = await app_server.twilio_post("/twilio/voice/turn?turn=1", fields)
    assert answer.status == 200
    assert "call 9 1 1, then our outage line" in answer.text


def test_the_words_for_danger_are_in_both_languages(app_server: Edge) -> None:
    coop = app_server.services.coop
    with use_language(SPANISH):
        assert "llame al 911" in edge_texts.format_danger_advice("hay un herido", coop)
    assert edge_texts.format_danger_advice("pay my bill", coop) == ""
