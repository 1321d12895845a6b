"""A person in open hours, with the real engine: the queue, the quiet, and the way back; on the phone the transfer."""

from __future__ import annotations

import pytest

from lab.channel_clients import SmsClient, VoiceClient, WebChatClient
from lab.members import unused_phone
from tests.support.served import ServedSystem

pytestmark = pytest.mark.engine


def test_queue_silence_and_return(open_office: ServedSystem) -> None:
    for talk in (WebChatClient(open_office), SmsClient(open_office, unused_phone())):
        assert "member number" in talk.say("pay my bill")
        assert "555-555-0100" in talk.say("i want to talk to a person")
        assert talk.say("what do i owe") == ""
        assert "automated assistant" in talk.say("back to the assistant")
        assert "member number" in talk.say("what do i owe")


def test_the_queue_and_danger_in_spanish(open_office: ServedSystem) -> None:
    talk = WebChatClient(open_office)
    assert "Una persona de la oficina" in talk.say("quiero hablar con una persona")
    assert talk.say("cuánto debo") == ""
    assert "Aléjese" in talk.say("se cayó un cable y está echando chispas")  # a machine must not be silent on that
    talk.say("olvídelo")
    talk.say("quiero hablar con una persona")
    assert "asistente" in talk.say("volver al asistente")
    assert "número de socio" in talk.say("cuánto debo")


def test_third_miss_offers_a_person(open_office: ServedSystem) -> None:
    talk = SmsClient(open_office, unused_phone())
    talk.say("pay my bill")
    for _ in range(2):
        talk.say("blue elephants sing")
    assert "A person from the office will answer here" in talk.say("purple bananas dance")
    assert talk.say("hello") == ""


def test_a_callback_when_it_is_asked_for(open_office: ServedSystem) -> None:
    talk = SmsClient(open_office, unused_phone())
    assert "call" in talk.say("please call me back")
    assert "at 10:00 AM" in talk.say("tomorrow at 10 am")


def test_call_is_transferred(open_office: ServedSystem) -> None:
    call = VoiceClient(open_office, unused_phone())
    call.say("i would rather talk to somebody at the office")
    assert call.transferred_to == "+15555550101"
