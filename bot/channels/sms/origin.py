"""Where a text comes from: a phone, by SMS or by another app that Twilio connects, or nobody who can be answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from backend.reading.contact.phone_numbers import is_withheld
from bot.web.errors import InvalidRequestField
from bot.web.twilio_guard import E164, SHORT_CODE, TwilioForm

APP_ADDRESS = re.compile(r"(?P<app>[a-z]{2,12}):(?P<rest>.*)", re.DOTALL)
NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
"""Neither the area code nor the exchange begins with 0 or 1; nothing else with +1 is a phone."""
APP_NAMES = {"whatsapp": "WhatsApp", "rcs": "RCS"}


@dataclass(frozen=True)
class TextOrigin:
    """A phone that can be answered. `app` is empty for a plain text, else `whatsapp` or `rcs`."""

    phone: str
    app: str = ""


def parse_origin(form: TwilioForm) -> TextOrigin | None:
    """Who sent it; None for short codes, names and impossible numbers. Raises InvalidRequestField.

    A short code or a name is a machine: answering would be two machines talking, and Twilio takes no message to it.
    """
    sender, receiver = form.get("From", "").strip(), form.get("To", "").strip()
    if not sender:
        raise InvalidRequestField("From", "is missing or not what Twilio sends", status=400)
    matched = APP_ADDRESS.fullmatch(sender)
    known = E164.fullmatch(receiver) or SHORT_CODE.fullmatch(receiver) or APP_ADDRESS.fullmatch(receiver)
    if not known and not form.get("MessagingServiceSid"):  # a messaging service answers for any sender of its own
        raise InvalidRequestField("To", "is missing or not what Twilio sends", status=400)
    app, phone = (matched["app"], matched["rest"].strip()) if matched else ("", sender)
    if not is_valid_phone(phone) or (app and app not in APP_NAMES):
        return None
    if sender == receiver:
        return None  # our own text came back: every answer would come back too
    return TextOrigin(phone, app)


def is_valid_phone(number: str) -> bool:
    if not E164.fullmatch(number) or is_withheld(number):
        return False
    if number.startswith("+1"):
        return NORTH_AMERICAN.fullmatch(number) is not None
    return bool(phonenumbers.is_possible_number(phonenumbers.parse(number)))
