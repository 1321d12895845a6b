"""A caller at the keys of <Pay>, over the phone line's webhooks."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from sandbox.keypad_pay import PaySession
from tests.bot.channels.voice.pay.conftest import NETWORK_KEY
from tests.bot.channels.voice.phone_call import Line
from tests.bot.channels.voice.twiml_check import check

CARD_NUMBER, SECURITY_CODE = "4242424242424242", "739"
CARD = {
    "payment-card-number": CARD_NUMBER,
    "expiration-date": "1235",
    "security-code": SECURITY_CODE,
    "postal-code": "61028",
}
BANK = {"bank-routing-number": "110000000", "bank-account-number": "000123456789"}
SILENCE = ""


def find_pay(root: ET.Element) -> ET.Element:
    pay = root.find("Pay")
    assert pay is not None, ET.tostring(root, "unicode")
    return pay


def press_all(pay: ET.Element, keys: Mapping[str, str | Sequence[str]]) -> PaySession:
    """Press the keys of each field; a list has those of each try. A number that is asked for twice gets the same."""
    session = PaySession(pay, ("sandbox",))
    tries = {name: [given] if isinstance(given, str) else list(given) for name, given in keys.items()}
    while session.result is None and session.request is None:
        given = tries[session.asked]
        session.enter(given.pop(0) if len(given) > 1 else given[0])
    return session


async def run_pay(line: Line, root: ET.Element, keys: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """Run the <Pay> of an answer as Twilio does, up to the form of its result."""
    pay = find_pay(root)
    session = press_all(pay, keys)
    for status in session.statuses:
        told = await line.post(pay.get("statusCallback", ""), **status)
        assert told.status == 204
    if session.request is not None:
        network = line.edge.services.settings.sandbox_network_url
        headers = {"Authorization": f"Bearer {NETWORK_KEY}"}
        url = f"{network}/v1/pay-connector"
        async with line.edge.http.post(url, json=session.request, headers=headers) as answer:
            session.finish(await answer.json())
    assert session.result is not None
    return session.result


async def post_result(line: Line, root: ET.Element, result: Mapping[str, str]) -> ET.Element:
    """The TwiML that Twilio gets for the result."""
    action = find_pay(root).get("action", "")
    answer = await line.post(action, **result)
    assert answer.status == 200, answer.text
    after = check(answer.text)
    gather = after.find("Gather")
    line.action = gather.get("action", "") if gather is not None else action
    return after
