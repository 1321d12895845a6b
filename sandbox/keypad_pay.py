"""One `<Pay>` as Twilio documents it, for tests and for trying the phone line without a carrier.

It says the prompts, takes keys, checks them, asks the connector, and gives the forms that Twilio would post to
`statusCallback` and `action`. It opens no connection itself: whoever runs it posts what it gives.

    session = PaySession(pay_element, connectors=("sandbox",))
    while session.result is None:
        if session.request is not None:
            session.finish(await post_to_connector(session.request))
        else:
            session.enter(keys_for(session.asked, session.said))

https://www.twilio.com/docs/voice/twiml/pay and https://www.twilio.com/docs/voice/twiml/pay/prompt
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from backend.luhn import is_luhn_valid
from sandbox.entry_form import is_routing_number_valid

CARD_FIELDS = ("payment-card-number", "expiration-date", "security-code", "postal-code")
BANK_FIELDS = ("bank-routing-number", "bank-account-number")
PROCESSING = "payment-processing"
CARD_TYPES = (
    ("visa", re.compile(r"4(\d{12}|\d{15}|\d{18})")),
    ("mastercard", re.compile(r"(5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}")),
    ("amex", re.compile(r"3[47]\d{13}")),
    ("discover", re.compile(r"6(011|5\d{2}|4[4-9]\d)\d{12}")),
    ("jcb", re.compile(r"35\d{14}")),
    ("diners-club", re.compile(r"3(0[0-5]|[689]\d)\d{11}")),
)
ENGLISH = ("en-US", "en-AU", "en-CA", "en-GB", "en-IN")
OTHER_CARD_LANGUAGES = ("es-ES", "es-MX", "fr-CA", "fr-FR", "de-DE", "it-IT")
ALLOWED = {
    "input": ("dtmf",),
    "paymentMethod": ("credit-card", "ach-debit"),
    "bankAccountType": ("consumer-checking", "consumer-savings", "commercial-checking"),
    "maxAttempts": ("1", "2", "3"),
    "tokenType": ("one-time", "reusable", "payment-method"),
    "securityCode": ("true", "false"),
}
PROMPT_ERRORS = (
    "timeout",
    "invalid-card-number",
    "invalid-card-type",
    "invalid-date",
    "invalid-security-code",
    "invalid-postal-code",
    "invalid-bank-routing-number",
    "invalid-bank-account-number",
    "input-matching-failed",
)


class NoPrompt(Exception):
    """No <Prompt> fits, so Twilio would speak words of its own."""


@dataclass
class PaySession:
    """One run of <Pay>. `statuses` are the forms for `statusCallback`; `result` is the one for `action`, once it ends.

    `asked` is what is asked for now and `said` the words; `request` is what the connector is to be asked, without which
    the entry does not end. `connectors` are the names installed in the account.
    """

    pay: Element
    connectors: Collection[str] = ("Default",)
    today: date = field(default_factory=date.today)
    asked: str = ""
    said: str = ""
    request: dict[str, str] | None = None
    result: dict[str, str] | None = None
    statuses: list[dict[str, str]] = field(default_factory=list)
    _captured: dict[str, str] = field(default_factory=dict)
    _card_type: str = ""
    _attempt: int = 1
    _first_input: str | None = None  # of a number that is entered twice

    def __post_init__(self) -> None:
        if problem := find_attribute_problem(self.pay, self.connectors):
            self.result = {"Result": "validation-error", "PaymentError": problem, "PayErrorCode": "64001"}
        else:
            self._ask(self._fields()[0])

    def _fields(self) -> tuple[str, ...]:
        if self.pay.get("paymentMethod") == "ach-debit":
            return BANK_FIELDS
        left_out = {"securityCode": "security-code", "postalCode": "postal-code"}
        skipped = {name for attribute, name in left_out.items() if self.pay.get(attribute, "true") != "true"}
        return tuple(name for name in CARD_FIELDS if name not in skipped)

    def enter(self, keys: str) -> None:
        """The caller presses `keys`; none is silence until the timeout. `*` ends everything."""
        if self.result is not None or self.request is not None:
            return
        if "*" in keys:
            self._end("caller-interrupted-with-star")
            return
        digits = keys.rstrip("#")
        error = self._find_error(digits) if digits else "timeout"
        if error:
            self._fail(error)
        elif self._first_input is None and self._must_match():
            self._first_input = digits
            self.said = self._find_prompt(again=True)
        else:
            self._keep(digits)

    def hang_up(self) -> None:
        if self.result is None:
            self._end("caller-hung-up")

    def finish(self, answer: Mapping[str, Any]) -> None:
        """Take the connector's answer: `token_id`, or `error_message`."""
        if self.request is None or self.result is not None:
            raise ValueError("the connector was not asked")
        if token := answer.get("token_id"):
            self._end("success", PaymentToken=str(token))
            return
        told = str(answer.get("error_message") or "no answer")
        self._end("payment-connector-error", PaymentError=told, ConnectorError=told, PayErrorCode="64017")

    def _keep(self, digits: str) -> None:
        name, fields = self.asked, self._fields()
        self._captured[name] = digits
        if name == "payment-card-number":
            self._card_type = find_card_type(digits)
        self._first_input = None
        place = fields.index(name) + 1
        if place < len(fields):
            self._ask(fields[place])
            return
        self._ask(PROCESSING)
        self.request = self._build_request()

    def _ask(self, name: str) -> None:
        self.asked, self._attempt = name, 1
        self.said = self._find_prompt()
        self._report()

    def _fail(self, error: str) -> None:
        if self._attempt >= int(self.pay.get("maxAttempts", "1")):
            self._end("too-many-failed-attempts", PaymentError="input-timeout" if error == "timeout" else error)
            return
        self._attempt += 1
        self._first_input = None
        self.said = self._find_prompt(error=error)
        self._report(error)

    def _report(self, error: str = "") -> None:
        told = {"For": self.asked, "Attempt": str(self._attempt), "PaymentMethod": self.pay.get("paymentMethod", "")}
        if error:
            told["ErrorType"] = "input-timeout" if error == "timeout" else error
        self.statuses.append(told | self._masked())

    def _must_match(self) -> bool:
        return any(
            prompt.get("for") == self.asked and prompt.get("requireMatchingInputs") == "true"
            for prompt in self.pay.iter("Prompt")
        )

    def _find_prompt(self, error: str = "", *, again: bool = False) -> str:
        """The words of the prompt that fits. Raises NoPrompt."""
        for prompt in self.pay.iter("Prompt"):
            errors, cards = prompt.get("errorType", "").split(), prompt.get("cardType", "").split()
            attempts = prompt.get("attempt", "").split()
            if (
                prompt.get("for") == self.asked
                and (error in errors if error else not errors)
                and (not cards or self._card_type in cards)
                and (not attempts or str(self._attempt) in attempts)
                and (prompt.get("requireMatchingInputs") == "true") == again
            ):
                return " ".join(say.text or "" for say in prompt.iter("Say"))
        raise NoPrompt(f"{self.asked} {error} attempt {self._attempt} {self._card_type}")

    def _find_error(self, digits: str) -> str:
        """The error type of what was keyed in; empty for what fits."""
        if self._first_input is not None:
            return "" if digits == self._first_input else "input-matching-failed"
        checks = {
            "payment-card-number": self._check_number,
            "expiration-date": self._check_date,
            "security-code": self._check_code,
            "postal-code": lambda zip_code: (
                "" if len(zip_code) >= int(self.pay.get("minPostalCodeLength", "1")) else "invalid-postal-code"
            ),
            "bank-routing-number": lambda routing: (
                "" if len(routing) == 9 and is_routing_number_valid(routing) else "invalid-bank-routing-number"
            ),
            "bank-account-number": lambda account: "" if len(account) >= 4 else "invalid-bank-account-number",
        }
        return checks[self.asked](digits)

    def _check_number(self, digits: str) -> str:
        card_type = find_card_type(digits)
        if not card_type or not is_luhn_valid(digits):
            return "invalid-card-number"
        taken = self.pay.get("validCardTypes", "visa mastercard amex").split()
        return "" if card_type in taken else "invalid-card-type"

    def _check_date(self, digits: str) -> str:
        if len(digits) != 4 or not 1 <= int(digits[:2]) <= 12:
            return "invalid-date"
        expires = (2000 + int(digits[2:]), int(digits[:2]))
        return "invalid-date" if expires < (self.today.year, self.today.month) else ""

    def _check_code(self, digits: str) -> str:
        return "" if len(digits) == (4 if self._card_type == "amex" else 3) else "invalid-security-code"

    def _build_request(self) -> dict[str, str]:
        """What the connector is asked, in the names of the Generic Pay Connector."""
        got = self._captured
        shared = {"method": self.pay.get("paymentMethod", "credit-card"), "token_type": self.pay.get("tokenType", "")}
        if shared["method"] == "ach-debit":
            return shared | {
                "bank_routing_number": got["bank-routing-number"],
                "bank_account_number": got["bank-account-number"],
                "bank_account_type": self.pay.get("bankAccountType", "consumer-checking"),
            }
        return shared | {
            "cardnumber": got["payment-card-number"],
            "expiry_month": got["expiration-date"][:2],
            "expiry_year": got["expiration-date"][2:],
            "cvv": got.get("security-code", ""),
            "postal_code": got.get("postal-code", ""),
        }

    def _masked(self) -> dict[str, str]:
        """What Twilio tells of the entry: a card's last four digits and an account's last two."""
        got, told = self._captured, {}
        if number := got.get("payment-card-number"):
            told = {"PaymentCardNumber": "x" * (len(number) - 4) + number[-4:], "PaymentCardType": self._card_type}
        if expires := got.get("expiration-date"):
            told["ExpirationDate"] = expires
        if code := got.get("security-code"):
            told["SecurityCode"] = "*" * len(code)
        if zip_code := got.get("postal-code"):
            told["PaymentCardPostalCode"] = zip_code
        if routing := got.get("bank-routing-number"):
            told["BankRoutingNumber"] = routing
        if account := got.get("bank-account-number"):
            told["BankAccountNumber"] = "*" * (len(account) - 2) + account[-2:]
            told["BankAccountType"] = self.pay.get("bankAccountType", "consumer-checking")
        return told

    def _end(self, result: str, **more: str) -> None:
        """End with `result`. What was not captured is told as `Required`."""
        missing = [name for name in self._fields() if name not in self._captured]
        required = {"Required": " ".join(missing)} if missing else {}
        method = {"PaymentMethod": self.pay.get("paymentMethod", "credit-card")}
        self.result = {"Result": result, **method, **self._masked(), **required, **more}
        self._captured = {}


def find_card_type(digits: str) -> str:
    """The network of a card number, in Twilio's words; empty for none."""
    return next((name for name, pattern in CARD_TYPES if pattern.fullmatch(digits)), "")


def find_attribute_problem(pay: Element, connectors: Collection[str]) -> str:
    """What Twilio would refuse about the attributes of a <Pay> or its <Prompt>s; empty if nothing."""
    for name, allowed in ALLOWED.items():
        if pay.get(name, allowed[0]) not in allowed:
            return f"{name}={pay.get(name)!r}"
    cards = pay.get("paymentMethod", "credit-card") == "credit-card"
    if pay.get("language", "en-US") not in (*ENGLISH, *(OTHER_CARD_LANGUAGES if cards else ())):
        return f"language={pay.get('language')!r}"
    if pay.get("paymentConnector", "Default") not in connectors:
        return f"paymentConnector={pay.get('paymentConnector')!r}"
    if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", pay.get("chargeAmount", "0")):
        return f"chargeAmount={pay.get('chargeAmount')!r}"
    if not pay.get("timeout", "5").isdigit():
        return f"timeout={pay.get('timeout')!r}"
    for prompt in pay.iter("Prompt"):
        if prompt.get("for") not in (*CARD_FIELDS, *BANK_FIELDS, PROCESSING):
            return f"Prompt for={prompt.get('for')!r}"
        if not set(prompt.get("errorType", "").split()) <= set(PROMPT_ERRORS):
            return f"Prompt errorType={prompt.get('errorType')!r}"
        if prompt.get("requireMatchingInputs") == "true" and prompt.get("for") not in BANK_FIELDS:
            return "requireMatchingInputs is for bank accounts"
    return ""
