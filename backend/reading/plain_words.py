"""A text message as plain words: lower case, without accents, marks or the politeness around what is meant."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = re.compile(r"(?<=\w)['’‘`´](?=\w)")
_BREAK = re.compile(r"[.!?;,:\n\r…—–]+|\s-+\s")
_MARK = re.compile(r"[^\w\s]+")
_SPELLED = re.compile(r"(?:\b\w\b[ .\-]*){3,}")
_LONE = r"please|pls|plz|plse|okay|ok|hey|hi|hello|thanks|thank you|thank u|thx|ty|sir|maam|folks|guys|dear"
_BEFORE = re.compile(
    rf"(?:{_LONE}|just|so|and|but|well|oh|now|again|kindly|will you|would you|can you|could you|"
    r"(?:i )?(?:said|say|repeat)|i(?:m| am) asking you(?: to)?|you (?:guys )?(?:need|have) to|you must|"
    r"(?:i|we)(?: would|d)? (?:want|like|need|wish)(?: for)?(?: you| yall| this)?(?: guys)?(?: to)?|to|let me|"
    r"por favor|porfa(?:vor)?|hola|gracias|oiga|mire|bueno|(?:yo )?(?:quiero|quisiera|deseo|necesito)(?: que)?|"
    r"les? pido que|favor de|que|pueden|podrian|puede|podria)\s+"
)
_AFTER = re.compile(
    rf"\s+(?:{_LONE}|now|right now|right away|immediately|asap|at once|already|again|anymore|any more|any longer|"
    r"ever(?: again)?|forever|today|altogether|completely|permanently|for good|you|yall|damn ?it|"
    r"por favor|porfa(?:vor)?|gracias|ahora(?: mismo)?|ya|nunca(?: mas)?|jamas|inmediatamente)$"
)


def plain(text: str) -> str:
    """`¡Por favor, NO me manden más!` → `por favor, no me manden mas!`."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return _APOSTROPHES.sub("", bare).lower()


def clauses(text: str) -> list[str]:
    """The parts of a message, each in plain words; those that are nothing but politeness are left out."""
    parts = (core(part) for part in _BREAK.split(_spelled_out(plain(text))))
    return [part for part in parts if part]


def core(part: str) -> str:
    """Plain words without politeness at either end, and a word said several times over said once."""
    words = " ".join(_MARK.sub(" ", part).split())
    words = re.sub(r"\b(\w+(?: \w+)?)(?: \1\b)+", r"\1", words)
    before = None
    while before != words:
        before = words
        words = _AFTER.sub("", _BEFORE.sub("", words + " ", count=1).strip() if _BEFORE.match(words + " ") else words)
    return "" if re.fullmatch(_LONE, words) else words


def _spelled_out(text: str) -> str:
    """`s t o p` and `s.t.o.p.` → `stop`, where nothing else is written."""
    return re.sub(r"[^\w]", "", text) if _SPELLED.fullmatch(text.strip()) else text


def squeezed(word: str) -> str:
    """A word with no letter twice in a row, so that a key held too long does not hide it: `stoppp` → `stop`."""
    return re.sub(r"(\w)\1+", r"\1", word)


def near(word: str, other: str) -> bool:
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
