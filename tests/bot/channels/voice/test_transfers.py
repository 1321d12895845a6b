"""When a call goes to a person, and what happens when no answer comes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from backend.clock import ManualClock
from bot.channels.voice import call as calls
from tests.bot.channels.voice.phone_call import CLOSED, OPEN, TRANSFER, Line, spoken_text
from tests.bot.conftest import running_edge
from tests.bot.edge import NUMBER, Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

PERSON = {"key": {"Digits": "0"}, "word": {"SpeechResult": "Person.", "Confidence": "0.9"}}


@pytest.mark.parametrize("caller_input", PERSON.values(), ids=PERSON.keys())
@pytest.mark.parametrize("at", [OPEN, CLOSED], ids=["open", "closed"])
async def test_a_person_is_always_one_key_away(
    tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio, at: datetime, caller_input: dict[str, str]
) -> None:
    async with running_edge(tmp_path, engine, twilio, ManualClock(at)) as edge:
        line = Line(edge)
        await line.go()
        await line.speak("expect member_number")
        root = await line.go(**caller_input)
        dial = root.find("Dial")
        assert (dial is None) == (at is CLOSED)  # a closed office is not rung: the dialogue offers a call back
        assert dial is None or (dial.findtext("Number"), dial.get("callerId")) == (TRANSFER, NUMBER)
        assert engine.texts_of(line.conversation)[-1] == "/speak_to_human"


async def test_nobody_answers_the_transfer(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    await line.press("0")
    back = await line.go(DialCallStatus="no-answer")
    assert "nobody could take your call" in spoken_text(back)
    assert "Monday to Friday" in spoken_text(back)
    assert "5 5 5, 5 5 5, 0 1 0 0" in spoken_text(back)
    assert "Well?" in spoken_text(back)
    await line.press("99999001")
    assert edge.engine.texts_of(line.conversation)[-1] == "99999001"


async def test_the_dialogue_may_hand_over_and_may_end(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    root = await line.speak("transfer")
    assert root.findtext("Dial/Number") == TRANSFER
    assert spoken_text(root) == "One moment."
    other = Line(edge)
    await other.go()
    last = await other.speak("goodbye")
    assert last.find("Hangup") is not None
    assert spoken_text(last) == "Goodbye."


async def test_a_slow_answer_is_waited_for_with_a_word(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.1)
    line = Line(edge)
    await line.go()
    first = await line.speak("slow one")
    assert "One moment" in spoken_text(first)
    assert first.find("Redirect") is not None
    assert spoken_text(await line.go()) != spoken_text(first)
    edge.engine.gate.set()
    await edge.services.turns.wait_until_idle()
    assert "You said: slow one" in spoken_text(await line.go())
    assert edge.engine.texts_of(line.conversation) == ["slow one"]


async def test_an_answer_that_never_comes_is_a_person(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.05)
    line = Line(edge)
    await line.go()
    root = await line.speak("slow two")
    for _ in range(calls.MAX_POLLS):
        assert root.find("Redirect") is not None
        root = await line.go()
    assert root.findtext("Dial/Number") == TRANSFER


async def test_earlier_turns_stay_answered_after_an_unanswered_transfer(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(edge)
    await line.go()
    for words in ("one thing", "another thing"):
        await line.speak(words)
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.05)
    await line.speak("slow two")
    for _ in range(calls.MAX_POLLS):
        await line.go()
    await line.go(DialCallStatus="no-answer")
    edge.engine.gate.set()
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 4.0)
    assert "You said: something new" in spoken_text(await line.speak("something new"))


async def test_a_broken_engine_in_office_hours_is_a_person(edge: Edge) -> None:
    edge.engine.failing = True
    line = Line(edge)
    await line.go()
    root = await line.speak("pay my bill")
    assert "sorry" in spoken_text(root)
    assert root.findtext("Dial/Number") == TRANSFER


async def test_broken_engine_out_of_hours_names_the_phone_to_call(closed: Edge) -> None:
    closed.engine.failing = True
    line = Line(closed)
    await line.go()
    root = await line.speak("pay my bill")
    assert "5 5 5, 5 5 5, 0 1 0 0" in spoken_text(root)
    assert root.find("Hangup") is not None
    assert root.find("Dial") is None
