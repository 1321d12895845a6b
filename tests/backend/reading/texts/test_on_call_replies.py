"""What somebody on call texts back, with the code of the text and without it."""

from __future__ import annotations

import pytest

from backend.reading.texts.on_call_replies import OnCallAction, parse_reply


@pytest.mark.parametrize(
    "text",
    ["4821", "4821.", "HAVE 4821", "I have 4821", "got it 4821", "4821 got it", "lo tengo 4821", "tengo 4821", "48 21",
     "code 4821", "yes 4821", "4821 on my way", "ok i'm on it, 4821", "voy para alla 4821", "4821 be there in 20",
     "k7m-4q2 4821", "HAVE4821", "HAVE #4821"],
)  # fmt: skip
def test_code_takes_the_ticket(text: str) -> None:
    reply = parse_reply(text)
    assert reply is not None
    assert (reply.action, reply.codes) == (OnCallAction.ACCEPTS, ("4821",))


@pytest.mark.parametrize(
    "text", ["done 4821", "4821 fixed", "listo 4821", "4821 ya quedo", "it's fixed 4821", "power is back on 4821"]
)
def test_done(text: str) -> None:
    reply = parse_reply(text)
    assert reply is not None
    assert reply.action is OnCallAction.DONE


@pytest.mark.parametrize("text", ["no 4821", "not me 4821", "i cant take 4821", "4821 no puedo", "I'm away 4821"])
def test_refusals(text: str) -> None:
    reply = parse_reply(text)
    assert reply is not None
    assert reply.action is OnCallAction.DECLINES


@pytest.mark.parametrize("text", ["not fixed 4821", "4821?", "what is 4821", "no lo tengo 4821", "i don't have 4821"])
def test_unsure_reply_takes_nothing(text: str) -> None:
    reply = parse_reply(text)
    assert reply is None or reply.action in (
        OnCallAction.UNSURE,
        OnCallAction.DECLINES,
        OnCallAction.NOTE,
        OnCallAction.ASKS_DETAILS,
    )


@pytest.mark.parametrize(
    "text",
    [
        "got it",
        "on my way",
        "lo tengo",
        "1",
        "ALL",
        "got K7M-4Q2",
        "K23-45M",
        "got 234-56X",
        "FX2-345",
        "can't",
        "done",
    ],
)
def test_without_a_code_it_is_about_it_as_well(text: str) -> None:
    reply = parse_reply(text)
    assert reply is not None
    assert reply.codes == ()


@pytest.mark.parametrize("text", ["pay my bill", "50", "815-555-0142", "I don't have it", "what's my balance"])
def test_other_texts_are_a_members(text: str) -> None:
    assert parse_reply(text) is None
