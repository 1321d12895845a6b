"""What a caller has heard of what was said, from where they interrupted it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backend.language import current_language
from backend.reading.acts.yes_no import YES, contains_yes, detect_yes_no
from backend.reading.spanish import english_form
from bot.channels.voice.listening.extract import CallerInput
from bot.channels.voice.relay.sentences import split_sentences
from bot.channels.voice.speaking.speech import make_speakable

MAX_HEARD_LENGTH = 600
"""Characters handed to the dialogue; the end is what was heard last."""


@dataclass
class Hearing:
    """What is being said, as sentences, and how far it was heard. `is_whole`: nothing has interrupted it."""

    sentences: tuple[str, ...] = ()
    heard: str = ""
    is_whole: bool = True
    _ends: tuple[int, ...] = field(default=(), repr=False)

    @classmethod
    def of_lines(cls, lines: tuple[str, ...]) -> Hearing:
        sentences = tuple(sentence for line in lines for sentence in split_sentences(line))
        ends, length = [], 0
        for sentence in sentences:
            length += len(_letters(make_speakable(sentence)))
            ends.append(length)
        return cls(sentences, _ends=tuple(ends))

    def interrupt(self, heard: str) -> None:
        """The carrier was heard as far as `heard`, which is all of what was said until then or the end of it."""
        self.heard = heard[-MAX_HEARD_LENGTH:]
        self.is_whole = False

    def list_unheard(self, needed: tuple[str, ...]) -> tuple[str, ...]:
        """The sentences of the lines `needed` that were not heard to their end, in order; none if nothing interrupted.

        Where the carrier does not say what was heard, or says what we did not say, nothing counts as heard.
        """
        if self.is_whole:
            return ()
        reached = self._find_reached()
        sentences = [sentence for line in needed for sentence in split_sentences(line)]
        unheard = [one for one, end in zip(self.sentences, self._ends, strict=True) if end > reached]
        return tuple(sentence for sentence in sentences if sentence in unheard)

    def _find_reached(self) -> int:
        """How many letters and digits of all that was said were heard."""
        whole, heard = _letters(" ".join(map(make_speakable, self.sentences))), _letters(self.heard)
        if not heard:
            return 0
        return len(heard) if whole.startswith(heard) else (whole.rfind(heard) + len(heard) if heard in whole else 0)


def is_yes(caller_input: CallerInput) -> bool:
    """Whether an answer says yes, if only in part."""
    if caller_input.kind != "answer":
        return False
    words = english_form(caller_input.text, current_language())
    return caller_input.payload == "/affirm" or contains_yes(words) or detect_yes_no(words) == YES


def _letters(text: str) -> str:
    """The text as it is compared: carriers change spaces, signs and capitals."""
    return re.sub(r"[\W_]+", "", text).lower()
