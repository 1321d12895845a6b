"""How a simulated member phrases things: amounts, numbers, small talk, helplessness, secrets."""

from __future__ import annotations

from random import Random

from bot.channels.voice.speaking.speech import spell_amount
from lab.noise.asr import DIGITS
from lab.records import format_money
from lab.simulation.personas import CHATTY, TERSE

OPENERS = ("hi there, ", "well, ", "ok so ", "good evening, ", "thanks, ", "let me see, ", "oh sure, ")
CLOSERS = (", thank you", " thanks so much", ", if you would", " please and thank you", ", dear")
LOST_LINES = (
    "i don't understand", "what do you mean", "i'm not sure what you are asking", "huh", "what can you do",
    "where do i find my member number", "can you say that again",
)  # fmt: skip
SIDE_QUESTIONS = ("what are your hours", "is there a fee", "when is my bill due", "what's the office phone number")
HURRIED_OPENERS = ("come on, ", "i don't have all day, ", "just ", "hurry up, ")
PERSON_LINES = {
    "sms": ("PERSON", "let me talk to a person", "i want a human"),
    "web": ("let me talk to a person", "can i talk to someone", "human please"),
    "voice": ("<0>", "operator", "i want to talk to a person"),
}
CARD_LINE = "my card number is {card}"
SSN_LINE = "my social security number is {social}"


def add_small_talk(line: str, rng: Random) -> str:
    return rng.choice(OPENERS) + line + (rng.choice(CLOSERS) if rng.random() < 0.5 else "")


def format_amount(cents: int, channel: str, manner: str, rng: Random) -> str:
    """An amount as it is typed or said."""
    dollars, rest = divmod(cents, 100)
    if channel == "voice":
        return spell_amount(cents)
    typed = f"{dollars}" if rest == 0 else f"{dollars}.{rest:02}"
    return typed if manner == TERSE or rng.random() < 0.5 else format_money(cents)


def format_member_number(dashed: str, channel: str, manner: str, rng: Random) -> str:
    """A member number: typed with its dash or without, keyed, or said digit by digit."""
    digits = dashed.replace("-", "")
    if channel == "voice":
        spoken = " ".join("dash" if c == "-" else DIGITS[int(c)] for c in dashed)
        return rng.choice((f"<{digits}#>", f"<{digits}#>", spoken, " ".join(digits)))
    bare = rng.choice((dashed, digits, dashed.replace("-", " ")))
    return f"it's {dashed}" if manner == CHATTY else bare


def format_digits(text: str, channel: str, rng: Random) -> str:
    """The last four digits or a code, as they are typed, keyed or said."""
    if channel == "voice":
        return rng.choice((f"<{text}>", " ".join(DIGITS[int(c)] for c in text), " ".join(text)))
    return text


def make_card_number(index: int) -> str:
    """A card number with a valid check digit that only this member sends, and that belongs to nobody."""
    body = f"400000{index % 10**9:09d}"
    doubled = [int(c) * (2 if place % 2 == 0 else 1) for place, c in enumerate(body)]
    total = sum(digit - 9 if digit > 9 else digit for digit in doubled)
    whole = body + str(-total % 10)
    return " ".join(whole[place : place + 4] for place in range(0, 16, 4))


def make_ssn(index: int) -> str:
    return f"{512 + index % 50}-{10 + index % 89}-{1000 + index % 8999}"
