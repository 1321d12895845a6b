"""Brings text into the form that the readers match: case, accents, quotes, sentences, clauses.

`clean_text` is for numbers, amounts and days, `fold` and `fold_line` for patterns over words in either language,
`to_plain_text` for short texts whose marks say nothing.
"""

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
    r"\b(twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety|ninty)-?(?=(?:one|two|three|four|five|six|"
    r"seven|eight|nine|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b)"
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
    r"(?:(?<!\bwhy )\bnot|\bisn't|\b(?:can't|cannot|can not) do|\binstead of|\brather than|"
    r"\b(?:(?:dunno|do(?:n'?t| not) know)(?: anything| nothing)?|said anything) (?:about|de|of))"
    r"(?: the| for| on| by| any| an?)?\s+\$?\s?$"
)


def clean_text(text: str) -> str:
    """Lower case, plain dashes and quotes, compatibility characters folded, no longer than MAX_TEXT_LENGTH."""
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
    """Whether the value at `start` is named only to be refused: `not 900`, `I don't know about 50`."""
    return bool(_DENIAL.search(text, max(0, start - 24), start))


def blank_span(text: str, start: int, end: int) -> str:
    """The text with a span overwritten, so that no other reader takes its digits. Places stay the same."""
    return text[:start] + "~" * (end - start) + text[end:]


_TIME = re.compile(r"\b[0-9]{1,2}(?::[0-9]{2})? ?(?:am|pm|a\.m\.|p\.m\.)|\b[0-9]{1,2}:[0-9]{2}\b|\bhalf past \w+")


def blank_matches(pattern: re.Pattern[str], text: str) -> str:
    """The text with everything that the pattern finds overwritten, as by `blank_span`."""
    return pattern.sub(lambda match: "~" * len(match[0]), text)


def blank_times(text: str) -> str:
    """Cleaned text with times of day blanked: `6 am` is no day and no amount."""
    return blank_matches(_TIME, text)


def strip_accents(text: str) -> str:
    """`mañana, sí` as `manana, si`. Inverted marks go: they are at the start, where no rule wants them."""
    if text.isascii():
        return text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return bare.replace("¿", "").replace("¡", "")


def fold(text: str) -> str:
    """Lower case, without accents, with straight apostrophes; line breaks and runs of spaces stay."""
    return strip_accents(text.lower().replace("’", "'"))


def fold_line(text: str) -> str:
    """As `fold`, with each run of white space as one space."""
    return " ".join(fold(text).split())


SENTENCE_BREAK = r"(?<=[.!?;])\s+"
"""What parts sentences, for readers that part at more than these; each sentence keeps its mark."""
TIGHT_SENTENCE_BREAK = r"(?<=[.!?;\n])\s*"
"""As `SENTENCE_BREAK`, also where the space behind the mark was left out, and at line breaks."""
_SENTENCE_BREAK = re.compile(SENTENCE_BREAK)


def split_sentences(text: str) -> list[str]:
    """The sentences in their order, each with its mark; a semicolon ends one, too."""
    return _SENTENCE_BREAK.split(text)


_APOSTROPHES = re.compile(r"(?<=\w)['’‘`´](?=\w)")
_CLAUSE_BREAK = re.compile(r"[.!?;,:\n\r…—–]+|\s-+\s")
_MARK = re.compile(r"[^\w\s]+")
_SPELLED_OUT = re.compile(r"(?:\b\w\b[ .\-]*){3,}")
_POLITE_WORDS = r"please|pls|plz|plse|okay|ok|hey|hi|hello|thanks|thank you|thank u|thx|ty|sir|maam|folks|guys|dear"
_POLITE_START = re.compile(
    rf"(?:{_POLITE_WORDS}|just|so|and|but|well|oh|now|again|kindly|will you|would you|can you|could you|"
    r"(?:i )?(?:said|say|repeat)|i(?:m| am) asking you(?: to)?|you (?:guys )?(?:need|have) to|you must|"
    r"(?:i|we)(?: would|d)? (?:want|like|need|wish)(?: for)?(?: you| yall| this)?(?: guys)?(?: to)?|to|let me|"
    r"por favor|porfa(?:vor)?|hola|gracias|oiga|mire|bueno|(?:yo )?(?:quiero|quisiera|deseo|necesito)(?: que)?|"
    r"les? pido que|favor de|que|pueden|podrian|puede|podria)\s+"
)
_POLITE_END = re.compile(
    rf"\s+(?:{_POLITE_WORDS}|now|right now|right away|immediately|asap|at once|already|again|anymore|any more|"
    rf"any longer|ever(?: again)?|forever|today|altogether|completely|permanently|for good|you|yall|damn ?it|"
    r"por favor|porfa(?:vor)?|gracias|ahora(?: mismo)?|ya|nunca(?: mas)?|jamas|inmediatamente)$"
)


def to_plain_text(text: str) -> str:
    """`¡Por favor, NO me manden más!` → `por favor, no me manden mas!`."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return _APOSTROPHES.sub("", bare).lower()


def split_plain_clauses(text: str) -> list[str]:
    """The parts of a message, each in plain words; those that are nothing but politeness are left out."""
    parts = (strip_politeness(part) for part in _CLAUSE_BREAK.split(_join_spelled_letters(to_plain_text(text))))
    return [part for part in parts if part]


def strip_politeness(part: str) -> str:
    """Plain words without politeness at either end, and a word said several times over said once."""
    words = " ".join(_MARK.sub(" ", part).split())
    words = re.sub(r"\b(\w+(?: \w+)?)(?: \1\b)+", r"\1", words)
    before = None
    while before != words:
        before = words
        words = _POLITE_END.sub(
            "", _POLITE_START.sub("", words + " ", count=1).strip() if _POLITE_START.match(words + " ") else words
        )
    return "" if re.fullmatch(_POLITE_WORDS, words) else words


def _join_spelled_letters(text: str) -> str:
    """`s t o p` and `s.t.o.p.` → `stop`, where nothing else is written."""
    return re.sub(r"[^\w]", "", text) if _SPELLED_OUT.fullmatch(text.strip()) else text


def collapse_repeats(word: str) -> str:
    """A word with no letter twice in a row, so that a key held too long does not hide it: `stoppp` → `stop`."""
    return re.sub(r"(\w)\1+", r"\1", word)


def is_one_slip_apart(word: str, other: str) -> bool:
    """Whether one slip of a finger lies between two words: a letter more, less, wrong, or two in the wrong order."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return word == other
    start = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    rest, target = word[start:], other[start:]
    return (
        rest[1:] == target[1:]
        or rest[1:] == target
        or rest == target[1:]
        or (rest[:2] == target[1::-1] and rest[2:] == target[2:])
    )
