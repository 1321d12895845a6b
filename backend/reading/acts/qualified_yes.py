"""Reads a yes with other things beside it, where no money moves: `yes, report it. and what does it cost?`.

Whoever agrees to a read-back and asks something as well has agreed. What conditions, changes or takes back is no yes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.language import ENGLISH
from backend.reading.acts.signals import detect_feeling, is_question, is_small_talk
from backend.reading.acts.yes_no import NO, YES, contains_yes, detect_yes_no
from backend.reading.normalize import TIGHT_SENTENCE_BREAK

_SENTENCE_END = re.compile(TIGHT_SENTENCE_BREAK)
_QUESTION_START = (
    r"(?:what|when|where|which|who|why|how|do|does|did|is|are|will|would|can|could|should|am|have|has|que|"
    r"cuanto|cuando)\b"
)
_BEFORE_QUESTION = re.compile(
    rf"\s*,\s*(?:(?:and|y|but|pero|also|so|oh)\s+)*(?={_QUESTION_START})|\s+(?:and|y|but|pero)\s+(?={_QUESTION_START})",
    re.IGNORECASE,
)
_WRITE_VERBS = (
    r"put|say|tell|note|write|mention|add|include|make sure|let them know|ponga|pongan|diga|digan|anote"  # it down
)
_BEFORE_FACT = re.compile(
    rf"\s*,?\s*\b(?:and|y|but|pero)\s+(?:please |por favor )?(?=(?:{_WRITE_VERBS}|undo|cancel|withdraw|take back)\b)",
    re.IGNORECASE,
)
_YES_THEN_ASKS = re.compile(
    r"^((?:yes|yeah|yep|si)(?: please)?)\b[\s,]+(?:and |y )?(?=(?:what|how|who|where|why|will|do|does|is|can|"
    r"are|when(?! (?:i|my|we|she|he|they)\b))\b)",
    re.IGNORECASE,
)
_SENDS_REPORT = re.compile(
    r"(?:(?:ok|okay|yes|yeah|s[ií]|please|por favor|just|go ahead and|then|well)\b[\s,]*)*(?:(?:report|file|"
    r"send|submit|register) (?:it|that|this)|rep[oó]rtelo|m[aá]ndelo|env[ií]elo|h[aá]galo|rep[oó]rtala|"
    r"m[aá]ndala)\b",
    re.IGNORECASE,
)
_LEADING_CONJUNCTION = re.compile(r"^(?:and|y|but|pero|so|oh|also)\b[\s,]*", re.IGNORECASE)
_CONDITIONS = re.compile(
    r"\b(?:if|unless|instead|wait|hold on|not yet|don'?t|dont|do not|no|never|change|wrong|actually|rather|"
    r"until|except|make it|only when|as soon as|but|pero|yes)\b",
    re.IGNORECASE,
)
_RETRACTS = re.compile(r"\b(?:undo|cancel|withdraw|take .* back|drop|deshaga|retire)\b", re.IGNORECASE)
_ASKS_TO_WRITE = re.compile(rf"(?:please |por favor )?(?:{_WRITE_VERBS})\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_YES_WORD = re.compile(r"\b(?:yes|si)\b")
_LONG_NUMBER = re.compile(r"\d{4}")  # "ok, is 99999-001" tells a number and asks nothing


@dataclass(frozen=True)
class QualifiedYes:
    """What is said beside a yes: questions, facts to write down, and what is to be taken back."""

    questions: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    retractions: tuple[str, ...] = ()


def parse_qualified_yes(text: str, read_out: str = "", language: str = ENGLISH) -> QualifiedYes | None:
    """A yes to `read_out` with what was said beside it; None for all else. English, or Spanish from `to_english`."""
    agreed = False
    read_out_numbers = set(_DIGITS.findall(read_out))
    questions, facts, undone = list[str](), list[str](), list[str]()
    for part in _split_parts(text):
        sends = _SENDS_REPORT.match(part)  # "report it" says yes
        found = detect_yes_no(f"yes {part[sends.end() :]}" if sends else part, read_out, language)
        if found == NO:
            return None
        if found == YES:
            agreed = True
        elif part.endswith("?") or (is_question(part) and not _LONG_NUMBER.search(part)):
            questions.append(part)
        elif _RETRACTS.search(part):
            undone.append(part)
        elif _ASKS_TO_WRITE.match(part):
            facts.append(part)
        elif is_small_talk(part) or detect_feeling(part):
            continue
        elif _CONDITIONS.search(part) or not set(_DIGITS.findall(part)) <= read_out_numbers:
            return None
        else:
            facts.append(part)
    return QualifiedYes(tuple(questions), tuple(facts), tuple(undone)) if agreed else None


def accepts_offer(text: str) -> bool:
    """Whether a yes stands anywhere in it, and nothing that conditions, refuses or asks: `Yes, Auto Pay, I would like`.

    Enough for an offer, since the task that it opens reads back before it does anything.
    """
    plain = text.strip().lower()
    return contains_yes(plain) and not (
        "?" in plain or _CONDITIONS.search(_YES_WORD.sub("", plain)) or is_question(plain)
    )


def _split_parts(text: str) -> list[str]:
    parts = []
    plain = " ".join(text.replace("’", "'").replace("sí", "si").replace("Sí", "si").split())
    for sentence in _SENTENCE_END.split(plain):
        sentence = _YES_THEN_ASKS.sub(r"\1, ", sentence)
        for piece in _BEFORE_QUESTION.split(sentence):
            parts += [_LEADING_CONJUNCTION.sub("", half.strip()).strip(" ,.!;¿¡") for half in _BEFORE_FACT.split(piece)]
    return [part for part in parts if part]
