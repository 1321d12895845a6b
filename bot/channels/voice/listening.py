"""How to listen for each kind of answer, and how to help with it. Chosen by the neutral hint `expect`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.channels.voice import menu
from bot.messages import Reply

ALWAYS = "person, operator, repeat, go back, never mind"
YES_NO = "yes, no, yes please, no thank you, that is right, that is wrong"
NUMBERS = "zero, oh, one, two, three, four, five, six, seven, eight, nine, double, triple, dash, thousand, hundred"
MONEY = "the full amount, all of it, half, dollars, cents, hundred, thousand"
DAYS = "today, tomorrow, next Friday, the first, the fifteenth, the due date, the end of the month, in two weeks"


@dataclass(frozen=True)
class Listening:
    """The attributes of <Gather> that depend on the question. Times are seconds.

    `timeout` is also the time between two keys, so numbers get more of it: many read them off a bill.
    `speech_timeout` is the silence that ends what is said; in numbers people pause between groups. It is a
    whole number because a speech model is named, for which Twilio refuses "auto".
    """

    timeout: int = 5
    speech_timeout: int = 2
    num_digits: int | None = None
    hints: str = ""


OPEN = Listening()
BY_EXPECT = {
    "member_number": Listening(timeout=10, speech_timeout=3, hints=NUMBERS),
    "identity": Listening(timeout=10, speech_timeout=3, hints=NUMBERS),
    "last4": Listening(timeout=7, speech_timeout=3, num_digits=4, hints=NUMBERS),
    "code": Listening(timeout=10, speech_timeout=3, num_digits=6, hints=NUMBERS),
    "amount": Listening(timeout=7, hints=MONEY),
    "date": Listening(timeout=7, hints=DAYS),
    "number": Listening(timeout=7, hints=NUMBERS),
    "confirm": Listening(timeout=7, num_digits=1, hints=YES_NO),
}
SPOKEN_HELP = {
    "member_number": "Enter the account number from the top of your bill on the keypad, then press pound. "
    "Or say it slowly, one digit at a time.",
    "last4": "Enter the last four digits of the phone number on your account. For example, 0 1 2 3.",
    "code": "Enter the six digits of the code that I sent you.",
    "amount": "Say an amount, such as fifty dollars and 25 cents. Or enter whole dollars, then press pound.",
    "date": "Say a day, such as tomorrow or June 15.",
    "number": "Say a number, or enter it on the keypad, then press pound.",
    "confirm": "Say yes or no.",
    "choice": "Say one of the choices, or press its key.",
}
KEY_HELP = {
    "member_number": "Press the digits of your account number, without dashes, then press pound.",
    "identity": "Press the last four digits of the phone number on your account, then press pound.",
    "last4": "Press the last four digits of the phone number on your account.",
    "code": "Press the six digits of the code.",
    "amount": "Press whole dollars, then pound. For example, 5 0 pound is fifty dollars.",
    "number": "Press the digits of the number, then pound.",
    "date": "Press two digits for the month and two for the day, then pound. For example, 0 6 1 5 pound is June 15.",
}


def listening_for(reply: Reply, choices: tuple[str, ...]) -> Listening:
    """How to listen for the answer to `reply`, with what was offered by name as hints.

    Where choices are offered, one key is a choice and nothing else: 1 must not be both a choice and $1.
    """
    listening = BY_EXPECT.get(reply.expects, OPEN)
    if choices:
        listening = replace(listening, num_digits=1)
    if reply == menu.main_menu():
        return replace(listening, hints=menu.SPOKEN)
    offered = [" ".join(re.findall(r"[\w'$.-]+", title))[:100] for title in choices]
    return replace(listening, hints=", ".join(part for part in (*offered, listening.hints, ALWAYS) if part))


def spoken_help(reply: Reply) -> str:
    """The first, gentler help."""
    with_choices = reply.buttons and reply.expects != "confirm"
    own = SPOKEN_HELP.get("choice" if with_choices else reply.expects)
    return own or "You can say it in your own words."


def keypad_help(reply: Reply) -> str:
    """The second help, for the keys alone. With choices, their keys are said after it."""
    if reply.buttons or reply.expects == "confirm":
        return ""
    return KEY_HELP.get(reply.expects, "Or say a few words, such as pay my bill.")
