"""Waiting for the office while it talks: place, music, call back, back to the assistant, and being taken."""

from __future__ import annotations

import io
import wave
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.clock import ManualClock
from tests.bot.channels.voice.phone_call import OPEN, TRANSFER, Line, spoken_text
from tests.bot.channels.voice.transfer.waiting_call import OfficePhone, WaitingCall
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import QUEUE_SID, StandInTwilio, Trouble

CALL_ME_BACK = "Please call me back."


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(OPEN)


@pytest.fixture
async def edge(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio, clock: ManualClock) -> AsyncIterator[Edge]:
    async with running_edge(tmp_path, engine, twilio, clock) as edge:
        yield edge


async def waiting(edge: Edge, phone: str = "+15555550142") -> WaitingCall:
    """A caller who asked for a person at the question for the member number and found the office's line busy."""
    line = Line(edge, phone=phone)
    await line.go()
    await line.speak("expect member_number")
    root = await line.press("0")
    if root.find("Enqueue") is None:
        root = await line.go(DialCallStatus="busy")
        assert "keep your place" in spoken_text(root)
    return WaitingCall(line, root)


def rings(edge: Edge) -> list[str]:
    return [call.fields["Url"] for call in edge.twilio.calls]


async def test_first_in_line_hears_so_and_music_and_the_office_rings(edge: Edge) -> None:
    call = await waiting(edge)
    root = await call.play()
    assert "You are next in line" in spoken_text(root)
    assert "called back instead, press 1" in spoken_text(root)
    async with edge.http.get(edge.url + (root.findtext("Gather/Play") or "")) as music:
        assert music.content_type == "audio/wav"
        with wave.open(io.BytesIO(await music.read())) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getnframes() / 8000) == (8000, 1, 16.0)
    (ring,) = edge.twilio.calls
    assert (ring.fields["To"], ring.fields["Timeout"]) == (TRANSFER, "20")


async def test_a_round_delivered_twice_rings_once(edge: Edge) -> None:
    call = await waiting(edge)
    here = call.next
    await call.play()
    call.next = here
    await call.play()
    assert len(edge.twilio.calls) == 1
    await call.play()
    assert len(edge.twilio.calls) == 2


async def test_only_the_first_in_line_makes_the_office_ring(edge: Edge) -> None:
    first, second = await waiting(edge), await waiting(edge, "+15555550777")
    await first.play()
    assert "number 2 in line" in spoken_text(await second.play())
    assert [first.line.sid in url for url in rings(edge)] == [True]
    await first.leave("hangup")
    assert "You are next in line" in spoken_text(await second.play())
    assert [second.line.sid in url for url in rings(edge)] == [False, True]


async def test_office_takes_the_first_in_line_and_gives_them_back(edge: Edge) -> None:
    call = await waiting(edge)
    await call.play()
    office = OfficePhone(call.line)
    assert "phone ending 0 1 4 2" in spoken_text(await office.answer(rings(edge)[0]))
    queue = (await office.press("1")).find("Dial/Queue")
    assert queue is not None
    connected = await call.line.post(queue.get("url", ""), QueueSid=QUEUE_SID)
    assert "A person from our office" in connected.text
    root = await call.leave("bridged")
    assert "automated assistant again" in spoken_text(root)


async def test_office_is_not_connected_with_somebody_it_was_not_told_of(edge: Edge) -> None:
    first, second = await waiting(edge), await waiting(edge, "+15555550777")
    await first.play()
    office = OfficePhone(first.line)
    await office.answer(rings(edge)[0])
    await first.leave("hangup")
    told_again = await office.press("1")
    assert told_again.find("Dial") is None
    assert "phone ending 0 7 7 7" in spoken_text(told_again)
    assert (await office.press("1")).find("Dial/Queue") is not None
    await second.leave("hangup")
    await office.answer(rings(edge)[0])
    assert "no longer waiting" in spoken_text(await office.press("1"))


@pytest.mark.parametrize(
    "caller_input", [{"Digits": "1"}, {"SpeechResult": "Just call me back."}], ids=["key", "words"]
)
async def test_a_call_back_instead_of_waiting(edge: Edge, caller_input: dict[str, str]) -> None:
    call = await waiting(edge)
    await call.play()
    root = await call.play(**caller_input)
    assert edge.engine.texts_of(call.line.conversation)[-1] == CALL_ME_BACK
    assert f"You said: {CALL_ME_BACK}" in spoken_text(root)
    assert root.find("Gather") is not None
    again = await call.leave("leave")  # Twilio delivers the end of the wait a second time
    assert ET.tostring(again) == ET.tostring(root)
    assert edge.engine.texts_of(call.line.conversation).count(CALL_ME_BACK) == 1


@pytest.mark.parametrize(
    "caller_input", [{"Digits": "*"}, {"SpeechResult": "back to the assistant"}], ids=["key", "words"]
)
async def test_back_to_the_assistant_and_its_open_question(edge: Edge, caller_input: dict[str, str]) -> None:
    call = await waiting(edge)
    await call.play()
    words = spoken_text(await call.play(**caller_input))
    assert "with the automated assistant again" in words
    assert "Well?" in words
    await call.line.press("99999001")
    assert edge.engine.texts_of(call.line.conversation)[-1] == "99999001"


@pytest.mark.parametrize("caller_input", [{"Digits": "7"}, {"SpeechResult": "hello?"}, {}])
async def test_anything_else_waits_on(edge: Edge, caller_input: dict[str, str]) -> None:
    call = await waiting(edge)
    await call.play()
    assert "Thank you for waiting" in spoken_text(await call.play(**caller_input))


async def test_nobody_waits_for_ever(edge: Edge) -> None:
    call = await waiting(edge)
    for _ in range(40):
        words = spoken_text(await call.play())
        if call.line.sid not in edge.twilio.queue:
            break
    assert "nobody has become free" in words
    assert "call me back" in words
    assert 600 <= call.seconds < 700


async def test_wait_ends_when_the_office_closes(edge: Edge, clock: ManualClock) -> None:
    call = await waiting(edge)
    await call.play()
    clock.advance(hours=9)
    words = spoken_text(await call.play())
    assert "Monday to Friday" in words
    assert len(edge.twilio.calls) == 1


async def test_a_full_queue_is_no_dead_end(edge: Edge) -> None:
    call = await waiting(edge)
    assert "Well?" in spoken_text(await call.leave("queue-full"))


async def test_a_carrier_that_cannot_ring_leaves_the_caller_waiting(edge: Edge) -> None:
    call = await waiting(edge)
    edge.twilio.trouble = Trouble(503, 20503, 1)
    assert "You are next in line" in spoken_text(await call.play())
    await call.play()
    assert len(edge.twilio.calls) == 1


async def test_who_asks_while_somebody_waits_goes_behind_them(edge: Edge) -> None:
    first = await waiting(edge)
    await first.play()
    line = Line(edge, phone="+15555550777")
    await line.go()
    root = await line.press("0")
    assert root.find("Dial") is None
    assert root.findtext("Enqueue") == "office"


async def test_busy_line_of_a_closed_office_makes_nobody_wait(edge: Edge, clock: ManualClock) -> None:
    line = Line(edge)
    await line.go()
    await line.press("0")
    clock.advance(hours=9)
    root = await line.go(DialCallStatus="busy")
    assert root.find("Enqueue") is None
