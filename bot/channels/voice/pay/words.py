"""What a caller hears while keying in a card or bank account, and what became of it.

<Pay> speaks by itself until it ends, so every field, try and mistake has words of ours here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.language import mark
from backend.providers.payments.base import MethodKind


@dataclass(frozen=True)
class FieldWords:
    """The words for one field of <Pay>.

    `ask` is said first and `help` when it is asked again, behind the words of `mistakes`. Their keys are Twilio's error
    types, parted by spaces. `cards` limits the words to these types of cards. `again` asks for the same number twice.
    """

    name: str
    ask: str
    help: str
    mistakes: Mapping[str, str]
    cards: str = ""
    again: str = field(default="")


THREE_DIGIT_CARDS = "visa mastercard discover"
CARD_TYPES = f"{THREE_DIGIT_CARDS} amex"
NO_CODE = mark("I did not get the code.")
WRONG_CODE = mark("That code was not right.")
FIELDS: Mapping[MethodKind, tuple[FieldWords, ...]] = {
    "card": (
        FieldWords(
            "payment-card-number",
            mark("Enter the card number."),
            mark("Enter all the digits on the front of the card. To stop, press star."),
            {
                "timeout": mark("I did not get a card number."),
                "invalid-card-number": mark("That card number was not right."),
                "invalid-card-type": mark(
                    "That kind of card is not taken here. Visa, Mastercard, Discover and American Express are."
                ),
            },
        ),
        FieldWords(
            "expiration-date",
            mark("Enter the expiration date, two digits for the month and two for the year."),
            mark("Enter four digits for the expiration date. For example, 0 7, 3 0 is July 2030."),
            {
                "timeout": mark("I did not get the date."),
                "invalid-date invalid-card-number": mark("That date was not right, or it has passed."),
            },
        ),
        FieldWords(
            "security-code",
            mark("Enter the security code, the three digits on the back of the card."),
            mark("The security code is the last three digits on the back, near the signature. Enter them now."),
            {"timeout": NO_CODE, "invalid-security-code invalid-card-number": WRONG_CODE},
            cards=THREE_DIGIT_CARDS,
        ),
        FieldWords(
            "security-code",
            mark("Enter the security code, the four digits on the front of the card."),
            mark("The security code is the four small digits on the front, above the number. Enter them now."),
            {"timeout": NO_CODE, "invalid-security-code invalid-card-number": WRONG_CODE},
            cards="amex",
        ),
        FieldWords(
            "postal-code",
            mark("Enter the five digits of the ZIP code to which the card's bill goes."),
            mark("Enter five digits, the ZIP code of the card's address. To stop, press star."),
            {
                "timeout": mark("I did not get the ZIP code."),
                "invalid-postal-code invalid-card-number": mark("That ZIP code was not right."),
            },
        ),
    ),
    "bank": (
        FieldWords(
            "bank-routing-number",
            mark("Enter the nine digits of the routing number, at the bottom left of a check."),
            mark("The routing number has nine digits. Enter it now. To stop, press star."),
            {
                "timeout": mark("I did not get a routing number."),
                "invalid-bank-routing-number": mark("That routing number was not right."),
            },
        ),
        FieldWords(
            "bank-account-number",
            mark("Enter the account number, which is next to the routing number."),
            mark("Enter all the digits of the account number. To stop, press star."),
            {
                "timeout": mark("I did not get an account number."),
                "invalid-bank-account-number": mark("That account number was not right."),
                "input-matching-failed": mark("The two numbers were not the same."),
            },
            again=mark("To be sure, enter the same account number again."),
        ),
    ),
}
LAST_TRY = mark("This is the last try. After it I can text you a link.")
PROCESSING = mark("Thank you. One moment please.")

# what is said when <Pay> has ended without a card or account
STOPPED = mark("All right, I stopped. Nothing was charged.")
TOO_MANY_TRIES = mark("That did not work, so I stopped. Nothing was charged.")
NOT_TAKEN = mark("The payment network did not take it, or could not be reached. Nothing was charged.")
CANNOT_NOW = mark("I cannot take it on the keypad right now. Nothing was charged.")
WHAT_WAS_WRONG = mark("What was missing or not right: {fields}.")
FIELD_NAMES = {
    "payment-card-number": mark("the card number"),
    "card-number": mark("the card number"),
    "card-type": mark("the card number"),
    "expiration-date": mark("the expiration date"),
    "date": mark("the expiration date"),
    "security-code": mark("the security code"),
    "postal-code": mark("the ZIP code"),
    "bank-routing-number": mark("the routing number"),
    "bank-account-number": mark("the account number"),
}
"""Names of fields in `Required`, and behind `invalid-` in `PaymentError`."""
