"""Collects single keys into the number they make, and joins what is said behind half of one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.language import current_language
from backend.reading.numbers.digit_groups import spoken_to_digits
from backend.reading.spanish import english_form
from bot.channels.voice.listening.extract import MAX_KEYS, NUMERIC_QUESTIONS, extract_input
from bot.dialogue.messages import Reply

COLLECTED_KEYS = MAX_KEYS + 1
"""One too many, so that a number that is too long is refused and not cut."""
_GOES_ON = re.compile(r"(?:dollars?|cents?|and|point|dot|pesos|d[oó]lares|centavos|con|y)\b", re.IGNORECASE)
"""Words that make an amount of the keys before them: "50" and "dollars"."""


@dataclass
class Keypad:
    """What has been keyed at one question. `num_digits`: the number of keys that end it, None where the pound key does.

    `aside` are words said behind the keys that are no digits: they count when nothing more is keyed.
    """

    num_digits: int | None = None
    keys: str = ""
    aside: str = ""

    def press(self, key: str) -> dict[str, str] | None:
        """The answer, in the fields of a form, when this key ends it."""
        self.keys += key.strip("#")
        self.aside = ""
        return self.take_keys() if key == "#" or self._is_full() else None

    def hear(self, words: str, reply: Reply) -> dict[str, str] | None:
        """The answer when these words, said at the question `reply`, end it."""
        if not self.keys:
            return {"SpeechResult": words}
        if reply.expects in NUMERIC_QUESTIONS:
            if digits := _read_digits(words):
                self.keys += digits
                return self.take_keys() if self._is_full() else None
            if _GOES_ON.match(words.strip()):
                return {"SpeechResult": f"{self.keys} {words.strip()}"}
        if extract_input({"SpeechResult": words}, reply).kind in ("person", "repeat"):
            return {"SpeechResult": words}
        self.aside = words
        return None

    def take_after_pause(self) -> dict[str, str]:
        """The answer after a pause: words that came last are more than half a number; empty for silence."""
        return {"SpeechResult": self.aside} if self.aside else self.take_keys()

    def take_keys(self) -> dict[str, str]:
        return {"Digits": self.keys} if self.keys else {}

    def _is_full(self) -> bool:
        return len(self.keys) >= (self.num_digits or COLLECTED_KEYS) or len(self.keys) >= COLLECTED_KEYS


def _read_digits(words: str) -> str:
    """The digits of words that are nothing but digits; empty for any others."""
    figures = spoken_to_digits(english_form(words, current_language()))
    plain = re.sub(r"[\s.,-]", "", figures)
    return plain if plain.isdecimal() and plain.isascii() else ""
