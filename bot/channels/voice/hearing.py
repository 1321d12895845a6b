"""What a caller's turn means, read from Twilio's form and the question that was open. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backend.language import SPANISH, current, tr
from backend.reading.spanish import glossed
from bot.channels.voice.saying import choices_of
from bot.dialogue.messages import Button, Reply

PERSON = "/speak_to_human"
LEAST_CONFIDENCE = 0.4
MOST_KEYS = 32
MOST_SPEECH = 1000
NUMBERS = ("member_number", "identity", "last4", "code", "amount", "date", "number")
_PERSON_WORDS = re.compile(
    r"(?:(?:a|an|the|live|real|please|zero|0|person|operator|agent|human|representative|someone|talk|speak|to|with|i|want|need"
    r"|would|like|get|me|give)\s*)+",
)
_PERSON_CORE = re.compile(r"\b(?:zero|0|person|operator|agent|human|representative)\b")
_REPEAT = re.compile(r"(?:please )?(?:repeat(?: that| it)?|say (?:that|it) again|star)(?: please)?")

Kind = Literal["silence", "no_match", "star_inside", "repeat", "person", "answer"]


@dataclass(frozen=True)
class Heard:
    """`text` and `payload` are for the dialogue, and only with `answer` and `person`."""

    kind: Kind
    text: str = ""
    payload: str | None = None


def heard(form: Mapping[str, str], reply: Reply) -> Heard:
    """What came in on the question `reply`. Keys win over speech, as they do in <Gather>."""
    keys = form.get("Digits", "").strip()
    if keys:
        return _keys(keys, reply)
    return _speech(form.get("SpeechResult", ""), form.get("Confidence", ""), reply)


def _keys(keys: str, reply: Reply) -> Heard:
    if len(keys) > MOST_KEYS or not re.fullmatch(r"[0-9*#]+", keys):
        return Heard("no_match")
    if keys == "0":
        return Heard("person", tr("a person"), PERSON)
    if keys == "*":
        return Heard("repeat")
    digits = keys.strip("#")
    if "*" in digits or "#" in digits:
        return Heard("star_inside")  # never a decimal point: $50*25 must not become some other amount
    return _digits(digits, reply) if digits else Heard("silence")


def _digits(digits: str, reply: Reply) -> Heard:
    choices = choices_of(reply) or (_yes_no() if reply.expects == "confirm" else ())
    if choices:
        key = int(digits)
        chosen = choices[key - 1] if 1 <= key <= len(choices) else None
        return _chosen(chosen) if chosen else Heard("no_match")
    return Heard("answer", _as_date(digits) if reply.expects == "date" else digits)


def _yes_no() -> tuple[Button, ...]:
    return Button(tr("yes"), "/affirm"), Button(tr("no"), "/deny")


def _chosen(button: Button) -> Heard:
    """A plain wish by its name; any other choice by its title, which means the same while it is on offer.

    If it is no longer on offer its words still make sense, and a payload would not.
    """
    plain = re.fullmatch(r"/[a-z_]+", button.payload)
    return Heard("answer", button.title, button.payload if plain else None)


def _as_date(digits: str) -> str:
    """Keys 0615 are June 15, with two or four more digits for the year."""
    if len(digits) not in (4, 6, 8):
        return digits
    return "/".join(part for part in (digits[:2], digits[2:4], digits[4:]) if part)


def _speech(said: str, confidence: str, reply: Reply) -> Heard:
    words = " ".join(said.split())[:MOST_SPEECH]
    if not words:
        return Heard("silence")
    if not any(letter.isalnum() for letter in words) or _unsure(confidence):
        return Heard("no_match")
    told = glossed(words) if current() == SPANISH else words
    plain = re.sub(r"[^\w\s]", "", told).lower()
    if _PERSON_CORE.search(plain) and _PERSON_WORDS.fullmatch(plain) and not _zero_is_a_digit(plain, reply):
        return Heard("person", words, PERSON)
    if _REPEAT.fullmatch(plain):
        return Heard("repeat")
    return Heard("answer", words)


def _zero_is_a_digit(plain: str, reply: Reply) -> bool:
    return ("zero" in plain or "0" in plain) and reply.expects in NUMBERS


def _unsure(confidence: str) -> bool:
    """Twilio's 0 to 1. A model that gives none is believed."""
    try:
        return 0 < float(confidence) < LEAST_CONFIDENCE
    except ValueError:
        return False
