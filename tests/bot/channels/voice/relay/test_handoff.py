"""What follows a relay: a person, the webhooks, or the end of the call."""

from __future__ import annotations

import pytest

from bot.channels.voice import call as calls
from tests.bot.channels.voice.phone_call import TRANSFER
from tests.bot.channels.voice.relay.relay_socket import new_call, talk
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


async def test_unanswered_transfer_continues_by_webhooks(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.send(type="prompt", voicePrompt="a person please", last=True)
        root = await socket.after(await socket.receive_end())
    dial = root.find("Dial")
    assert dial is not None
    form = {**socket.call, "DialCallStatus": "no-answer"}
    back = check((await edge.twilio_post(dial.get("action", ""), form)).text)
    assert "nobody could take your call" in "".join(back.itertext())
    assert "Well?" in "".join(back.itertext())
    gather = back.find("Gather")
    assert gather is not None
    await edge.twilio_post(gather.get("action", ""), {**socket.call, "Digits": "99999001"})
    assert edge.engine.texts_of(socket.conversation)[-1] == "99999001"


async def test_goodbye_is_spoken_to_its_end(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="goodbye", last=True)
        data = await socket.receive_end()
    assert data["reason"] == "end"
    root = await socket.after(data)
    assert [child.tag for child in root] == ["Say", "Hangup"]
    assert root[0].text == "Goodbye."


async def test_a_relay_that_broke_off_goes_on_by_webhooks_at_the_open_question(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("hello")
        await socket.speak("expect last4")
    root = await socket.after()
    assert "Well?" in "".join(root.itertext())
    gather = root.find("Gather")
    assert gather is not None
    assert gather.get("numDigits") == "4"
    await edge.twilio_post(gather.get("action", ""), {**socket.call, "Digits": "0142"})
    assert edge.engine.texts_of(socket.conversation) == ["hello", "expect last4", "0142"]


ODD_HANDOFFS = ["", "{", "[]", '{"reason":"transfer"}', '{"reason":"transfer","words":[1],"turn":2,"asked":1}', '"x"']


@pytest.mark.parametrize("data", ODD_HANDOFFS)
async def test_hand_off_data_of_no_relay_of_ours_goes_on_by_webhooks(edge: Edge, data: str) -> None:
    answer = await edge.twilio_post("/twilio/voice/relay/ended", {**new_call(), "HandoffData": data})
    assert check(answer.text).find("Gather") is not None


async def test_a_slow_answer_is_waited_for_with_a_word(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.3)
    async with talk(edge) as socket:
        assert "One moment" in await socket.speak("slow one")
        edge.engine.gate.set()
        answer = await socket.receive_text()
        if "still looking" in answer:
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
