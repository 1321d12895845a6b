"""The frames of a step, for Twilio and for Telnyx."""

from __future__ import annotations

from typing import Any

import pytest

from backend.config import ROOT, Settings
from backend.coop import load_coop
from backend.language import SPANISH, use_language
from bot.channels.voice.relay.sentences import split_sentences
from bot.channels.voice.relay.telnyx import TelnyxRelay
from bot.channels.voice.relay.twilio import TwilioRelay
from bot.channels.voice.speaking import menu
from bot.channels.voice.speaking.prompts import build_question
from bot.channels.voice.steps import CallPosition
from bot.dialogue.messages import Button, Message, Reply

COOP = load_coop(ROOT / "coop.toml")
PLACE = CallPosition(2, 1)
READ_BACK = Reply((Message("Please check: pay $112.40 today. The fee is $2.00.", hints={"expect": "confirm"}),))


@pytest.fixture
def twilio_relay() -> TwilioRelay:
    return TwilioRelay(Settings(secret_key="x" * 40), COOP)


@pytest.fixture
def telnyx_relay() -> TelnyxRelay:
    return TelnyxRelay(Settings(secret_key="x" * 40), COOP)


def test_sentences_are_sent_one_by_one_and_a_read_back_cannot_be_interrupted(twilio_relay: TwilioRelay) -> None:
    frames = twilio_relay.render_step(build_question(READ_BACK, PLACE))
    assert [frame["token"].strip() for frame in frames] == [
        "Please check: pay 112 dollars and 40 cents today.",
        "The fee is 2 dollars.",
        "For yes, press 1.",
        "For no, press 2.",
    ]
    assert [frame["interruptible"] for frame in frames] == [False, False, True, True]
    assert [frame["last"] for frame in frames] == [False, False, False, True]


def test_each_language_is_read_by_its_own_voice(twilio_relay: TwilioRelay, telnyx_relay: TelnyxRelay) -> None:
    step = build_question(menu.build_main_menu(), CallPosition(1))
    spanish = [frame for frame in twilio_relay.render_step(step) if "oprima" in frame["token"]]
    assert {frame["lang"] for frame in spanish} == {"es-US"}
    frames = telnyx_relay.render_step(step)
    at = next(place for place, frame in enumerate(frames) if "oprima" in frame.get("token", ""))
    assert frames[at - 1] == {"type": "language", "ttsLanguage": "es"}
    assert frames[at + 1] == {"type": "language", "ttsLanguage": "en"}
    assert set().union(*frames) == {"type", "token", "last", "ttsLanguage"}, "no field that Telnyx does not document"


QUESTIONS: dict[str, tuple[Reply, dict[str, Any], str]] = {
    "a number": (
        Reply((Message("Which number?", hints={"expect": "member_number"}),)),
        {"speechTimeout": 3000, "interruptSensitivity": "low", "ignoreBackchannel": True},
        "double",
    ),
    "a yes": (
        READ_BACK,
        {"speechTimeout": 900, "interruptSensitivity": "low", "ignoreBackchannel": False},
        "that is right",
    ),
    "a choice": (
        Reply((Message("Which?", (Button("The barn", "/b"),)),)),
        {"speechTimeout": 1200, "interruptSensitivity": "medium", "ignoreBackchannel": True},
        "The barn",
    ),
}


@pytest.mark.parametrize(("reply", "config", "hint"), QUESTIONS.values(), ids=QUESTIONS.keys())
def test_how_to_listen_depends_on_the_question(
    twilio_relay: TwilioRelay, telnyx_relay: TelnyxRelay, reply: Reply, config: dict[str, Any], hint: str
) -> None:
    told: dict[str, Any] = {}
    first, second = twilio_relay.render_listening(reply, "en", told)
    assert first == {"type": "config", **config}
    assert (second["type"], second["lang"]) == ("hints", "en-US")
    assert hint in second["hints"]
    assert twilio_relay.render_listening(reply, "en", told) == [], "nothing is said twice"
    assert telnyx_relay.render_listening(reply, "en", {}) == []


def test_hints_are_in_the_language_of_the_question(twilio_relay: TwilioRelay) -> None:
    frames = twilio_relay.render_listening(READ_BACK, SPANISH, {})
    assert frames[-1]["lang"] == "es-US"
    with use_language(SPANISH):
        assert "sí" in frames[-1]["hints"]


SENTENCES = {
    "plain": ("One. Two? Three!", ["One.", "Two?", "Three!"]),
    "amounts and times": ("It is $112.40. Call at 8 a.m. Monday.", ["It is $112.40.", "Call at 8 a.m. Monday."]),
    "a street": ("412 Elm St. Apt 5 is out.", ["412 Elm St. Apt 5 is out."]),
    "spanish": ("Está bien. ¿Algo más?", ["Está bien.", "¿Algo más?"]),
    "nothing": ("  ", []),
}


@pytest.mark.parametrize(("text", "expected"), SENTENCES.values(), ids=SENTENCES.keys())
def test_sentences_are_split_where_they_end(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected
