"""What noise does not change: digits, codes, keys, pressed buttons, and a yes or a no to a read-back."""

from __future__ import annotations

import re

from lab.records import YES_WORDS

COMMANDS = frozenset(
    """all today due pay no nope agree enroll stop start help person never mind cancel more
    todo hoy cancelar persona ayuda acepto""".split()
)
"""Words that the assistant asks for literally: members copy them right."""
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
PROTECTED_WORD = re.compile(r"\S*[\d@/<>{}\[\]]\S*")
"""Words with digits, addresses and placeholders."""
NUMBER_WORD = re.compile(
    r"(?:zero|oh|double|triple|dash|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|half|cents?|dollars?|first|second|third|\w+th)",
    re.IGNORECASE,
)
"""Numbers in words stand for digits, so they are protected too."""


def is_protected(line: str) -> bool:
    """Whether noise must not change the line at all."""
    words = {word.lower() for word in WORD.findall(line)}
    return line.startswith("<") or not words or words <= YES_WORDS | COMMANDS


def changeable_words(line: str) -> list[re.Match[str]]:
    fixed = [match.span() for match in PROTECTED_WORD.finditer(line)]
    return [
        word
        for word in WORD.finditer(line)
        if not any(start <= word.start() < end for start, end in fixed)
        and word[0].lower() not in COMMANDS
        and not NUMBER_WORD.fullmatch(word[0])
    ]
