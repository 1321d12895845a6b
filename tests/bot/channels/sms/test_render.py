"""Replies rendered as text messages."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from backend.outbox import gsm7
from bot.channels.sms.render import MAX_LENGTH, OutgoingText, render_texts, render_twiml, split_text
from bot.dialogue.messages import Button, Message, Reply


def test_messages_of_one_turn_are_one_text() -> None:
    reply = Reply((Message("Thank you."), Message("The amount due is $112.40.")))
    assert render_texts(reply) == [OutgoingText("Thank you.\nThe amount due is $112.40.")]


def test_choices_are_numbered() -> None:
    buttons = (Button("Full amount", "/a"), Button("Other amount", "/b"))
    assert render_texts(Reply((Message("How much?", buttons),))) == [
        OutgoingText("How much?\n1 Full amount, 2 Other amount")
    ]


def test_only_the_choices_offered_last_are_numbered() -> None:
    early, late = (Button("Old", "/o"),), (Button("New", "/n"),)
    assert render_texts(Reply((Message("A?", early), Message("B?", late)))) == [OutgoingText("A?\nB?\n1 New")]


def test_a_picture_is_a_message_of_its_own_with_a_whole_address() -> None:
    reply = Reply((Message("Before."), Message("Your use", image="/use.png"), Message("After.")))
    assert render_texts(reply, "https://bot.example") == [
        OutgoingText("Before."),
        OutgoingText("Your use", "https://bot.example/use.png"),
        OutgoingText("After."),
    ]


def test_a_link_is_written_once() -> None:
    assert render_texts(Reply((Message("Pay here:", link="https://x.example/1"),))) == [
        OutgoingText("Pay here: https://x.example/1")
    ]
    message = Message("Pay at https://x.example/1", link="https://x.example/1")
    assert render_texts(Reply((message,))) == [OutgoingText("Pay at https://x.example/1")]


def test_empty_reply_sends_no_text() -> None:
    assert render_texts(Reply()) == []
    assert render_twiml([]) == '<?xml version="1.0" encoding="UTF-8"?><Response />'


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("It’s due – “soon”…", 'It\'s due - "soon"...'),
        ("naïve café", "naive café"),
        ("Żaba", "Zaba"),
        ("done \U0001f44d", "done"),
        ("a\u00a0b\tc", "a b c"),
        ("{x} [y] ~ €5", "{x} [y] ~ €5"),
    ],
)
def test_a_text_stays_in_the_plain_alphabet(raw: str, expected: str) -> None:
    body = render_texts(Reply((Message(raw),)))[0].body
    assert body == expected
    assert gsm7.is_gsm7(body)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 158 + "{", 1),
        ("a" * 159 + "{", 2),
        ("{" * 80, 1),
        ("{" * 81, 2),
        ("a" * 152 + "{" + "a" * 152, 3),
        ("é" * 160, 1),
        ("’" * 70, 1),
        ("’" * 71, 2),
        ("\U0001f44d" * 35, 1),
        ("\U0001f44d" * 36, 2),
    ],
)
def test_parts_are_counted_as_carriers_do(text: str, parts: int) -> None:
    assert gsm7.count_parts(text) == parts


def test_long_text_is_split_after_a_sentence_without_loss() -> None:
    sentence = "This is one of many sentences. "
    pieces = split_text(sentence * 120)
    assert all(len(piece) <= MAX_LENGTH and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == (sentence * 120).strip()


def test_a_text_without_sentences_is_cut_between_words() -> None:
    pieces = split_text("word " * 900)
    assert all(len(piece) <= MAX_LENGTH for piece in pieces)
    assert " ".join(pieces).split() == ["word"] * 900


def test_a_text_without_spaces_is_cut_anyway() -> None:
    assert [len(piece) for piece in split_text("x" * 4000)] == [1600, 1600, 800]


def test_twiml_escapes_member_input() -> None:
    body = "<Redirect>https://x</Redirect> & <Message>"
    root = ElementTree.fromstring(render_twiml([OutgoingText(body, "https://bot.example/a.png?x=1&y=2")]))
    assert [child.tag for child in root] == ["Message"]
    assert root[0].findtext("Body") == body
    assert root[0].findtext("Media") == "https://bot.example/a.png?x=1&y=2"
