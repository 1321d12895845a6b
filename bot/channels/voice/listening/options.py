"""How to listen for each kind of answer, and what help to give, chosen by the response's `expect` hint."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from backend.language import mark, tr
from backend.payments.keypad_entries import ENTERED_PAYLOAD
from bot.channels.voice.listening import number_parts
from bot.channels.voice.speaking import menu
from bot.dialogue.messages import Button, Reply

MAX_CHOICES = 5
"""Guides to phone menus advise four or five choices."""
COMMON_HINTS = mark("person, operator, repeat, go back, never mind")
YES_NO_HINTS = mark("yes, no, yes please, no thank you, that is right, that is wrong")
NUMBER_HINTS = mark(
    "zero, oh, one, two, three, four, five, six, seven, eight, nine, double, triple, dash, thousand, hundred"
)
KEY_HINTS = mark("press one, press two, one, two, three, four, five")
MONEY_HINTS = mark("the full amount, all of it, half, dollars, cents, hundred, thousand")
DAY_HINTS = mark(
    "today, tomorrow, next Friday, the first, the fifteenth, the due date, the end of the month, in two weeks"
)


@dataclass(frozen=True)
class ListenOptions:
    """The attributes of <Gather> that depend on the question. Times are in seconds.

    `timeout` is also the time between two keys, so numbers get more: many callers read them off a bill.
    `speech_timeout` is the silence that ends the speech; people pause between the groups of a number. It is a whole
    number because Twilio refuses "auto" when a speech model is named.
    """

    timeout: int = 5
    speech_timeout: int = 2
    num_digits: int | None = None
    hints: str = ""


OPTIONS_BY_EXPECT = {
    "member_number": ListenOptions(timeout=10, speech_timeout=3, hints=NUMBER_HINTS),
    "identity": ListenOptions(timeout=10, speech_timeout=3, hints=NUMBER_HINTS),
    "last4": ListenOptions(timeout=7, speech_timeout=3, num_digits=4, hints=NUMBER_HINTS),
    "code": ListenOptions(timeout=10, speech_timeout=3, num_digits=6, hints=NUMBER_HINTS),
    "amount": ListenOptions(timeout=7, hints=MONEY_HINTS),
    "date": ListenOptions(timeout=7, hints=DAY_HINTS),
    "number": ListenOptions(timeout=7, hints=NUMBER_HINTS),
    "confirm": ListenOptions(timeout=7, num_digits=1, hints=YES_NO_HINTS),
}
SPOKEN_HELP = {
    "member_number": mark(
        "Enter the account number from the top of your bill on the keypad, then press pound. "
        "Or say it slowly, one digit at a time."
    ),
    "last4": mark("Enter the last four digits of the phone number on your account. For example, 0 1 2 3."),
    "code": mark("Enter the six digits of the code that I sent you."),
    "amount": mark("Say an amount, such as fifty dollars and 25 cents. Or enter whole dollars, then press pound."),
    "date": mark("Say a day, such as tomorrow or June 15."),
    "number": mark("Say a number, or enter it on the keypad, then press pound."),
    "confirm": mark("Say yes or no."),
    "choice": mark("Say one of the choices, or press its key."),
}
KEYPAD_HELP = {
    "member_number": mark("Press the digits of your account number, without dashes, then press pound."),
    "identity": mark("Press the last four digits of the phone number on your account, then press pound."),
    "last4": mark("Press the last four digits of the phone number on your account."),
    "code": mark("Press the six digits of the code."),
    "amount": mark("Press whole dollars, then pound. For example, 5 0 pound is fifty dollars."),
    "number": mark("Press the digits of the number, then pound."),
    "date": mark(
        "Press two digits for the month and two for the day, then pound. For example, 0 6 1 5 pound is June 15."
    ),
}

IN_OWN_WORDS = mark("You can say it in your own words.")
IN_A_FEW_WORDS = mark("Or say a few words, such as pay my bill.")


def list_choices(reply: Reply) -> tuple[Button, ...]:
    """The buttons that get a key, MAX_CHOICES at most. What the call is about always has the keys of the main menu.

    A button that only the phone line itself presses gets none.
    """
    if menu.is_main_menu(reply):
        return menu.build_main_menu().buttons
    return tuple(button for button in reply.buttons if button.payload != ENTERED_PAYLOAD)[:MAX_CHOICES]


def select_listen_options(reply: Reply) -> ListenOptions:
    """How to listen for the answer to `reply`, with its choices as speech hints.

    With choices, one key is always a choice: 1 must not be both a choice and $1.
    """
    options = OPTIONS_BY_EXPECT.get(reply.expects, ListenOptions())
    choices = list_choices(reply)
    if choices:
        options = replace(options, num_digits=1)
    elif missing := number_parts.count_missing_keys(reply):
        options = replace(options, num_digits=missing)
    if menu.is_main_menu(reply):
        return replace(options, hints=tr(menu.SPEECH_HINTS))
    # a hint may have 100 characters, and commas separate the hints
    titles = [" ".join(re.findall(r"[\w'$.-]+", button.title))[:100] for button in choices]
    keys = (tr(KEY_HINTS),) if choices or reply.expects == "confirm" else ()
    return replace(
        options, hints=", ".join(part for part in (*titles, *keys, tr(options.hints), tr(COMMON_HINTS)) if part)
    )


def format_spoken_help(reply: Reply) -> str:
    """The first help: what may be said, with an example."""
    with_choices = reply.buttons and reply.expects != "confirm"
    return tr(SPOKEN_HELP.get("choice" if with_choices else reply.expects, IN_OWN_WORDS))


def format_keypad_help(reply: Reply) -> str:
    """The second help, about the keypad alone; empty with choices, whose keys are listed anyway."""
    if reply.buttons or reply.expects == "confirm":
        return ""
    return tr(KEYPAD_HELP.get(reply.expects, IN_A_FEW_WORDS))
