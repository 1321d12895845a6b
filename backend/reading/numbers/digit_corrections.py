"""Corrects digits of a number that was read back: `not two, one`, `the last one is a 3`, `no, 002`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.reading.normalize import clean_text
from backend.reading.numbers.number_tokens import MISHEARD_DIGITS, UNITS

_FIGURES = {word: str(digit) for word, digit in {**UNITS, "oh": 0, "won": 1}.items()}
_REPEAT = re.compile(r"\b(double|triple) (\d)\b")
_RUN = r"\d(?:[ -]?\d)*"
MIN_LAST4 = 4
_IT_IS = r"(?:it'?s|it is|it should be|should be|but|that'?s|make it|instead|sino|es|son)"
_ARTICLE = r"(?:(?:an?|the|un|el|una)\s+)?"
_NOT_OLD_NEW = re.compile(
    rf"\bnot {_ARTICLE}(?P<old>{_RUN})\s*(?:[,.;]\s*(?:{_IT_IS}\s+)?|{_IT_IS}\s+){_ARTICLE}(?P<new>{_RUN})\W*"
)
_NOT_BOTH = re.compile(rf"\bnot {_ARTICLE}(?P<both>{_RUN})\W*")
_NEW_NOT_OLD = re.compile(
    rf"(?P<new>{_RUN})\s*,?\s*(?:and )?(?:not|instead of|rather than) {_ARTICLE}(?P<old>{_RUN})\W*"
)
_OLD_IS_NEW = re.compile(
    rf"(?:change )?the (?P<old>{_RUN})\s+(?:is|should be|should have been|to|es)\s+{_ARTICLE}(?P<new>{_RUN})\W*"
)
_SUFFIX = re.compile(r"\W*0[ -]?\d[ -]?\d\W*")
_END = re.compile(
    rf"(?:the )?(?:last|final) (?:(?:1|digit|number|part|3|group|of them)\s)*(?:is|are|should be) "
    rf"{_ARTICLE}(?P<new>{_RUN})\W*|"
    rf"(?:it )?ends? (?:in|with) {_ARTICLE}(?P<ending>\d[ -]?\d[ -]?\d)\W*"
)
_START = re.compile(
    rf"(?:the )?first (?:(?:1|digits?|numbers?|part|3|2|group)\s)*(?:is|are|should be) {_ARTICLE}(?P<new>{_RUN})\W*|"
    rf"(?:it )?(?:starts?|begins?) with {_ARTICLE}(?P<beginning>{_RUN})\W*"
)
_LEAD_IN = re.compile(
    r"^(?:(?:no|nope|wait|sorry|that'?s (?:wrong|not right|incorrect)|wrong|uh|um|it'?s|it is|i said|actually|well|"
    r"eso no|esta mal|está mal)\b[\s,.;!]*)+"
)


@dataclass(frozen=True)
class DigitCorrection:
    """`digits` is the number corrected; None if the words name digits of it that occur more than once."""

    digits: str | None


def correct_digits(words: str, number: str) -> DigitCorrection | None:
    """What the words correct in `number`, digits without a dash; None if they correct no digits.

    `words` are English, as `english_form` gives them. The corrected number has as many digits as before.
    """
    said = _write_figures(words)
    rest = _LEAD_IN.sub("", said)
    if rest != said and (found := _SUFFIX.fullmatch(rest)):
        return _replace_at(number, -1, _digits(found[0]))
    if found := _END.fullmatch(rest):
        return _replace_at(number, -1, _digits(found["new"] or found["ending"]))
    if found := _START.fullmatch(rest):
        return _replace_at(number, 0, _digits(found["new"] or found["beginning"]))
    for pattern in (_NOT_OLD_NEW, _OLD_IS_NEW, _NEW_NOT_OLD):
        if found := pattern.fullmatch(rest):
            return _replace_group(number, _digits(found["old"]), _digits(found["new"]))
    if found := _NOT_BOTH.fullmatch(rest):
        both = _digits(found["both"])
        half, odd = divmod(len(both), 2)
        return None if odd else _replace_group(number, both[:half], both[half:])
    return None


def _write_figures(words: str) -> str:
    """Each digit word as its figure: `not two, won` → `not 2, 1`."""
    said = re.sub(r"[a-z]+", lambda word: _FIGURES.get(word[0], word[0]), clean_text(words))
    said = re.sub(r"(?<=\d )(?:for|to|too)$", lambda word: _write_sound_alike(word[0]), said)
    said = re.sub(
        r"(?<=\bnot )(?:to|too|for|ate|won)\b|(?<=, )(?:to|too|for|ate|won)$", lambda w: _write_sound_alike(w[0]), said
    )
    return _REPEAT.sub(lambda found: found[2] * (2 if found[1] == "double" else 3), said)


def _write_sound_alike(word: str) -> str:
    return str(MISHEARD_DIGITS[word])


def _digits(run: str) -> str:
    return re.sub(r"\D", "", run)


def _replace_at(number: str, end: int, digits: str) -> DigitCorrection | None:
    if len(digits) >= MIN_LAST4:
        return None  # the last four of the phone, or another number
    kept = number[len(digits) :] if end == 0 else number[: len(number) - len(digits)]
    return DigitCorrection(digits + kept if end == 0 else kept + digits)


def _replace_group(number: str, old: str, new: str) -> DigitCorrection | None:
    if len(old) != len(new) or old not in number:
        return None
    return DigitCorrection(number.replace(old, new) if number.count(old) == 1 else None)
