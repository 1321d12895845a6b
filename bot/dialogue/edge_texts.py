"""The texts that the app itself says. Everything else a member reads comes from the engine's responses."""

from __future__ import annotations

from backend.coop import Coop
from backend.language import mark, tr
from backend.reading.hazards.hazard_signs import is_alarming
from backend.reading.spanish import to_english

EXPECTED_TEXTS = {
    "member_number": mark("your member number, such as 99999-001"),
    "last4": mark("the last four digits of the phone on the account"),
    "code": mark("the 6-digit code I sent you"),
    "amount": mark("the amount to pay, such as $50"),
    "date": mark("the day to pay, such as Friday or December 5"),
    "choice": mark("one of the choices above"),
    "confirm": mark("a yes or a no"),
    "phone": mark("a phone number with its area code"),
    "email": mark("an email address, such as ann@example.com"),
    "address": mark("a street or box with its number, and the town"),
    "time": mark("a day and a time, such as tomorrow at 10"),
}
REDACTION_NOTICES = {
    "card": (
        mark(
            "Please don't send card numbers here. I removed it and kept no copy. You can enter a card on our secure pay"
            " page."
        ),
        mark(
            "For your safety I took that card number out and did not keep it. The secure pay page is the place for it."
        ),
    ),
    "ssn": (
        mark(
            "Please don't send social security or tax numbers here. I removed it and kept no copy. I never need it in"
            " this talk."
        ),
        mark("I took that number out and did not keep it. Nobody needs your social security or tax number here."),
    ),
    "bank": (
        mark(
            "Please don't send bank account numbers here. I removed it and kept no copy. You can add a bank account on"
            " our secure pay page."
        ),
        mark(
            "For your safety I took that bank number out and did not keep it. The secure pay page is the place for it."
        ),
    ),
    "code": (
        mark(
            "Please don't send PINs or security codes here. I removed it and kept no copy. Only our secure pay page"
            " asks for a card's code."
        ),
        mark("I took that code out and did not keep it. Only the secure pay page may ask for a card's code."),
    ),
    "secret": (
        mark(
            "Please don't send passwords and the like here. I removed it and kept no copy. Nobody from our office asks"
            " you for them."
        ),
        mark("I took that out and did not keep it. A password or an answer that proves who you are is yours alone."),
    ),
    "number": (
        mark(
            "I took a long number out of your message in case it is private, and kept no copy. A card or bank account"
            " goes on our secure pay page."
        ),
        mark("That number was too long for anything I need, so I took it out and did not keep it."),
    ),
}
MEMBER_NUMBER_HINT = mark("If that was your member number, please write it with its dash, such as 99999-001.")
SPOKEN_MEMBER_NUMBER_HINT = mark("If that was your member number, please say dash before its last three digits.")
PLEASE_SEND = mark("To go on, please send {expected}.")
TOO_LONG = (
    mark("That message was too long for me to read well. Please send {expected}."),
    mark("Still too long for me, sorry. A sentence or two works best: please send {expected}."),
)
EMPTY = (
    mark("I got your message, but there were no words in it that I can read. Please send {expected}."),
    mark("I can only read words and numbers here. Please send {expected}."),
)
NOTHING_TO_SAY = (
    mark("Sorry, I have no answer to that. Try 'pay my bill', or 'person' to reach our office."),
    mark("I could not make sense of that either. Try 'pay my bill', or call our office at {office}."),
)
ANSWER_DELAYED = mark(
    "Sorry, I can't answer right now. I kept your message and will answer as soon as I can. If it can't wait, call our"
    " office at {office}."
)
VOICE_TRANSFERRING = mark("I'm sorry, I can't help on this line right now. I'll put you through to our office.")
BACK_WITH_ASSISTANT = (
    mark("You are back with the automated assistant. What can I do for you?"),
    mark("I am with you again. How can I help?"),
)
NO_PERSON_NOW = mark("All right, I no longer ask for a person.")
VOICE_NOTHING_DONE = mark("I could not do that just now. Nothing has been changed or paid for it.")
VOICE_TOO_SLOW = mark("I am sorry, that took too long.")
VOICE_OUTCOME_UNKNOWN = mark(
    "I cannot see right now what became of what you said last. Please ask our office before you pay or try again."
)
GAVE_UP = mark(
    "Sorry, I could not answer your earlier message. Please send it again, or call our office at {office}."
    " Nothing was done with it."
)
DONE_UNANSWERED = mark(
    "Sorry, I could not finish my answer to your earlier message; please do not repeat it. {told} Our office: {office}."
)
REFUSED_UNANSWERED = mark(
    "Sorry, I could not finish my answer to your earlier message. {told} Our office can help: {office}."
)
MESSAGE_NOT_KEPT = mark(
    "Sorry, something is wrong on our side and I could not take your message. Please call our office at {office}."
)
OFFICE_NOTICES = {
    "open": mark(
        "The office has your message, and a person will answer here. To come back to me, send: back to the assistant."
        " Or call {office}."
    ),
    "closed": mark(
        "The office has your message and is closed just now. People answer at {office}, {hours}. For an outage or"
        " danger call {outage}, day or night."
    ),
}
"""Once in a handoff, for a member who writes again after the office's answer."""
DANGER_ADVICE = mark("If anybody is in danger, call 911, then our outage line at {outage}.")
DEFAULT_EXPECTED = mark("what you need in a few words, such as 'pay my bill'")


def format_expected(hint: str) -> str:
    """What the open question asks for, in words that fit behind `please send`."""
    return tr(EXPECTED_TEXTS.get(hint, DEFAULT_EXPECTED))


def format_office_notice(kind: str, coop: Coop) -> str:
    """That the office has the member's message; empty for a kind of which nothing is said."""
    text = OFFICE_NOTICES.get(kind)
    phones = {"office": coop.office_phone_display, "outage": coop.outage_phone_display}
    return tr(text, hours=coop.hours_text, **phones) if text else ""


def add_danger_advice(text: str, said: str, coop: Coop) -> str:
    """Put whom to call in front of `text` if the member's words `said` report a danger."""
    advice = format_danger_advice(said, coop)
    return f"{advice} {text}" if advice else text


def format_danger_advice(said: str, coop: Coop) -> str:
    """Whom to call first, if `said` reports a danger in English or Spanish; else empty."""
    if is_alarming(said) or is_alarming(said, to_english(said)):
        return tr(DANGER_ADVICE, outage=coop.outage_phone_display)
    return ""
