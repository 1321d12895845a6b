"""Makes what a member sent fit to be kept and understood: cleaned, redacted, and a choice recognised as one."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.language import SPANISH
from backend.reading.language import SPEAK_ENGLISH, SPEAK_SPANISH, asks_for_a_language
from bot.dialogue.redaction.redact import kinds_in, redact, without_placeholders

MAX_TEXT = 1000
"""Longer than this is not a message but an accident; on the web it is refused outright."""

BARE_INTENT = re.compile(r"/[a-z_]{1,60}")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NUMBERED = re.compile(
    rf"[\s#(]*(?:number|option|choice|the)?\s*(\d{{1,2}}|{'|'.join(ORDINALS + CARDINALS)})(?: one)?[\s.)!]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """What goes to the engine: `text` (words, or a payload of ours) and `words`, what the member saw or wrote.

    `removed`: the kinds of number that were taken out of it. Such a message must never count as a yes.
    """

    text: str
    words: str
    removed: tuple[str, ...] = ()


def clean(text: str) -> str:
    """Compatibility forms and figures of any script made plain, character references too, control and formatting
    characters taken out, blanks at the ends gone."""
    normal = unicodedata.normalize("NFKC", html.unescape(text) if "&" in text else text)
    if normal.isascii() and normal.isprintable():
        return normal.strip()
    return "".join(_kept(character) for character in normal).strip()


def _kept(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character in "\n\t\r":
        return " "
    if (figure := unicodedata.digit(character, None)) is not None:
        return str(figure)
    if "\u4e00" <= character <= "\u9fff" and (number := unicodedata.numeric(character, 10)) < 10:
        return str(int(number))
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp"):
        return " "
    # Cs: halves of surrogate pairs, which no database takes; Cf: invisible marks, but for the joiner inside emoji
    return "" if category in ("Cc", "Cs", "Cn", "Co") or (category == "Cf" and character != "‍") else character


def fit_to_keep(text: str) -> str:
    """The text as it may be stored and logged: cleaned, and without numbers that must not be kept."""
    return redact(clean(text)).text


def fit(text: str, payload: str | None) -> tuple[str, str | None]:
    """Text and payload as they may be kept. A payload with a number that must go was none of ours: it is words."""
    if payload is None:
        return fit_to_keep(text), None
    kept = fit_to_keep(payload)
    return (kept, None) if kinds_in(kept) else (fit_to_keep(text), payload)


def as_words(stored: str) -> str:
    """What is left to be understood. A leading slash goes: commands to the engine are ours alone."""
    return without_placeholders(stored).lstrip("/\\ ").strip()


def has_words(text: str) -> bool:
    """Whether there is anything in it that could be answered."""
    return any(character.isalnum() for character in text) or any(ord(character) > 0x2000 for character in text)


def understood(
    stored: str, payload: str | None, offered: Iterable[Mapping[str, Any]], known_intents: frozenset[str]
) -> Said:
    """Recognise a pressed button, or a typed number or title of one that is on offer; else it is plain words."""
    buttons = [(str(button["title"]), str(button["payload"])) for button in offered]
    if payload is not None:
        return _pressed(payload, buttons, known_intents)
    words = as_words(stored)
    if removed := kinds_in(stored):
        return Said(words, stored, removed)
    if language := asks_for_a_language(words):
        return Said(SPEAK_SPANISH if language == SPANISH else SPEAK_ENGLISH, words)
    chosen = _typed_choice(words, buttons)
    return Said(chosen, words) if chosen else Said(words, words)


def _pressed(payload: str, buttons: list[tuple[str, str]], known_intents: frozenset[str]) -> Said:
    for title, own in buttons:
        if own == payload:
            return Said(own, title)
    if BARE_INTENT.fullmatch(payload) and payload[1:] in known_intents:
        return Said(payload, payload[1:].replace("_", " "))
    # neither offered nor a plain wish: words like any other, with nothing left that the engine would obey
    words = re.sub(r"[^\w\s.,$'-]+", " ", fit_to_keep(payload)).replace("_", " ").strip()
    return Said(words, words)


def _typed_choice(words: str, buttons: list[tuple[str, str]]) -> str | None:
    plain = _plain(words)
    for title, payload in buttons:
        if plain and plain == _plain(title):
            return payload
    number = NUMBERED.fullmatch(words)
    place = _place(number.group(1).lower()) if number else 0
    return buttons[place - 1][1] if 1 <= place <= len(buttons) else None


def _place(said: str) -> int:
    if said in ORDINALS:
        return ORDINALS.index(said) + 1
    return CARDINALS.index(said) + 1 if said in CARDINALS else int(said)


def _plain(text: str) -> str:
    return re.sub(r"[^\w$]+", " ", text.casefold()).strip()
