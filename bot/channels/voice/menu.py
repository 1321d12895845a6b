"""What a call opens with, and the fixed sentences of the phone line. Skills bring their own words."""

from __future__ import annotations

from backend.coop import Coop
from bot.messages import Button, Message, Reply

# What most people call about. All else is said in the caller's own words: a new skill needs no line here.
CHOICES = (
    Button("pay your bill", "/quick_pay"),
    Button("hear your balance and due date", "/check_balance"),
    Button("report an outage", "/report_outage"),
    Button("hear our hours and phone numbers", "/faq_hours_contact"),
)
SPOKEN = (
    "pay my bill, my balance, what do I owe, when is my bill due, report an outage, my power is out, "
    "office hours, person, operator"
)


def opening(coop: Coop) -> str:
    """Who answers. A caller who speaks early does not interrupt it: they must know it is a machine."""
    return f"Thank you for calling {coop.name}. This is an automated assistant."


def main_menu() -> Reply:
    """The choices of the start of a call; the answer to turn 0."""
    return Reply((Message("How can I help? You can say it in your own words.", CHOICES, hints={"expect": "choice"}),))


def connecting(coop: Coop, is_open: bool) -> str:
    if is_open:
        return "One moment, I am connecting you to a person."
    return f"The office is closed right now. It is open {coop.hours_text}. I will still try to connect you."


def nobody_answered(coop: Coop) -> str:
    """After a transfer that nobody took."""
    return (
        f"I am sorry, nobody could take your call. The office is open {coop.hours_text}, "
        f"and the number is {coop.office_phone_display}. We can also go on here."
    )


def out_of_order(coop: Coop) -> str:
    """When the assistant itself cannot answer."""
    return (
        "I am sorry, I cannot look that up right now, and nothing has been changed or paid. "
        f"Please call our office at {coop.office_phone_display}. It is open {coop.hours_text}."
    )


def read_back(number: str) -> str:
    """The member number as it was understood."""
    return f"I have {number}."


def texted(last_digits: str) -> str:
    return f"{TEXTED} to the phone ending {last_digits}."


def not_texted(coop: Coop) -> str:
    return f"I could not text it to you. Please call our office at {coop.office_phone_display}."


PERSON_KEY = "For a person, press 0 at any time."
STAR_KEY = "To hear the question again, press star."
ANYTHING_ELSE = "Is there anything else I can do for you?"
STILL_THERE = "Are you still there? Say what you need, or press star to hear that again."
LAST_CALL = "If you are done, you can just hang up. Otherwise say what you need, or press 0 for a person."
TEXTED = "It went by text message"
HEARD_NOTHING = "I did not hear anything."
NOT_CAUGHT = "Sorry, I did not catch that."
STAR_IS_NOT_A_POINT = "I cannot take the star key inside a number, so I did not use what you pressed."
FILLER = "One moment please, I am looking that up."
STILL_LOOKING = "Thank you for waiting. I am still looking."
THIRD_MISS = "I am having trouble hearing you, so let me get you a person."
GOODBYE = "Thank you for calling. Goodbye."
