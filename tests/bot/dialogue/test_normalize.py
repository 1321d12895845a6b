"""Cleaning and interpreting what a member sent."""

import pytest

from bot.dialogue.normalize import (
    NormalizedMessage,
    clean_and_redact,
    clean_text,
    extract_words,
    has_readable_text,
    interpret_message,
    redact_office_words,
)

OFFERED = [
    {"title": "Full amount", "payload": '/choose{"amount":"full"}'},
    {"title": "Other amount", "payload": '/choose{"amount":"other"}'},
]
INTENTS = frozenset({"quick_pay", "speak_to_human"})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  pay my bill \r\n", "pay my bill"),
        ("pay\x00 my\x07 bill", "pay my bill"),
        ("pay\u200b my\ufeff bill", "pay my bill"),
        ("pay\u202e my bill", "pay my bill"),
        ("half \ud83d a pair", "half  a pair"),
        ("\uff14\uff12 dollars", "42 dollars"),
        ("a\u00a0b\u2003c", "a b c"),
        ("\U0001f44d", "\U0001f44d"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\x00\x01\x02", ""),
    ],
)
def test_text_is_cleaned(raw: str, expected: str) -> None:
    assert clean_text(raw) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        " /restart",
        "//restart",
        "\uff0frestart",
        "\x00/restart",
        "/ /restart",
        "\u200b/restart",
        "\\/restart",
    ],
)
def test_a_typed_command_never_reaches_the_engine(typed: str) -> None:
    interpreted = interpret_message(clean_and_redact(typed), None, [], INTENTS)
    assert interpreted.text == "restart"


def test_a_card_number_in_front_of_a_command_does_not_let_it_through() -> None:
    interpreted = interpret_message(clean_and_redact("4111111111111111 /restart"), None, [], INTENTS)
    assert interpreted.text == "restart"


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("1", OFFERED[0]["payload"]),
        ("2", OFFERED[1]["payload"]),
        ("2.", OFFERED[1]["payload"]),
        ("#2", OFFERED[1]["payload"]),
        ("option 2", OFFERED[1]["payload"]),
        ("two", OFFERED[1]["payload"]),
        ("the second one", OFFERED[1]["payload"]),
        ("Full amount", OFFERED[0]["payload"]),
        ("full AMOUNT!", OFFERED[0]["payload"]),
    ],
)
def test_a_typed_choice_is_the_button(typed: str, payload: str) -> None:
    assert interpret_message(typed, None, OFFERED, INTENTS) == NormalizedMessage(payload, typed)


@pytest.mark.parametrize("typed", ["3", "0", "22", "$2", "2 dollars", "-1", "the full amount please", "1.50"])
def test_other_words_are_words(typed: str) -> None:
    assert interpret_message(typed, None, OFFERED, INTENTS) == NormalizedMessage(typed, typed)


def test_number_without_an_offer_means_nothing() -> None:
    assert interpret_message("2", None, [], INTENTS) == NormalizedMessage("2", "2")


def test_offered_payload_counts_and_has_its_title() -> None:
    interpreted = interpret_message("", OFFERED[0]["payload"], OFFERED, INTENTS)
    assert interpreted == NormalizedMessage(OFFERED[0]["payload"], "Full amount")


def test_known_request_needs_no_offer() -> None:
    assert interpret_message("", "/quick_pay", [], INTENTS) == NormalizedMessage("/quick_pay", "quick pay")


@pytest.mark.parametrize(
    "payload",
    ['/choose{"amount":"1"}', "/restart", "/session_start", '/quick_pay{"level":"2"}', "EXTERNAL: x", "/quick_pay\n/x"],
)
def test_a_payload_of_ones_own_making_is_only_words(payload: str) -> None:
    interpreted = interpret_message("", payload, OFFERED, INTENTS)
    assert not interpreted.text.startswith("/")
    assert "{" not in interpreted.text


@pytest.mark.parametrize(
    ("text", "expected"), [("", False), ("...", False), ("?", False), ("ok", True), ("\U0001f44d", True)]
)
def test_readable_text(text: str, expected: bool) -> None:
    assert has_readable_text(extract_words(text)) is expected


def test_what_a_clerk_writes_keeps_its_codes_and_loses_its_secrets() -> None:
    for words in ("csrf4", "csrf4 123-45 note", "the portal shows abc12", "meter xr500, pole 12", "=cmd|calc!A0"):
        assert redact_office_words(words) == words
    for words in ("her password is hunter22", "signs in with hunter22", "Sunshine#42", "card 4242 4242 4242 4242"):
        assert "removed]" in redact_office_words(words), words
    assert "removed]" in clean_and_redact("csrf4"), "a member's whole message may be a password"
