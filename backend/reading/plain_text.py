"""A text message as plain words: lower case, without accents, marks or the politeness around what is meant."""

from __future__ import annotations

import re
import unicodedata

from backend.reading.spanish.translation import strip_accents

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
    rf"any longer|"
    r"ever(?: again)?|forever|today|altogether|completely|permanently|for good|you|yall|damn ?it|"
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


def fold_case(text: str) -> str:
    """Lower case, without accents, with straight apostrophes. Spaces and marks stay."""
    return strip_accents(text.lower().replace("’", "'"))


def fold(text: str) -> str:
    """The same with single spaces."""
    return " ".join(fold_case(text).split())
