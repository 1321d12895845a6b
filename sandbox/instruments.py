"""The cards and accounts of the network: the public test numbers, and the tokens of the demo members.

Card numbers are the ones the card networks publish for tests, with the meanings Stripe gives them; no other
number is taken, so that nobody's real card can end up here.
"""

from dataclasses import dataclass, replace
from typing import Literal

from backend.providers.payments.base import MethodKind

InstrumentBehavior = Literal["approve", "decline", "return", "hang_made", "hang_lost", "hang_post", "fail_refund"]
"""hang_made: the charge is made, the answer never comes. hang_lost: neither, the first time a key is used.
hang_post: authorizing is normal; the first post is done, its answer never comes.
fail_refund: all is normal but a refund, which is accepted and fails a banking day later."""

TEST_ROUTING = "110000000"
RETURN_AFTER_BANKING_DAYS = 2
REFUND_AFTER_BANKING_DAYS = 1


@dataclass(frozen=True, slots=True)
class Instrument:
    """A card or account as the network keeps it: never its number, only what the number would do."""

    kind: MethodKind
    brand: str
    last4: str
    behavior: InstrumentBehavior
    code: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None


def _card(brand: str, last4: str, decline_code: str | None = None) -> Instrument:
    return Instrument("card", brand, last4, "decline" if decline_code else "approve", decline_code)


def _bank(last4: str, return_code: str | None = None) -> Instrument:
    return Instrument("bank", "Sandbox Bank", last4, "return" if return_code else "approve", return_code)


_APPROVED = {
    "4242424242424242": "Visa",
    "4111111111111111": "Visa",
    "4012888888881881": "Visa",
    "4000056655665556": "Visa",
    "5555555555554444": "Mastercard",
    "5105105105105100": "Mastercard",
    "5200828282828210": "Mastercard",
    "2223003122003222": "Mastercard",
    "378282246310005": "American Express",
    "371449635398431": "American Express",
    "6011111111111117": "Discover",
    "6011000990139424": "Discover",
    "3056930009020004": "Diners Club",
    "3566002020360505": "JCB",
}
_DECLINED = {
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000009987": "lost_card",
    "4000000000009979": "stolen_card",
    "4000000000000069": "expired_card",
    "4000000000000127": "incorrect_cvc",
    "4000000000000119": "processing_error",
    "4000000000006975": "card_velocity_exceeded",
    "4100000000000019": "fraudulent",
}

CARDS: dict[str, Instrument] = {
    **{number: _card(brand, number[-4:]) for number, brand in _APPROVED.items()},
    **{number: _card("Visa", number[-4:], code) for number, code in _DECLINED.items()},
    "4000000000005126": Instrument("card", "Visa", "5126", "fail_refund"),
}
"""By number. All of these pass the Luhn check."""

ACCOUNTS: dict[str, Instrument] = {
    "000123456789": _bank("6789"),
    "000111111116": _bank("1116", "R01"),
    "000111111113": _bank("1113", "R02"),
    "000222222227": _bank("2227", "R01"),
    "000333333335": _bank("3335", "R10"),
}
"""By account number at TEST_ROUTING. All are accepted at first; bad ones are returned with their code."""


def _visa(last4: str, outcome: InstrumentBehavior, code: str | None = None) -> Instrument:
    return Instrument("card", "Visa", last4, outcome, code, exp_month=12, exp_year=2035)


SEED_TOKENS: dict[str, Instrument] = {
    "tok_visa_4242": _visa("4242", "approve"),
    "tok_visa_expired": replace(_visa("0069", "decline", "expired_card"), exp_month=1, exp_year=2024),
    "tok_visa_declined": _visa("0002", "decline", "card_declined"),
    "tok_visa_insufficient": _visa("9995", "decline", "insufficient_funds"),
    "tok_visa_timeout": _visa("4242", "hang_made"),
    "tok_visa_timeout_lost": _visa("4242", "hang_lost"),
    "tok_visa_timeout_post": _visa("4242", "hang_post"),
    "tok_visa_refund_fails": _visa("5126", "fail_refund"),
    "tok_bank_6789": ACCOUNTS["000123456789"],
    "tok_bank_r01": ACCOUNTS["000222222227"],
    "tok_bank_r02": ACCOUNTS["000111111113"],
}
"""Always known to the network, so that demo members have methods on file from the start."""
