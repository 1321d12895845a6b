"""The text as the readers see it: one spelling for dashes, quotes and case, and where the speaker corrected himself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_TEXT_LENGTH = 1000  # characters; nobody says a number in more, and the readers stay fast on hostile input

_SPELLINGS = str.maketrans(
    {
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2018": "'",
        "\u2019": "'",
        "_": "-",
    }
)
# "twenty-five", "twentyfive"
_TENS_UNIT = re.compile(
    r"\b(twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety|ninty)-?"
    r"(?=(?:one|two|three|four|five|six|seven|eight|nine|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b)"
)
# "99999-oo1": the letter for the digit, only where it touches a digit
_LETTER_O = re.compile(r"(?<=[0-9])o+(?![a-z])|(?<![a-z])o+(?=[0-9])")

# "pay the whole damn bill"
_CURSE = re.compile(r"\b(?:(?:god)?damn(?:ed)?|darn(?:ed)?|freaking|friggin[g']?|fricking|fucking|bloody)\s+(?=[a-z])")

_CORRECTION = re.compile(
    r"\b(?:no|nope|wait|hold on|hang on|sorry|oops|whoops|i mean|i meant|meant|scratch that|strike that|my bad|"
    r"correction|actually|make (?:that|it)|change (?:that|it) to|should be|let me start over|start over|rather)\b"
)
_REASON = re.compile(r"[\s,]*\b(?:because|cause|cuz|cos|coz|bc)\b[^.;!?\n]*", re.IGNORECASE)
_PAYDAY = re.compile(r"\bpa(?:id|y ?day|y ?check)\b|\bcheck\b|\bmoney\b", re.IGNORECASE)
# "why not friday" agrees to it
_DENIAL = re.compile(
    r"(?:(?<!\bwhy )\bnot|\bisn't|\b(?:can't|cannot|can not) do|\binstead of|\brather than)"
    r"(?: the| for| on| by)?\s+\$?\s?$"
)


def clean_text(text: str) -> str:
    """Lower case, plain dashes and quotes, compatibility characters folded, no longer than LONGEST."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT_LENGTH]).lower().translate(_SPELLINGS)
    folded = _TENS_UNIT.sub(r"\1 ", " ".join(_CURSE.sub("", folded).split()))
    return _LETTER_O.sub(lambda match: "0" * len(match[0]), folded)


def find_corrections(text: str) -> list[int]:
    """Where in cleaned text the speaker takes something back: `4576 no wait 4567` → the places of `no` and `wait`."""
    return [match.start() for match in _CORRECTION.finditer(text)]


def text_after_correction(text: str) -> str:
    """What follows the last correction; empty when nothing was taken back."""
    found = list(_CORRECTION.finditer(text))
    return text[found[-1].end() :].strip(" ,.") if found else ""


def remove_reason(text: str) -> str:
    """The text without `because ...`: a day in a reason is none to pay on, but payday is."""
    return _REASON.sub(lambda found: found[0] if _PAYDAY.search(found[0]) else "", text)


def count_corrections_before(position: int, breaks: Iterable[int]) -> int:
    """How many corrections lie before a position: what comes after the last one is what was meant."""
    return sum(1 for place in breaks if place < position)


def is_value_denied(text: str, start: int) -> bool:
    """Whether the value at `start` is named only to be refused: `not 900`, `instead of 50`."""
    return bool(_DENIAL.search(text, max(0, start - 24), start))


def blank_span(text: str, start: int, end: int) -> str:
    """The text with a span overwritten, so that no other reader takes its digits. Places stay the same."""
    return text[:start] + "~" * (end - start) + text[end:]


_TIME = re.compile(r"\b[0-9]{1,2}(?::[0-9]{2})? ?(?:am|pm|a\.m\.|p\.m\.)|\b[0-9]{1,2}:[0-9]{2}\b|\bhalf past \w+")


def blank_times(text: str) -> str:
    """Cleaned text with times of day blanked: `6 am` is no day and no amount."""
    for match in list(_TIME.finditer(text)):
        text = blank_span(text, match.start(), match.end())
    return text
