"""A relay ends before <Pay>, and the call comes back to it."""

from __future__ import annotations

import json

from bot.channels.voice.relay.messages import parse_handoff
from tests.bot.channels.voice.pay.keypad import CARD, find_pay, post_result, run_pay
from tests.bot.channels.voice.phone_call import Line, spoken_text
from tests.bot.channels.voice.relay.relay_socket import Socket, socket_after, talk
from tests.bot.edge import Edge


def as_line(socket: Socket) -> Line:
    line = Line(socket.edge)
    line.sid, line.fields = socket.call["CallSid"], dict(socket.call)
    return line


async def test_a_relay_ends_before_the_keypad_and_asks_on_after_it(paying: Edge) -> None:
    async with talk(paying) as socket:
        await socket.send(type="prompt", voicePrompt="keypad card", last=True)
        root = await socket.after(await socket.receive_end())
    line = as_line(socket)
    assert spoken_text(root).startswith("Now use the keypad.")
    after = await post_result(line, root, await run_pay(line, root, CARD))
    relay = after.find("Connect/ConversationRelay")
    assert relay is not None
    assert relay.get("welcomeGreeting") is None
    async with socket_after(paying, socket.call, after) as resumed:
        assert "Pay 40 dollars with it?" in await resumed.receive_text()


async def test_a_stopped_entry_is_told_before_the_relay_asks_again(paying: Edge) -> None:
    async with talk(paying) as socket:
        await socket.send(type="prompt", voicePrompt="keypad card", last=True)
        root = await socket.after(await socket.receive_end())
    line = as_line(socket)
    assert "relay=1" in find_pay(root).get("action", "")
    after = await post_result(line, root, {"Result": "caller-interrupted-with-star"})
    assert spoken_text(after) == "All right, I stopped. Nothing was charged."
    assert after.find("Connect/ConversationRelay") is not None


def test_data_that_is_not_ours_opens_no_keypad() -> None:
    good = {"reason": "pay", "words": [], "turn": 3, "asked": 2, "kind": "card", "connector": "a", "token": "reusable"}
    assert parse_handoff(json.dumps(good)) is not None
    for wrong in ({"kind": "cash"}, {"connector": 1}, {"token": None}, {"asked": 3}, {"turn": "three"}, {"offers": -1}):
        assert parse_handoff(json.dumps(good | wrong)) is None
