"""PAY and its like, and the requests to set text to pay up or to end it."""

from __future__ import annotations

import pytest

from backend.reading.texts.opt_out import detect_opt_out
from backend.reading.texts.pay_replies import is_agreement, is_end_request, is_enroll_request, parse_pay_reply


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("PAY", ""), ("pay", ""), ("Pay it!", ""), ("pay my bill please", ""), ("ok pay", ""), ("PAGAR", ""),
        ("pagar la factura", ""), ("Págalo ahora", ""), ("PAY 002", "002"), ("pay 9-002", "9002"),
        ("pay account 002", "002"), ("pagar 001", "001"), ("I want to pay it in full", ""),
    ],
)  # fmt: skip
def test_a_pay_reply(text: str, digits: str) -> None:
    reply = parse_pay_reply(text)
    assert reply is not None
    assert reply.digits == digits


@pytest.mark.parametrize(
    "text",
    ["can I pay?", "pay 50", "pay $112.40", "pay on friday", "I already paid", "don't pay", "paid",
     "pay with my visa", "how do I pay", ""],
)  # fmt: skip
def test_no_pay_reply(text: str) -> None:
    assert parse_pay_reply(text) is None or "?" in text


@pytest.mark.parametrize(
    "text",
    [
        "text to pay",
        "Set up text to pay",
        "enroll me in text-to-pay",
        "pago por texto",
        "sign me up for text 2 pay",
        "not autopay. I want to answer PAY to your text",
        "I don't want to pay now. sign me up for text to pay",
        "sign us up for paying our bill by text",
        "i'd like to join text to pay",
        "no no, enroll me in paying by text message",
        "put me on that text to pay thing",
        "I want to use text to pay please",
        "i want text-to-pay",
        "anóteme para pagar por texto",
        "quiero inscribirme en los pagos por mensaje de texto",
        "quiero unirme al pago por texto",
    ],
)
def test_a_request_to_set_it_up(text: str) -> None:
    assert is_enroll_request(text)
    assert not is_end_request(text)


@pytest.mark.parametrize(
    "text",
    [
        "what is text to pay?",
        "is text to pay safe",
        "text me when to pay",
        "pay",
        "can I pay by text?",
        "how do i sign up for auto pay",
        "text me before i have to pay",
        "stop text to pay",
        "i don't want to be in text to pay",
        "do not sign me up for paying by text",
        "set up a reminder to pay by text",
        "set up a payment by text",
        "no quiero inscribirme en pago por texto",
        "active un recordatorio para pagar por texto",
    ],
)
def test_no_request_to_set_it_up(text: str) -> None:
    assert not is_enroll_request(text)


@pytest.mark.parametrize(
    "text",
    ["stop text to pay", "Cancel text-to-pay", "turn off pay by text", "CANCELAR PAGO POR TEXTO", "text to pay off"],
)
def test_a_request_to_end_it(text: str) -> None:
    assert is_end_request(text)
    assert not is_enroll_request(text)


@pytest.mark.parametrize("text", ["STOP", "stop texting me", "stop paying", "stop texts about my pay", "cancel"])
def test_what_ends_more_than_that(text: str) -> None:
    assert not is_end_request(text)


def test_a_plain_stop_still_ends_all_texts() -> None:
    assert detect_opt_out("STOP", idle=True) == "stop"


def test_an_agreement_is_plain() -> None:
    assert is_agreement("AGREE")
    assert is_agreement("yes")
    assert is_agreement("Acepto")
    assert not is_agreement("I agree if it is free")
    assert not is_agreement("no")
