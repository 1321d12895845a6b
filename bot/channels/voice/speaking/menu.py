"""The main menu and the fixed sentences of the phone line. Skills have their own responses."""

from __future__ import annotations

from backend.coop import Coop
from backend.language import SPANISH, current_language, mark, tr
from backend.reading.language import SPEAK_ENGLISH, SPEAK_SPANISH
from bot.dialogue.messages import Button, Message, Reply

# One key map for the whole call, in both languages: the place in this list is the key. Danger comes first, and the
# other language has the second key, as is usual on phone lines in the US. A new skill needs no line here, since callers
# may say anything.
LANGUAGE_KEY = 2
SOMETHING_ELSE = "/something_else"
"""Handled by the call itself, which then asks what it is about; the dialogue never sees it."""
OPTIONS = (
    (mark("an outage or danger"), "/report_outage"),
    (mark("pay your bill"), "/quick_pay"),
    (mark("your balance"), "/check_balance"),
    (mark("something else"), SOMETHING_ELSE),
)
SPEECH_HINTS = mark(
    "pay my bill, my balance, what do I owe, when is my bill due, report an outage, my power is out, "
    "something else, office hours, person, operator, auto pay, set up auto pay, stop auto pay, set up alerts, "
    "paperless, payment arrangement, more time to pay, reset my password, my usage, call me back"
)


def format_opening(coop: Coop) -> str:
    """Who answers. Speech does not interrupt it: the caller must learn that this is a machine."""
    if own := coop.shown.phone_greeting.get(current_language()):
        return f"{own} {tr('I am an automated assistant. Just say what you need.')}"
    return tr("Thank you for calling {coop}. I am an automated assistant. Just say what you need.", coop=coop.name)


def build_main_menu() -> Reply:
    """The choices at the start of a call; the reply of turn 0."""
    other = Button("English", SPEAK_ENGLISH) if current_language() == SPANISH else Button("español", SPEAK_SPANISH)
    choices = [Button(tr(title), payload) for title, payload in OPTIONS]
    choices.insert(LANGUAGE_KEY - 1, other)
    text = tr("How can I help?")
    return Reply((Message(text, tuple(choices), hints={"expect": "choice"}),))


def is_main_menu(reply: Reply) -> bool:
    """Whether the reply asks what the call is about: the dialogue's own list of that then gets the keys of the menu."""
    return {"/quick_pay", "/check_balance"} <= {button.payload for button in reply.buttons}


def format_with_office(template: str, coop: Coop) -> str:
    """A sentence with the office's `hours` and `phone` and the number of the `outage` line."""
    return tr(template, hours=coop.hours_text, phone=coop.office_phone_display, outage=coop.outage_phone_display)


CONNECTING = mark("One moment, I am connecting you to a person.")
NOBODY_ANSWERED = mark(
    "I am sorry, nobody could take your call. The office is open {hours}, and the number is {phone}. "
    "For an outage or danger call {outage}, day or night. We can also go on here."
)
OUT_OF_ORDER = mark(
    "I am sorry, I cannot help on this line right now. Please call our office at {phone}. It is open {hours}. "
    "For an outage or danger call {outage}, day or night."
)
READ_BACK = mark("I have {number}.")
TEXTED = mark("It went by text message to the phone ending {last4}.")
NOT_TEXTED = mark("I could not text it to you. Please call our office at {phone}.")
YES_NO_KEYS = mark("For yes, press 1. For no, press 2.")
CHOICE_KEY = mark("{choice}, press {key}.")
USE_THE_KEYPAD = mark("Let us use the keypad.")
PERSON_KEY = mark("For a person, press 0.")
MENU_HELP = mark("Say a few words, such as: pay my bill, or my power is out.")
WHAT_NEXT = mark("What would you like to do?")
WHAT_IS_IT_ABOUT = mark(
    "What is it about? Say it in a few words, such as: my usage, Auto Pay, moving out, or your office hours."
)
STAR_KEY = mark("To hear the question again, press star.")
ANYTHING_ELSE = mark("Is there anything else I can do for you?")
I_AM_LISTENING = mark("I am listening.")
STILL_THERE = mark("Are you still there? Say what you need, or press star to hear that again.")
FINAL_REPROMPT = mark("If you are done, you can just hang up. Otherwise say what you need, or press 0 for a person.")
HEARD_NOTHING = mark("I did not hear anything.")
NOT_UNDERSTOOD = mark("Sorry, I did not catch that.")
STAR_IS_NOT_A_POINT = mark("I cannot take the star key inside a number, so I did not use what you pressed.")
FILLER = mark("One moment please, I am looking that up.")
STILL_LOOKING = mark("Thank you for waiting. I am still looking.")
TRANSFER_AFTER_MISSES = mark("I am having trouble hearing you, so let me get you a person.")
GOODBYE = mark("Thank you for calling. Goodbye.")
LANGUAGE_OFFER = mark("For English, press 2.")  # said to callers in the other language
