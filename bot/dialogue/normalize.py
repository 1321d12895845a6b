"""Prepares what a member sent: cleans the text, redacts it, and recognizes a choice."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.language import SPANISH
from backend.reading.language import SPEAK_ENGLISH, SPEAK_SPANISH, detect_language_request
from bot.dialogue.redaction.expected_numbers import RedactionContext
from bot.dialogue.redaction.redact import list_removed_kinds, redact, remove_placeholders

MAX_TEXT_LENGTH = 1000
"""Characters. A longer text is an accident; the web chat refuses it outright."""

BY_OFFICE = RedactionContext(by_office=True)
INTENT_PAYLOAD = re.compile(r"/[a-z_]{1,60}")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
POSITIONS = {word: position for words in (ORDINALS, CARDINALS) for position, word in enumerate(words, start=1)}
NUMBERED_CHOICE = re.compile(
    rf"[\s#(]*(?:number|option|choice|the)?\s*(\d{{1,2}}|{'|'.join(POSITIONS)})(?: one)?[\s.)!]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NormalizedMessage:
    """`text` goes to the engine (words, or a payload of ours); `member_text` is what the member saw or wrote.

    `removed_kinds`: what was redacted. Such a message must never count as a yes.
    """

    text: str
    member_text: str
    removed_kinds: tuple[str, ...] = ()


def clean_text(text: str) -> str:
    """Normalize a text (NFKC): plain digits of any script, no character references, no control or format characters."""
    normal = unicodedata.normalize("NFKC", html.unescape(text) if "&" in text else text)
    if normal.isascii() and normal.isprintable():
        return normal.strip()
    return "".join(_clean_character(character) for character in normal).strip()


def _clean_character(character: str) -> str:
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
    # Cs: half surrogate pairs, which no database takes; Cf: invisible marks, except the joiner inside emoji
    return "" if category in ("Cc", "Cs", "Cn", "Co") or (category == "Cf" and character != "‍") else character


def clean_and_redact(text: str) -> str:
    """The text as it may be stored and logged."""
    return redact(clean_text(text)).text


def redact_office_words(text: str) -> str:
    """What a clerk typed, as it may be stored, logged and sent."""
    return redact(clean_text(text), BY_OFFICE).text


def take_out_secrets(text: str) -> tuple[str, tuple[str, ...]]:
    """What a clerk typed without what must not be kept, and the kinds of that; the text itself where it has none."""
    cleaned = clean_text(text)
    stored = redact(cleaned, BY_OFFICE).text
    return (text, ()) if stored == cleaned else (remove_placeholders(stored), list_removed_kinds(stored))


def extract_words(stored: str) -> str:
    """The words for the engine. A leading slash is removed: a member must not send Rasa a command."""
    return remove_placeholders(stored).lstrip("/\\ ").strip()


def has_readable_text(text: str) -> bool:
    """Whether the text has a letter, a digit or an emoji."""
    return any(character.isalnum() or ord(character) > 0x2000 for character in text)


def interpret_message(
    stored: str, payload: str | None, offered: Iterable[Mapping[str, Any]], known_intents: frozenset[str]
) -> NormalizedMessage:
    """Recognize a pressed button, or the typed number or title of an offered one; anything else is words."""
    buttons = [(str(button["title"]), str(button["payload"])) for button in offered]
    if payload is not None:
        return _interpret_payload(payload, buttons, known_intents)
    words = extract_words(stored)
    if removed := list_removed_kinds(stored):
        return NormalizedMessage(words, stored, removed)
    if language := detect_language_request(words):
        return NormalizedMessage(SPEAK_SPANISH if language == SPANISH else SPEAK_ENGLISH, words)
    chosen = _match_typed_choice(words, buttons)
    return NormalizedMessage(chosen, words) if chosen else NormalizedMessage(words, words)


def _interpret_payload(
    payload: str, buttons: list[tuple[str, str]], known_intents: frozenset[str]
) -> NormalizedMessage:
    for title, offered in buttons:
        if offered == payload:
            return NormalizedMessage(payload, title)
    if INTENT_PAYLOAD.fullmatch(payload) and payload[1:] in known_intents:
        return NormalizedMessage(payload, payload[1:].replace("_", " "))
    # neither offered nor a known intent: plain words, without the characters that Rasa reads as a command
    words = re.sub(r"[^\w\s.,$'-]+", " ", clean_and_redact(payload)).replace("_", " ").strip()
    return NormalizedMessage(words, words)


def _match_typed_choice(words: str, buttons: list[tuple[str, str]]) -> str | None:
    plain = _normalize_title(words)
    for title, payload in buttons:
        if plain and plain == _normalize_title(title):
            return payload
    if (choice := NUMBERED_CHOICE.fullmatch(words)) is None:
        return None
    number = choice[1].lower()
    position = POSITIONS[number] if number in POSITIONS else int(number)
    return buttons[position - 1][1] if 1 <= position <= len(buttons) else None


def _normalize_title(text: str) -> str:
    return re.sub(r"[^\w$]+", " ", text.casefold()).strip()
