"""What follows a relay: a person, the webhooks, or the end of the call."""

from __future__ import annotations

import pytest

from bot.channels.voice import call as calls
from bot.channels.voice.relay import session as relays
from bot.channels.voice.relay.messages import parse_handoff, render_end
from bot.channels.voice.steps import CallPosition, TransferStep
from tests.bot.channels.voice.phone_call import TRANSFER, spoken_text
from tests.bot.channels.voice.relay.relay_socket import new_call, socket_after, talk
from tests.bot.channels.voice.twiml_check import check
from tests.bot.edge import Edge


async def test_person_takes_over_after_the_relay(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("0#")
        data = await socket.receive_end()
    assert data["reason"] == "transfer"
    root = await socket.after(data)
    assert root.findtext("Dial/Number") == TRANSFER
    assert edge.engine.texts_of(socket.conversation)[-1] == "/speak_to_human"


async def test_call_that_nobody_took_goes_on_by_the_relay(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.send(type="prompt", voicePrompt="a person please", last=True)
        root = await socket.after(await socket.receive_end())
    dial = root.find("Dial")
    assert dial is not None
    form = {**socket.call, "DialCallStatus": "no-answer"}
    back = check((await edge.twilio_post(dial.get("action", ""), form)).text)
    assert "nobody could take your call" in spoken_text(back)
    assert "Well?" not in spoken_text(back), "the question is said by the socket"
    async with socket_after(edge, socket.call, back) as again:
        assert "Well?" in await again.receive_text()
        await again.press("99999001#")
        await again.receive_text()
    assert edge.engine.texts_of(socket.conversation)[-1] == "99999001"


async def test_goodbye_is_spoken_to_its_end(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="goodbye", last=True)
        data = await socket.receive_end()
    assert data["reason"] == "end"
    root = await socket.after(data)
    assert [child.tag for child in root] == ["Say", "Hangup"]
    assert root[0].text == "Goodbye."


ODD_HANDOFFS = ["", "{", "[]", '{"reason":"transfer"}', '{"reason":"transfer","words":[1],"turn":2,"asked":1}', '"x"']


@pytest.mark.parametrize("data", ODD_HANDOFFS)
async def test_hand_off_data_of_no_relay_of_ours_opens_the_relay_again(edge: Edge, data: str) -> None:
    answer = await edge.twilio_post("/twilio/voice/relay/ended", {**new_call(), "HandoffData": data})
    assert check(answer.text).find("Connect/ConversationRelay") is not None


async def test_a_slow_answer_is_waited_for_with_a_word(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "FILLER_SECONDS", 0.3)
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="slow one", last=True)
        (filler,) = await socket.frames()
        assert "One moment" in filler["token"]
        assert filler["preemptible"] is True, "the answer does not wait for the end of it"
        edge.engine.gate.set()
        assert "You said: slow one" in await socket.receive_text()
    assert edge.engine.texts_of(socket.conversation) == ["slow one"]


async def test_a_quick_answer_is_not_announced(edge: Edge) -> None:
    async with talk(edge) as socket:
        assert (await socket.speak("hello")).startswith("You said: hello")


async def test_an_answer_that_takes_long_is_waited_for_with_other_words(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "FILLER_SECONDS", 0.2)
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.4)
    async with talk(edge) as socket:
        assert "One moment" in await socket.speak("slow one")
        assert "still looking" in await socket.receive_text(), "not the same word twice"
        edge.engine.gate.set()
        answer = await socket.receive_text()
        while "still looking" in answer:
            answer = await socket.receive_text()
        assert "You said: slow one" in answer
    assert edge.engine.texts_of(socket.conversation) == ["slow one"]


async def test_a_broken_engine_is_a_person(edge: Edge) -> None:
    edge.engine.failing = True
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="pay my bill", last=True)
        data = await socket.receive_end()
    assert data["reason"] == "transfer"
    assert "sorry" in " ".join(data["words"])


def test_the_offers_made_go_with_the_call() -> None:
    step = TransferStep(("One moment.",), CallPosition(4, 3, is_after_dial=True, offers=2))
    assert parse_handoff(render_end(step)["handoffData"]) == step
