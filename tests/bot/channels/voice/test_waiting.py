"""A caller who asks for time, who is not heard, or who says no or yes where nothing is asked; over HTTP."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.bot.channels.voice.phone_call import TRANSFER, Line, spoken_text
from tests.bot.edge import Edge


async def begin(edge: Edge, *words: str) -> Line:
    line = Line(edge)
    await line.go()
    for said in words:
        await line.speak(said)
    return line


def seconds_waited(root: ET.Element) -> int:
    gather = root.find("Gather")
    assert gather is not None
    return int(gather.get("timeout", "0"))


async def test_hold_on_waits_a_minute_with_one_word(edge: Edge) -> None:
    line = await begin(edge, "expect last4")
    root = await line.speak("hold on, let me find my glasses")
    assert "Take your time" in spoken_text(root)
    waited, said = 0, []
    while not said or "Let us go on" not in said[-1]:
        waited += seconds_waited(root)
        root = await line.silence()
        if spoken_text(root):
            said.append(spoken_text(root))
        assert waited < 90
    assert 50 <= waited <= 70
    assert said[0] == "I am still here. There is no hurry."
    assert len(said) == 2
    assert "Well?" in said[1]
    assert edge.engine.texts_of(line.conversation) == ["expect last4"]


async def test_an_answer_ends_the_wait(edge: Edge) -> None:
    line = await begin(edge, "expect last4")
    await line.speak("just a moment please")
    await line.silence()
    await line.press("0142")
    assert edge.engine.texts_of(line.conversation) == ["expect last4", "0142"]


async def test_who_is_back_hears_the_question_again(edge: Edge) -> None:
    line = await begin(edge, "expect last4")
    await line.speak("hang on")
    assert "Well?" in spoken_text(await line.speak("ok, I'm back"))
    assert edge.engine.texts_of(line.conversation) == ["expect last4"]


async def test_danger_behind_hold_on_is_heard(edge: Edge) -> None:
    line = await begin(edge, "expect last4")
    await line.speak("hold on, there is a wire down in my yard")
    assert edge.engine.texts_of(line.conversation)[-1] == "hold on, there is a wire down in my yard"


async def test_what_is_misheard_as_a_goodbye_at_the_menu_hangs_up_on_nobody(edge: Edge) -> None:
    line = await begin(edge)
    root = await line.speak("it has been you all")  # so a recognizer wrote "español"
    assert root.find("Hangup") is None
    assert "did not catch that" in spoken_text(root)
    assert (await line.speak("goodbye")).find("Hangup") is not None


async def test_no_at_the_menu_hangs_up_on_nobody(edge: Edge) -> None:
    for words in ("no", "no wait", "nope"):
        line = await begin(edge)
        root = await line.speak(words)
        assert root.find("Gather") is not None
        assert root.find("Hangup") is None
        assert edge.engine.texts_of(line.conversation) == []


async def test_yes_to_anything_else_asks_what_it_is(edge: Edge) -> None:
    line = await begin(edge)
    assert "anything else" in spoken_text(await line.speak("hello"))
    assert spoken_text(await line.speak("yes")) == "What would you like to do?"
    await line.press("3")
    assert edge.engine.texts_of(line.conversation) == ["hello", "/quick_pay"]


async def test_the_key_for_something_else_asks_what_it_is(edge: Edge) -> None:
    line = await begin(edge)
    assert "What is it about?" in spoken_text(await line.press("5"))
    await line.speak("my usage")
    assert edge.engine.texts_of(line.conversation) == ["my usage"]


async def until_offer(line: Line) -> str:
    for _ in range(2):
        await line.silence()
    return spoken_text(await line.silence())


async def test_yes_to_the_offer_of_a_person_transfers(edge: Edge) -> None:
    line = await begin(edge, "expect confirm")
    assert "talk to a person?" in await until_offer(line)
    root = await line.press("1")
    assert root.findtext("Dial/Number") == TRANSFER
    assert edge.engine.texts_of(line.conversation) == [
        "expect confirm",
        "/speak_to_human",
    ]  # and no yes to the question


async def test_no_to_the_offer_goes_back_to_the_question(edge: Edge) -> None:
    line = await begin(edge, "expect confirm")
    await until_offer(line)
    assert "Well?" in spoken_text(await line.speak("no"))
    await line.press("2")
    assert edge.engine.texts_of(line.conversation) == ["expect confirm", "/deny"]


async def test_a_number_at_the_offer_answers_the_question(edge: Edge) -> None:
    line = await begin(edge, "expect last4")
    await until_offer(line)
    await line.press("0142")
    assert edge.engine.texts_of(line.conversation) == ["expect last4", "0142"]


async def test_silence_on_and_on_ends_the_call_with_the_phones(edge: Edge) -> None:
    """Also where a transfer was dialed meanwhile and nobody took it."""
    line = await begin(edge, "expect last4")
    for _ in range(20):
        root = await line.silence()
        if root.find("Dial") is not None:
            root = await line.go(DialCallStatus="no-answer")
        if root.find("Hangup") is not None:
            break
    assert root.find("Hangup") is not None
    assert "5 5 5, 5 5 5, 0 1 0 2" in spoken_text(root)


async def test_a_closed_office_is_never_dialed(closed: Edge) -> None:
    line = await begin(closed, "expect last4")
    offer = await until_offer(line)
    assert "closed" in offer
    assert "5 5 5, 5 5 5, 0 1 0 2" in offer
    await line.press("1")
    assert closed.engine.texts_of(line.conversation)[-1] == "please call me back"
    other = await begin(closed, "expect last4")
    await until_offer(other)
    last = await other.silence()
    assert last.find("Dial") is None
    assert last.find("Hangup") is not None


async def test_a_dialogue_that_gives_up_offers_a_call_back_while_closed(closed: Edge) -> None:
    line = await begin(closed)
    for _ in range(2):
        root = await line.speak("transfer")
        assert root.find("Dial") is None
        assert "Shall the office call you back?" in spoken_text(root)
        await line.speak("no")
    assert (await line.speak("transfer")).find("Hangup") is not None  # no endless round
