"""Short readers of what people want passed on, done for an electrician, or called at."""

from __future__ import annotations

import pytest

from backend.alerts.parsing import find_notice_wish, parse_alert_request
from backend.reading.contact.mailing_address import replace_house_number, replace_street
from backend.reading.contact.phone_mentions import extract_phone_ending, is_new_phone
from backend.reading.message_for_office import has_message_for_office
from backend.reading.service.electrician_work import is_electricians_phone, is_off_for_electrician


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("wait mine ends 2203", "2203"),
        ("no the other phone, it ends in 4 4 1 0", "4410"),
        ("no, termina en 2203", "2203"),
        ("mine ends two two zero three", "2203"),
        ("my bill ends on the 20th", None),
        ("815-555-2203", None),
    ],
)
def test_the_end_of_a_phone(words: str, end: str | None) -> None:
    assert extract_phone_ending(words) == end


@pytest.mark.parametrize(
    "words", ["my new phone is 815-555-6161", "my number changed to 815-555-6161", "call me at 815-555-6161"]
)
def test_new_phone_is_recognized(words: str) -> None:
    assert is_new_phone(words)


@pytest.mark.parametrize("words", ["the last four are 6161", "my phone is 815-555-6161"])
def test_the_phone_on_file_may(words: str) -> None:
    assert not is_new_phone(words)


@pytest.mark.parametrize(
    "words",
    [
        "turn my power off tomorrow so my electrician can change the panel, then back on",
        "we need a disconnect and reconnect same day, the electrician swaps the meter base",
        "my electrician comes friday at nine, can you cut it off at the pole and hook it back up after",
        "corten la luz mañana para que el electricista cambie el tablero y la reconecten el mismo día",
    ],
)
def test_off_and_on_for_an_electrician(words: str) -> None:
    assert is_off_for_electrician(words)


@pytest.mark.parametrize(
    "words",
    [
        "turn off my power, I am moving",
        "my electrician says it is your side of the meter",
        "the power went off and the electrician says the panel is fine",
        "the panel is smoking, turn it off for an hour, my electrician is here",
    ],
)
def test_other_words_of_electricians_and_power(words: str) -> None:
    assert not is_off_for_electrician(words)


def test_the_electricians_phone_is_his() -> None:
    assert is_electricians_phone("the electrician is Joe at 815-555-0182")
    assert not is_electricians_phone("call me at 815-555-0182")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("tell the office whoever called me this morning has the wrong number", True),
        ("let them know I am hard of hearing", True),
        ("dígale a la oficina que ya pagué", True),
        ("did you tell the office about my bill?", False),
        ("I already told the office about it yesterday", False),
        ("tell them", False),
    ],
)
def test_message_for_the_office(words: str, meant: bool) -> None:
    assert has_message_for_office(words) is meant


@pytest.mark.parametrize(
    ("address", "words", "expected"),
    [
        ("PO Box 44, Hanover IL 61041", "box 45", "PO Box 45, Hanover IL 61041"),
        ("12 Oak Street, Hanover IL 61041", "14 Oak Street", "14 Oak Street, Hanover IL 61041"),
        ("12 Oak Street, Hanover IL 61041", "9 Elm Court, Hanover IL 61041", "9 Elm Court, Hanover IL 61041"),
    ],
)
def test_corrected_part_keeps_the_rest(address: str, words: str, expected: str) -> None:
    assert replace_street(address, words) == expected


def test_a_number_alone_puts_the_house_right() -> None:
    assert replace_house_number("77 Cedar Ct, Hanover IL 61041", "no 79") == "79 Cedar Ct, Hanover IL 61041"
    assert replace_house_number("77 Cedar Ct, Hanover IL 61041", "no, that is wrong") is None


@pytest.mark.parametrize(
    ("words", "lacks"),
    [
        ("I want a text before my service is shut off", "shutoff"),
        ("can you text me before you cut me off", "shutoff"),
        ("quiero que me avisen por texto cuando corten la luz por falta de pago", "shutoff"),
        ("do y'all text when the power's out", "outage"),
        ("text me when my bill is due", None),
        ("turn off my outage texts", None),
        ("is my power going to be shut off", None),
    ],
)
def test_wishes_for_notices_of_power_that_goes_off(words: str, lacks: str | None) -> None:
    assert find_notice_wish(words) == lacks


def test_ended_and_remaining_alerts() -> None:
    by_email = parse_alert_request("no more alerts by email")
    assert (by_email.verb, by_email.unwanted_channels) == ("off", {"email"})
    stored = parse_alert_request("turn off payment texts but keep due ones")
    assert "bill_due" not in stored.kinds
    assert "payment_received" in stored.kinds
    assert parse_alert_request("text me before my service is shut off").verb == "on"
