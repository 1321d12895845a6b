"""How a call goes on when <Pay> has ended."""

from __future__ import annotations

import logging
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from backend.payments.models import PaymentMethod
from tests.bot.channels.voice.pay.keypad import BANK, CARD, CARD_NUMBER, SECURITY_CODE, SILENCE, post_result, run_pay
from tests.bot.channels.voice.phone_call import Line, spoken_text
from tests.bot.edge import Edge
from tests.standins.engine import ENTERED


async def at_the_keypad(edge: Edge, kind: str = "card") -> tuple[Line, ET.Element]:
    line = Line(edge)
    await line.go()
    root = await line.speak(f"keypad {kind}")
    assert spoken_text(root).startswith("Now use the keypad.")
    return line, root


async def entries(edge: Edge, line: Line) -> list[PaymentMethod]:
    async with edge.services.backend.db.read_session() as session:
        query = select(PaymentMethod).where(PaymentMethod.entered_in == line.conversation)
        return list(await session.scalars(query))


def read_database(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("memberline.db*"))


@pytest.mark.parametrize(
    ("kind", "keys", "kept"),
    [("card", CARD, ("card", "Visa", "4242", 12, 2035)), ("bank", BANK, ("bank", "Sandbox Bank", "6789", None, None))],
)
async def test_what_was_keyed_in_is_kept_for_this_call_and_read_back(
    paying: Edge, kind: str, keys: dict[str, str], kept: tuple[object, ...]
) -> None:
    line, root = await at_the_keypad(paying, kind)
    result = await run_pay(line, root, keys)
    after = await post_result(line, root, result)
    assert "Pay 40 dollars with it?" in spoken_text(after)
    assert paying.engine.texts_of(line.conversation)[-1] == ENTERED
    again = await post_result(line, root, result)
    assert spoken_text(again) == spoken_text(after)
    (method,) = await entries(paying, line)
    assert (method.kind, method.brand, method.last4, method.exp_month, method.exp_year) == kept
    assert not method.saved
    assert paying.engine.texts_of(line.conversation).count(ENTERED) == 1


async def test_nothing_of_a_card_stays_but_what_may_be_shown(
    paying: Edge, demo_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    line, root = await at_the_keypad(paying)
    await post_result(line, root, await run_pay(line, root, CARD))
    stored = read_database(demo_folder)
    said = caplog.text + str(paying.engine.turns)
    for secret in (CARD_NUMBER, SECURITY_CODE, "61028", "xxxxxxxxxxxx4242"):
        assert secret not in said
    assert CARD_NUMBER.encode() not in stored


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ({"Result": "caller-interrupted-with-star"}, "All right, I stopped."),
        ({"Result": "too-many-failed-attempts", "PaymentError": "invalid-date"}, "not right: the expiration date."),
        ({"Result": "payment-connector-error", "PaymentError": "card is declined"}, "network did not take it"),
        ({"Result": "validation-error", "PaymentError": "chargeAmount='-1'"}, "on the keypad right now"),
        ({"Result": "internal-error", "PayErrorCode": "64002"}, "on the keypad right now"),
        ({"Result": "success"}, "on the keypad right now"),
        ({"Result": "success", "PaymentToken": "tok_of_another_network"}, "network did not take it"),
        ({"Result": "a-new-word"}, "on the keypad right now"),
        ({"Required": "security-code postal-code"}, "not right: the security code, the ZIP code."),
    ],
)
async def test_every_other_end_is_told_and_the_call_goes_on_at_the_same_place(
    paying: Edge, result: dict[str, str], told: str
) -> None:
    line, root = await at_the_keypad(paying)
    after = await post_result(line, root, result)
    text = spoken_text(after)
    assert told in text
    assert "Nothing was charged." in text
    assert "How would you like to pay 40 dollars?" in text
    assert "To get a secure link by text, press 2." in text
    assert "press 3" not in text
    assert not await entries(paying, line)
    await line.press("2")
    assert paying.engine.texts_of(line.conversation)[-1] == '/choose{"pay_method": "link"}'


async def test_mistakes_at_the_keys_are_told(paying: Edge) -> None:
    line, root = await at_the_keypad(paying)
    tries = {**CARD, "security-code": ["12", SILENCE, "1"]}
    after = await post_result(line, root, await run_pay(line, root, tries))
    assert "What was missing or not right: the security code, the ZIP code." in spoken_text(after)
    root = await line.press("1")
    assert root.find("Pay") is not None


async def test_a_network_that_is_away_is_told(paying: Edge) -> None:
    line, root = await at_the_keypad(paying)
    paying.services.backend.payments._url = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    after = await post_result(line, root, {"Result": "success", "PaymentToken": "tok_visa_4242"})
    assert "could not be reached" in spoken_text(after)
    assert "To get a secure link by text, press 2." in spoken_text(after)


async def test_a_caller_who_hung_up_is_told_nothing(paying: Edge) -> None:
    line, root = await at_the_keypad(paying)
    after = await post_result(line, root, {"Result": "caller-hung-up"})
    assert [child.tag for child in after] == ["Hangup"]
    assert ENTERED not in paying.engine.texts_of(line.conversation)


async def test_a_question_heard_again_does_not_open_the_keypad(paying: Edge) -> None:
    line, root = await at_the_keypad(paying)
    await post_result(line, root, {"Result": "caller-interrupted-with-star"})
    again = await line.press("*")
    assert again.find("Pay") is None
    assert spoken_text(again).startswith("How would you like to pay 40 dollars?")


@pytest.mark.parametrize("path", ["/twilio/voice/pay/result?turn=2&asked=1&kind=card", "/twilio/voice/pay/status"])
async def test_nobody_else_can_post_a_result(paying: Edge, path: str) -> None:
    line, _ = await at_the_keypad(paying)
    form = {**line.fields, "Result": "success", "PaymentToken": "tok_visa_4242"}
    answer = await paying.post(path, data=form, headers={"X-Twilio-Signature": "forged"})
    assert answer.status == 403
    assert not await entries(paying, line)


async def test_without_a_connector_the_ways_are_asked_for(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    root = await line.speak("keypad card")
    assert root.find("Pay") is None
    assert spoken_text(root).startswith("I cannot take it on the keypad right now. Nothing was charged. How would you")
