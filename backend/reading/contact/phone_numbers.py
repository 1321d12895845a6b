"""Parses and checks phone numbers: what the numbering plan allows, and no placeholder, no withheld caller."""

from __future__ import annotations

import re
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumber

US_COUNTRY_CODE = 1
NATIONAL_NUMBER = re.compile(r"(?P<area>[2-9]\d\d)(?P<exchange>[2-9]\d\d)\d{4}")
SERVICE_CODE = re.compile(r".11")
FICTIONAL_AREA = "555"
"""No real area has it, so the demo and test users are given numbers there."""
DIRECTORY_ASSISTANCE = "5551212"
DIGIT_SEQUENCES = ("01234567890123456789", "98765432109876543210")
PLACEHOLDERS = frozenset({DIRECTORY_ASSISTANCE, "1234567", "0123456", "7654321"})
"""Seven digits behind an area code that are nobody's."""
_KEYPAD = {letter: str(key) for key, letters in enumerate("abc def ghi jkl mno pqrs tuv wxyz".split(), 2)
         for letter in letters}  # fmt: skip
_WITHHELD_BY_KEYPAD = ("anonymous", "restricted", "unknown", "unavailable", "private", "blocked", "withheld")
WITHHELD_WORDS = frozenset(
    {*_WITHHELD_BY_KEYPAD, "nocallerid", "outofarea", "notavailable", "hidden", "unlisted", "unidentified", "none",
    "null",
     "privado", "desconocido", "anonimo", "oculto", "nodisponible"}
)  # fmt: skip
WITHHELD_NUMBERS = frozenset(
    {
        "266696687",
        "86282452253",
        "7378742833",
        "656667",
        "464",
        *("".join(_KEYPAD[letter] for letter in word) for word in _WITHHELD_BY_KEYPAD),
    }
)
"""As Twilio documents them, and the words as carriers spell them on a keypad: `anonymous` is 266696687."""

PhoneProblem = Literal["none", "area", "country", "extension", "placeholder", "plan", "premium"]
PROBLEM_TEXTS: dict[PhoneProblem, str] = {
    "none": "is not a phone number",
    "area": "is not a phone number with its area code",
    "country": "is not a phone number of the country that its code names",
    "extension": "has an extension, which cannot be texted: give the number alone",
    "placeholder": "is a placeholder and nobody's phone: give the member's own",
    "plan": "is no number of the American numbering plan",
    "premium": "is a number that costs whoever calls it, and cannot be texted",
}
"""The predicate of an error message; the phone number stands before it."""


class InvalidPhone(ValueError):
    """Not a usable phone number; `problem` says why."""

    def __init__(self, problem: PhoneProblem) -> None:
        super().__init__(PROBLEM_TEXTS[problem])
        self.problem: PhoneProblem = problem


def parse_phone(text: str) -> str:
    """E.164 of a phone in any way Americans write one, or with its + and country. Raises InvalidPhone.

    The fictional area 555 is accepted; where real members are served, check `is_fictional` as well.
    """
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        raise InvalidPhone("none") from None
    if number.extension:
        raise InvalidPhone("extension")
    if problem := find_problem(number):
        raise InvalidPhone(problem)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def find_problem(number: PhoneNumber, *, exists: bool = True) -> PhoneProblem | None:
    """Why a number cannot be used, or None. With `exists` its area code must be assigned; else dialable is enough."""
    digits = phonenumbers.national_significant_number(number)
    if number.country_code != US_COUNTRY_CODE:
        if is_placeholder(digits):
            return "placeholder"
        return None if phonenumbers.is_valid_number(number) else "country"
    if len(digits) != 10 and len(str(number.national_number)) <= 7 and number.national_number:
        return "area"
    if is_placeholder(digits):
        return "placeholder"
    if len(digits) != 10:
        return "area"
    if digits.startswith(FICTIONAL_AREA):
        return None
    plan = NATIONAL_NUMBER.fullmatch(digits)
    if plan is None or SERVICE_CODE.fullmatch(plan["area"]) or SERVICE_CODE.fullmatch(plan["exchange"]):
        return "plan"
    if not exists:
        return None
    if not phonenumbers.is_valid_number(number):
        return "plan"
    premium = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    return "premium" if premium else None


def is_placeholder(digits: str) -> bool:
    """`0000000000`, `1234567890`, `9999999999`, `8155555555`: what is typed where no phone is known."""
    if not digits.strip("0") or len(set(digits)) == 1:
        return True
    if len(digits) >= 7 and any(digits in run for run in DIGIT_SEQUENCES):
        return True
    local = digits[-7:]
    return len(digits) == 10 and (len(set(local)) == 1 or local in PLACEHOLDERS)


def is_fictional(e164: str) -> bool:
    """Whether the number has the area code that no real phone has."""
    return e164.startswith(f"+{US_COUNTRY_CODE}{FICTIONAL_AREA}")


def is_withheld(sender: str) -> bool:
    """Whether a sender is nobody's number: empty, a word such as `anonymous`, or such a word by its keys.

    Twilio writes `anonymous` as +266696687, `restricted` as +7378742833 and so on; no phone has these numbers.
    """
    plain = re.sub(r"[\s_.()\-]", "", sender.casefold())
    plain = re.sub(r"^(?:sips?:|tel:|client:)+", "", plain).split("@")[0].split(";")[0]
    digits = plain.removeprefix("+")
    if not digits or plain in WITHHELD_WORDS or not any(character.isdigit() for character in digits):
        return True
    return digits in WITHHELD_NUMBERS or digits.removeprefix("1") in WITHHELD_NUMBERS or not digits.strip("0")


def is_reachable(recipient: str) -> bool:
    """Whether a text or a call may go to it (E.164): nothing goes to a withheld caller, or to what is no phone."""
    return not is_withheld(recipient) and re.fullmatch(r"\+[1-9]\d{6,14}", recipient) is not None
