"""What a call at the usual address begins with, by VOICE_TRANSPORT."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.clock import ManualClock
from tests.bot.channels.voice.phone_call import OPEN
from tests.bot.channels.voice.relay.relay_socket import new_call, socket_after
from tests.bot.channels.voice.twiml_check import check
from tests.bot.conftest import running_edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

BEGINS_WITH = {"unset": ({}, "Gather"), "gather": ({"VOICE_TRANSPORT": "gather"}, "Gather")}


@pytest.mark.parametrize(("environment", "verb"), BEGINS_WITH.values(), ids=BEGINS_WITH.keys())
async def test_a_call_begins_with_webhooks(
    tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio, environment: dict[str, str], verb: str
) -> None:
    async with running_edge(tmp_path, engine, twilio, ManualClock(OPEN), **environment) as edge:
        root = check((await edge.twilio_post("/twilio/voice", new_call())).text)
        assert root.find(verb) is not None


async def test_a_call_begins_with_the_relay(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with running_edge(tmp_path, engine, twilio, ManualClock(OPEN), VOICE_TRANSPORT="relay") as edge:
        call = new_call()
        root = check((await edge.twilio_post("/twilio/voice", call)).text)
        assert root.find("Gather") is None
        async with socket_after(edge, call, root) as socket:
            assert "press 1" in await socket.receive_text()
            assert "You said: hello" in await socket.speak("hello")
