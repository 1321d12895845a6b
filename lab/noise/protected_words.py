"""What noise leaves alone: digits, codes, keys, pressed buttons, and a yes or a no to what was read out."""

from __future__ import annotations

import re

from lab.records import YES_WORDS

COMMANDS = frozenset(
    """all today due pay no nope agree enroll stop start help person never mind cancel more
    todo hoy cancelar persona ayuda acepto""".split()
)
"""Words that the assistant asks for by name; who copies a word copies it right."""
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
PROTECTED_WORD = re.compile(r"\S*[\d@/<>{}\[\]]\S*")
"""A word with a digit, an address or a mark of ours in it is never touched."""
NUMBER_WORD = re.compile(
    r"(?:zero|oh|double|triple|dash|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|half|cents?|dollars?|first|second|third|\w+th)",
    re.IGNORECASE,
)
"""Nor is a number in words: it stands for digits."""


def is_protected(line: str) -> bool:
    """Whether the whole line is left as it is."""
    words = {word.lower() for word in WORD.findall(line)}
    return line.startswith("<") or not words or words <= YES_WORDS | COMMANDS


def changeable_words(line: str) -> list[re.Match[str]]:
    """The words of a line that noise may change."""
    fixed = [match.span() for match in PROTECTED_WORD.finditer(line)]
    return [
        word
        for word in WORD.finditer(line)
        if not any(start <= word.start() < end for start, end in fixed)
        and word[0].lower() not in COMMANDS
        and not NUMBER_WORD.fullmatch(word[0])
    ]
