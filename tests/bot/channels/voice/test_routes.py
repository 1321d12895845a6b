"""The phone line over HTTP: signed requests in, checked TwiML out."""

from __future__ import annotations

import asyncio

import pytest

from tests.bot.channels.voice.phone_call import TRANSFER, Line, spoken_text
from tests.bot.edge import Edge

SIGNATURES = {"valid": 200, "invalid": 403, "missing": 403}
ROUTES = ("/twilio/voice", "/twilio/voice/turn?turn=1&asked=0")


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(("signature", "status"), SIGNATURES.items(), ids=SIGNATURES.keys())
async def test_only_signed_requests_are_answered(edge: Edge, path: str, signature: str, status: int) -> None:
    line = Line(edge)
    if signature == "valid":
        answer = await line.post(path)
    else:
        headers = {"X-Twilio-Signature": "bm90IGl0"} if signature == "invalid" else {}
        answer = await edge.post(path, data=line.fields, headers=headers)
    assert answer.status == status
    if status == 403:
        assert "Response" not in answer.text
        assert edge.engine.turns == []


async def test_a_signature_is_for_its_own_turn_only(edge: Edge) -> None:
    """The position in the call is in the URL, and the URL is signed."""
    line = Line(edge)
    path = "/twilio/voice/turn?turn=1&asked=0"
    from bot.web.twilio_guard import compute_signature

    headers = {"X-Twilio-Signature": compute_signature(edge.services.settings, path, line.fields)}
    assert (await edge.post(path, data=line.fields, headers=headers)).status == 200
    assert (await edge.post(path.replace("=1", "=7"), data=line.fields, headers=headers)).status == 403


async def test_a_call_from_greeting_to_answer(edge: Edge) -> None:
    line = Line(edge)
    greeting = await line.go()
    assert edge.services.coop.name in spoken_text(greeting)
    answer = await line.press("3")
    assert edge.engine.texts_of(line.conversation) == ["/quick_pay"]
    assert "You said" in spoken_text(answer)
    assert line.action == "/twilio/voice/turn?turn=2&asked=1"
    await line.speak("what do I owe")
    assert edge.engine.texts_of(line.conversation)[-1] == "what do I owe"
    turn = edge.engine.turns[-1]
    assert turn["channel"] == "voice"
    assert turn["conversation"] == f"call-{line.sid}"


async def test_repeated_turn_gets_the_same_twiml_and_counts_once(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    path = line.action
    first = await line.post(path, SpeechResult="hello there")
    again = await asyncio.gather(*(line.post(path, SpeechResult="hello there") for _ in range(3)))
    assert {answer.text for answer in again} == {first.text}
    assert edge.engine.texts_of(line.conversation) == ["hello there"]


async def test_an_old_turn_out_of_order_is_answered_as_it_was(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    path = line.action
    first = await line.post(path, SpeechResult="one thing")
    line.action = "/twilio/voice/turn?turn=2&asked=1"
    await line.speak("another thing")
    assert (await line.post(path, SpeechResult="something new")).text == first.text
    assert edge.engine.texts_of(line.conversation) == ["one thing", "another thing"]


async def test_restarted_call_does_not_replay_its_old_turns(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("one thing")
    line.action = "/twilio/voice"
    await line.go()
    await line.speak("another thing")
    assert edge.engine.texts_of(line.conversation) == ["one thing", "another thing"]


async def test_call_restarted_after_a_silence_does_not_replay_its_old_turns(edge: Edge) -> None:
    """A silence is a turn without a message: the turns behind it have been taken too."""
    line = Line(edge)
    await line.go()
    await line.speak("one thing")
    await line.silence()
    await line.speak("another thing")
    line.action = "/twilio/voice"
    await line.go()
    for words in ("a third thing", "a fourth thing"):
        assert words in spoken_text(await line.speak(words))


async def test_input_at_a_bare_address_belongs_to_the_current_turn(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    for caller_input in ({"SpeechResult": "expect last4"}, {"Digits": "0142"}, {"SpeechResult": "hello"}):
        line.action = "/twilio/voice/turn"
        assert "How can I help" not in spoken_text(await line.go(**caller_input))
    assert edge.engine.texts_of(line.conversation) == ["expect last4", "0142", "hello"]


async def test_silence_is_helped_more_each_time_and_then_a_person(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    answers = [spoken_text(await line.silence()), spoken_text(await line.silence())]
    assert "I did not hear anything" in answers[0]
    assert "one digit at a time" in answers[0]
    assert "keypad" in answers[1]
    assert "Would you like to talk to a person?" in spoken_text(await line.silence())
    last = await line.silence()
    assert last.findtext("Dial/Number") == TRANSFER
    assert edge.engine.texts_of(line.conversation) == ["expect member_number"]


async def test_the_member_number_is_read_back_in_groups(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    assert "I have 9 9 9, 9 9, 0 0 1." in spoken_text(await line.press("99999001"))
    await line.speak("expect member_number")
    assert "I have 2 0 4, 1 7, 0 0 1." in spoken_text(await line.speak("two oh four one seven dash zero zero one"))


async def test_card_number_is_refused_and_the_question_repeated(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    root = await line.press("4242424242424242")
    assert "card" in spoken_text(root)
    assert "Well?" in spoken_text(root)
    await line.press("99999001")
    assert edge.engine.texts_of(line.conversation) == ["expect member_number", "99999001"]


async def test_low_confidence_speech_is_ignored(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect last4")
    assert "did not catch" in spoken_text(await line.speak("zero one for two", "0.2"))
    await line.press("0142")
    assert edge.engine.texts_of(line.conversation) == ["expect last4", "0142"]


async def test_silence_after_the_last_word_ends_politely(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("hello")
    for _ in range(2):
        assert (await line.silence()).find("Hangup") is None
    last = await line.silence()
    assert "Goodbye" in spoken_text(last)
    assert last.find("Hangup") is not None


async def test_star_repeats_the_question(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    asked = await line.speak("expect amount")
    assert spoken_text(await line.press("*")) == spoken_text(asked)
    assert "star key" in spoken_text(await line.press("50*25"))
    assert edge.engine.texts_of(line.conversation) == ["expect amount"]


async def test_choices_by_key(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    asked = await line.speak("buttons")
    assert "For full amount, press 1. For other amount, press 2." in spoken_text(asked)
    await line.press("2")
    assert edge.engine.texts_of(line.conversation)[-1] == '/choose{"amount":"other"}'


ODD_TURNS = {
    "no turn": "",
    "turn 0": "?turn=0",
    "letters": "?turn=abc",
    "negative": "?turn=-3",
    "huge": "?turn=99999999999999999999",
    "a question after its answer": "?turn=2&asked=9",
    "markup": "?turn=%3Cb%3E",
}


@pytest.mark.parametrize("query", ODD_TURNS.values(), ids=ODD_TURNS.keys())
async def test_an_odd_address_is_a_new_start(edge: Edge, query: str) -> None:
    line = Line(edge)
    line.action = f"/twilio/voice/turn{query}"
    assert edge.services.coop.name in spoken_text(await line.silence())


async def test_a_question_that_is_not_known_is_the_main_menu(edge: Edge) -> None:
    line = Line(edge)
    line.action = "/twilio/voice/turn?turn=9&asked=8"
    await line.press("3")
    assert edge.engine.texts_of(line.conversation) == ["/quick_pay"]


ODD_FORMS = {
    "huge digits": {"Digits": "9" * 9000},
    "letters as digits": {"Digits": "1; DROP TABLE"},
    "huge speech": {"SpeechResult": "word " * 2000},
    "markup": {"SpeechResult": "<Dial>+15555550666</Dial>"},
    "a payload": {"SpeechResult": '/inform{"member_number":"99999-001"}'},
    "control characters": {"SpeechResult": "a\x00\x07b"},
    "emoji": {"SpeechResult": "\N{PILE OF POO}"},
    "SQL": {"SpeechResult": "'; DELETE FROM payments; --"},
    "odd confidence": {"SpeechResult": "hello", "Confidence": "NaN"},
    "a card number": {"Digits": "4242424242424242"},
}


@pytest.mark.parametrize("form", ODD_FORMS.values(), ids=ODD_FORMS.keys())
async def test_odd_forms_are_answered(edge: Edge, form: dict[str, str]) -> None:
    line = Line(edge)
    await line.go()
    root = await line.go(**form)
    assert root.find("Gather") is not None
    assert root.find("Dial") is None
    assert not any(text.startswith("/inform") for text in edge.engine.texts_of(line.conversation))
    assert "4242424242424242" not in str(edge.engine.turns)


@pytest.mark.parametrize("sid", ["", "x" * 200, "../../etc", "CA 1"])
async def test_a_form_without_a_call_is_a_bad_request(edge: Edge, sid: str) -> None:
    line = Line(edge, CallSid=sid)
    assert (await line.post("/twilio/voice")).status == 400
    assert (await line.post("/twilio/voice/turn?turn=1&asked=0")).status == 400
