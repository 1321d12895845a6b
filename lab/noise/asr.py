"""Errors of a speech recognizer: words that sound alike, small words lost, digits as words, "oh" for zero."""

from __future__ import annotations

import re
from random import Random

from lab.noise.protected_words import is_protected

ERROR_RATE = 0.35
"""Of the places where a slip of that kind is possible."""
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DROPPED_MARKS = re.compile(r"[?!.,;:](?=\s|$)")  # a recognizer gives few punctuation marks
SOUNDS_LIKE = (
    (r"\bpayment\b", "pay mint"),
    (r"\bautopay\b", "auto pay"),
    (r"\bauto pay\b", "otto pay"),
    (r"\bbill\b", "bills"),
    (r"\bmy\b", "mi"),
    (r"\bowe\b", "oh"),
    (r"\bhours\b", "ours"),
    (r"\bthere\b", "their"),
    (r"\bmeter\b", "meeter"),
    (r"\bpaperless\b", "paper less"),
    (r"\bpassword\b", "pass word"),
    (r"\busage\b", "use age"),
    (r"\bemail\b", "e mail"),
    (r"\bdue\b", "do"),
    (r"\bwant to\b", "wanna"),
    (r"\bgoing to\b", "gonna"),
)
SOUNDS_LIKE_NUMBER = ((r"\bfor\b", "four"), (r"\bto\b", "two"), (r"\btoo\b", "two"), (r"\bwon\b", "one"))
"""Only in a line without a number: next to one they would change it."""
SMALL_WORDS = re.compile(r"\b(?:a|an|the|please|just)\s+", re.IGNORECASE)
AMOUNT = re.compile(r"\$?\d[\d,]*(?:\.\d+)?|\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
NUMBER_WORD = re.compile(
    r"\b(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|hundred|thousand|dollars?|first|second|third|\w+th|today|tomorrow|\w+day)\b",
    re.IGNORECASE,
)


def add_asr_errors(line: str, rng: Random) -> str:
    """The line as a speech recognizer may give it; unchanged where an error would not be fair."""
    if line.startswith("<"):
        return line
    if re.fullmatch(r"[\d\s-]+", line):
        return _spell_digits(line, rng)
    if is_protected(line) or "@" in line:
        return line
    said = DROPPED_MARKS.sub("", line)
    said = SMALL_WORDS.sub(lambda found: "" if rng.random() < ERROR_RATE else found[0], said)
    pairs = SOUNDS_LIKE if AMOUNT.search(said) or NUMBER_WORD.search(said) else SOUNDS_LIKE + SOUNDS_LIKE_NUMBER
    slips = 0
    for pattern, replacement in rng.sample(pairs, len(pairs)):
        if slips < 2 and re.search(pattern, said, re.IGNORECASE) and rng.random() < ERROR_RATE:
            said = re.sub(pattern, replacement, said, count=1, flags=re.IGNORECASE)
            slips += 1
    return said.strip() or line


def _spell_digits(line: str, rng: Random) -> str:
    """A number said digit by digit: in words or digits, with spaces between, and "oh" for some zeros."""
    words = rng.random() < 0.6
    said = []
    for character in line:
        if character == "-":
            said += ["dash"] if rng.random() < 0.5 else []
        elif character.isdigit():
            zero = rng.choice(("zero", "oh")) if character == "0" else DIGITS[int(character)]
            said.append(zero if words else character)
    return " ".join(said)
