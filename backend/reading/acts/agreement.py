"""A yes with other things beside it, where no money moves: `yes, report it. and what does it cost?`.

Whoever agrees to a read-back and asks something as well has agreed. What conditions, changes or takes back is no yes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.language import ENGLISH
from backend.reading.acts.polarity import NO, YES, polarity
from backend.reading.acts.signals import feeling_of, is_question, only_social

_ENDS = re.compile(r"(?<=[.!?;\n])\s*")
_ASKS = (
    r"(?:what|when|where|which|who|why|how|do|does|did|is|are|will|would|can|could|should|am|have|has|que|"
    r"cuanto|cuando)\b"
)
_THEN_ASKS = re.compile(
    rf"\s*,\s*(?:(?:and|y|but|pero|also|so|oh)\s+)*(?={_ASKS})|\s+(?:and|y|but|pero)\s+(?={_ASKS})", re.IGNORECASE
)
_WRITE = r"put|say|tell|note|write|mention|add|include|make sure|let them know|ponga|pongan|diga|digan|anote"  # it down
_ADDS = re.compile(
    r"\s*,?\s*\b(?:and|y|but|pero)\s+(?:please |por favor )?"
    rf"(?=(?:{_WRITE}|undo|cancel|withdraw|take back)\b)",
    re.IGNORECASE,
)
_YES_THEN_ASKS = re.compile(
    r"^((?:yes|yeah|yep|si)(?: please)?)\b[\s,]+(?:and |y )?(?=(?:what|how|who|where|why|will|do|does|is|can|"
    r"are|when(?! (?:i|my|we|she|he|they)\b))\b)",
    re.IGNORECASE,
)
_SENDS = re.compile(
    r"(?:(?:ok|okay|yes|yeah|si|s[ií]|please|por favor|just|go ahead and|then|well)\b[\s,]*)*"
    r"(?:(?:report|file|send|submit|register) (?:it|that|this)|rep[oó]rtelo|m[aá]ndelo|env[ií]elo|h[aá]galo|"
    r"rep[oó]rtala|m[aá]ndala)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^(?:and|y|but|pero|so|oh|also)\b[\s,]*", re.IGNORECASE)
_CONDITIONS = re.compile(
    r"\b(?:if|unless|instead|wait|hold on|not yet|don'?t|dont|do not|no|never|change|wrong|actually|rather|"
    r"until|except|"
    r"make it|only when|as soon as|but|pero|yes)\b",
    re.IGNORECASE,
)
_TAKES_BACK = re.compile(r"\b(?:undo|cancel|withdraw|take .* back|drop|deshaga|retire)\b", re.IGNORECASE)
_PUTS = re.compile(rf"(?:please |por favor )?(?:{_WRITE})\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Agreement:
    """What stands beside a yes: questions, facts to write down, and what is to be taken back."""

    questions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()


def agreement(text: str, read_out: str = "", language: str = ENGLISH) -> Agreement | None:
    """A yes to `read_out` with what was said beside it; None where it is none. English, or Spanish as `glossed`."""
    agreed = False
    questions, facts, undone = list[str](), list[str](), list[str]()
    for part in _parts(text):
        found = _polarity(part, read_out, language)
        if found == NO:
            return None
        if found == YES:
            agreed = True
        elif part.endswith("?") or is_question(part):
            questions.append(part)
        elif _TAKES_BACK.search(part):
            undone.append(part)
        elif _PUTS.match(part):
            facts.append(part)
        elif only_social(part) or feeling_of(part):
            continue
        elif _CONDITIONS.search(part) or _says_another_number(part, read_out):
            return None
        else:
            facts.append(part)
    return Agreement(tuple(questions), tuple(facts), tuple(undone)) if agreed else None


def _polarity(part: str, read_out: str, language: str) -> str | None:
    sends = _SENDS.match(part)
    return polarity(f"yes {part[sends.end() :]}" if sends else part, read_out, language)


def _parts(text: str) -> list[str]:
    parts = []
    plain = " ".join(text.replace("’", "'").replace("sí", "si").replace("Sí", "si").split())
    for sentence in _ENDS.split(plain):
        sentence = _YES_THEN_ASKS.sub(r"\1, ", sentence)
        for piece in _THEN_ASKS.split(sentence):
            parts += [_JOINED.sub("", half.strip()).strip(" ,.!;¿¡") for half in _ADDS.split(piece)]
    return [part for part in parts if part]


def _says_another_number(part: str, read_out: str) -> bool:
    return not set(_DIGITS.findall(part)) <= set(_DIGITS.findall(read_out))
