"""What a caller hears at each field, try and mistake of <Pay>."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from backend.language import ENGLISH, SPANISH
from backend.providers.payments.base import MethodKind
from bot.channels.voice.pay.render import render_pay
from bot.channels.voice.steps import CallPosition, PayStep
from sandbox.keypad_pay import find_attribute_problem
from tests.bot.channels.voice.pay.keypad import BANK, CARD, SILENCE, find_pay, press_all
from tests.bot.channels.voice.twiml_check import check

ERRORS = {
    "payment-card-number": ("timeout", "invalid-card-number", "invalid-card-type"),
    "expiration-date": ("timeout", "invalid-date"),
    "security-code": ("timeout", "invalid-security-code"),
    "postal-code": ("timeout", "invalid-postal-code"),
    "bank-routing-number": ("timeout", "invalid-bank-routing-number"),
    "bank-account-number": ("timeout", "invalid-bank-account-number", "input-matching-failed"),
}
CARD_TYPES = ("visa", "mastercard", "discover", "amex")


def rendered(kind: MethodKind = "card", language: str = ENGLISH) -> ET.Element:
    step = PayStep(("Now the keypad.",), CallPosition(4, 3), kind, "sandbox", "reusable", language=language)
    return find_pay(check(render_pay(step, "")))


@pytest.mark.parametrize("language", [ENGLISH, SPANISH])
@pytest.mark.parametrize("kind", ["card", "bank"])
def test_it_makes_a_token_and_charges_nothing(kind: MethodKind, language: str) -> None:
    pay = rendered(kind, language)
    assert find_attribute_problem(pay, ("sandbox",)) == ""
    assert (pay.get("chargeAmount"), pay.get("paymentConnector"), pay.get("tokenType")) == ("0", "sandbox", "reusable")


@pytest.mark.parametrize("language", [ENGLISH, SPANISH])
@pytest.mark.parametrize("kind", ["card", "bank"])
def test_exactly_one_prompt_fits_every_field_try_and_mistake(kind: MethodKind, language: str) -> None:
    pay = rendered(kind, language)
    for name in CARD if kind == "card" else BANK:
        for error in ("", *ERRORS[name]):
            for attempt in "123":
                for card in CARD_TYPES:
                    fitting = [
                        prompt
                        for prompt in pay.iter("Prompt")
                        if prompt.get("for") == name
                        and (error in prompt.get("errorType", "").split() if error else not prompt.get("errorType"))
                        and card in prompt.get("cardType", card).split()
                        and attempt in prompt.get("attempt", attempt).split()
                        and not prompt.get("requireMatchingInputs")
                    ]
                    assert len(fitting) == 1, (name, error, attempt, card)


@pytest.mark.parametrize("kind", ["card", "bank"])
def test_nothing_is_heard_in_english_on_a_spanish_call(kind: MethodKind) -> None:
    english = {say.text for say in rendered(kind).iter("Say")}
    spanish = list(rendered(kind, SPANISH).iter("Say"))
    assert {say.get("language") for say in spanish} == {"es-US"}
    assert not english & {say.text for say in spanish}


def test_a_security_code_is_asked_for_where_it_is_on_that_card() -> None:
    for number, where in {"4242424242424242": "three digits on the back", "378282246310005": "four digits"}.items():
        session = press_all(rendered(), {**CARD, "payment-card-number": number, "security-code": "*"})
        assert where in session.said


def test_the_last_try_names_the_link() -> None:
    pay = rendered()
    session = press_all(pay, {**CARD, "expiration-date": ["1320", SILENCE, SILENCE]})
    assert "last try" in session.said
    assert session.result is not None
    assert session.result["Result"] == "too-many-failed-attempts"


def test_an_account_number_is_entered_twice() -> None:
    session = press_all(rendered("bank"), {**BANK, "bank-account-number": ["000123456789", "000123456780", "1234"]})
    assert session.request is not None
    assert session.request["bank_account_number"] == "1234"
    errors = [status.get("ErrorType") for status in session.statuses]
    assert "input-matching-failed" in errors
