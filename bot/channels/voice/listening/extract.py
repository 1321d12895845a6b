"""Reads what a caller said or pressed from Twilio's form, given the open question. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backend.language import current_language, tr
from backend.reading.numbers.menu_number import read_menu_number
from backend.reading.numbers.recognized_digits import restore_digits
from backend.reading.spanish import english_form
from bot.channels.voice.listening.options import list_choices
from bot.channels.voice.speaking import menu
from bot.channels.voice.speaking.speech import make_speakable
from bot.dialogue.messages import Button, Reply
from bot.dialogue.turn import HUMAN_PAYLOAD

MIN_CONFIDENCE = 0.4
MAX_KEYS = 32
MAX_SPEECH_LENGTH = 1000
NUMERIC_QUESTIONS = ("member_number", "identity", "last4", "code", "amount", "date", "number")
_AGENT_PHRASE = re.compile(
    r"(?:(?:a|an|the|live|real|please|zero|0|person|operator|agent|human|representative|someone|talk|speak|to|with|i|want|need"
    r"|would|like|get|me|give|press|pressed|push|hit|dial|key|number)\s*)+",
)
_AGENT_WORD = re.compile(r"\b(?:zero|0|person|operator|agent|human|representative)\b")
_PRESS = re.compile(r"(?:i )?(?:press|pressed|push|hit)\b")
_REPEAT = re.compile(r"(?:please )?(?:repeat(?: that| it)?|say (?:that|it) again|star)(?: please)?")

MAX_DIGITS_OF_SPOKEN_DOLLARS = 3
"""More figures without a mark may be dollars and cents: `5025` of `fifty twenty five`."""
RESTARTABLE_QUESTIONS = ("member_number", "identity", "last4", "code")
"""Where a star among the keys starts the number over; inside an amount it would be taken for a decimal point."""

InputKind = Literal["silence", "no_match", "star_inside", "restart", "repeat", "person", "something_else", "answer"]


@dataclass(frozen=True)
class CallerInput:
    """`text` and `payload` are for the dialogue, and only with `answer` and `person`."""

    kind: InputKind
    text: str = ""
    payload: str | None = None


def extract_input(form: Mapping[str, str], reply: Reply) -> CallerInput:
    """Read the answer to the question `reply`. Keys win over speech, as they do in <Gather>."""
    if keys := form.get("Digits", "").strip():
        return _extract_keys(keys, reply)
    return _extract_speech(form.get("SpeechResult", ""), form.get("Confidence", ""), reply)


def _extract_keys(keys: str, reply: Reply) -> CallerInput:
    if len(keys) > MAX_KEYS or not re.fullmatch(r"[0-9*#]+", keys):
        return CallerInput("no_match")
    if keys == "0":
        return CallerInput("person", tr("a person"), HUMAN_PAYLOAD)
    if keys == "*":
        return CallerInput("repeat")
    if reply.expects in RESTARTABLE_QUESTIONS:
        keys = keys.rpartition("*")[2]  # the star starts the number over
        if not keys.strip("#"):
            return CallerInput("restart")
    digits = keys.strip("#")
    if "*" in digits or "#" in digits:
        return CallerInput("star_inside")  # not taken for a decimal point: $50*25 must not become another amount
    if not digits:
        return CallerInput("silence")
    # where nothing is asked, the keys of the main menu go on working
    is_menu_key = len(digits) == 1 and not reply.expects and not reply.buttons
    choices = list_choices(menu.build_main_menu() if is_menu_key else reply)
    if not choices and reply.expects == "confirm":
        choices = (Button(tr("yes"), "/affirm"), Button(tr("no"), "/deny"))
    if choices:
        return _extract_choice(int(digits), choices)
    if reply.expects == "date" and len(digits) in (4, 6, 8):
        # 0615 is June 15, with two or four more digits for the year
        digits = "/".join(part for part in (digits[:2], digits[2:4], digits[4:]) if part)
    if reply.expects == "amount" and len(digits) > MAX_DIGITS_OF_SPOKEN_DOLLARS:
        return CallerInput(
            "answer", tr("{number} dollars", number=digits)
        )  # keys are whole dollars, spoken figures not
    return CallerInput("answer", digits)


def _extract_choice(key: int, choices: tuple[Button, ...]) -> CallerInput:
    if not 1 <= key <= len(choices):
        return CallerInput("no_match")
    button = choices[key - 1]
    if button.payload == menu.SOMETHING_ELSE:
        return CallerInput("something_else")
    # a plain intent keeps its payload; any other goes by its title, which makes sense even if no longer offered
    is_plain_intent = re.fullmatch(r"/[a-z_]+", button.payload)
    return CallerInput("answer", button.title, button.payload if is_plain_intent else None)


def _extract_speech(said: str, confidence: str, reply: Reply) -> CallerInput:
    words = " ".join(said.split())[:MAX_SPEECH_LENGTH]
    if not words:
        return CallerInput("silence")
    if not any(letter.isalnum() for letter in words) or _is_low_confidence(confidence):
        return CallerInput("no_match")
    if (spoken_key := _extract_spoken_key(words, reply)) is not None:
        return spoken_key
    if (titled := _extract_title(words, reply)) is not None:
        return titled
    english = english_form(words, current_language())
    plain = re.sub(r"[^\w\s]", "", english).lower()
    # "zero" asks for a person, as the key does, except where it may be a digit of the answer
    may_be_digit = re.search(r"zero|0", plain) and not _PRESS.match(plain) and reply.expects in NUMERIC_QUESTIONS
    if _AGENT_WORD.search(plain) and _AGENT_PHRASE.fullmatch(plain) and not may_be_digit:
        return CallerInput("person", words, HUMAN_PAYLOAD)
    if _REPEAT.fullmatch(plain):
        return CallerInput("repeat")
    return CallerInput("answer", restore_digits(words, reply.expects))


def _extract_spoken_key(words: str, reply: Reply) -> CallerInput | None:
    """The key that is said at a menu, a list or a yes-or-no question, `press one`; None for anything else."""
    is_yes_no = reply.expects == "confirm"  # also with buttons of its own: the first of them is the yes
    if not is_yes_no and not list_choices(reply):
        return None
    key = read_menu_number(words, ordinals=reply.expects != "date", is_yes_no=is_yes_no)
    return _extract_keys(str(key), reply) if key is not None else None


def _extract_title(words: str, reply: Reply) -> CallerInput | None:
    """The choice whose title is said as it was offered: recognizers end "what is saved on your account" with a `?`."""
    said = _bare_words(words)
    choices = () if reply.expects == "confirm" else list_choices(reply)
    for key, button in enumerate(choices, start=1):
        if said in (_bare_words(button.title), _bare_words(make_speakable(button.title))):
            return _extract_choice(key, choices)
    return None


def _bare_words(text: str) -> str:
    """Letters and digits in lower case, with nothing between them: `Visa ending 4 2 4 2` is `visaending4242`."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _is_low_confidence(confidence: str) -> bool:
    """Twilio's confidence is 0 to 1; a speech model that gives none is trusted."""
    try:
        return 0 < float(confidence) < MIN_CONFIDENCE
    except ValueError:
        return False
