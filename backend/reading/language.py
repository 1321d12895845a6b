"""In which language a message is: English or Spanish. Members change in mid-talk; short answers are of no language."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from backend.language import ENGLISH, SPANISH
from backend.reading.danger import crisis_in, danger_in
from backend.reading.spanish.gloss import glossed, without_accents

SPEAK_SPANISH, SPEAK_ENGLISH = "/speak_spanish", "/speak_english"
BUTTONS = {SPEAK_SPANISH: SPANISH, SPEAK_ENGLISH: ENGLISH}

WORDS = Path(__file__).with_name("languages.yml")

_SPEAK = (
    r"(?:(?:can|could) (?:you|we|i) |do you |i (?:only )?|please |let'?s |i want to |i need to )?"
    r"(?:speak|talk|go|switch|write|continue|change)?"
)
_SPANISH = re.compile(
    rf"(?:2 (?:para|for) |(?:{_SPEAK})? ?(?:to |in |it in )?)(?:espa[nñ]ol|spanish)(?: please| por favor)?|"
    r"(?:hablo|habla[ns]?|se habla|hable|alguien que hable|solo hablo|prefiero(?: el)?|quiero|pued[oe] hablar|"
    r"podemos hablar|cambiar?|cambie)(?: a| al| en)? espa[nñ]ol(?: por favor)?|(?:en|al?) espa[nñ]ol(?: por favor)?",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    rf"(?:1 for |(?:{_SPEAK})? ?(?:back )?(?:to |in )?)english(?: please)?|"
    r"(?:hablo |habla |en |al? |cambiar? a |prefiero(?: el)? |quiero )?ingl[eé]s(?: por favor)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-zñ']+")

_MARKS = re.compile(r"[¿¡ñáéíóú]", re.IGNORECASE)
DIGITS = frozenset("zero oh one two three four five six seven eight nine dash uno dos tres cuatro guion".split())
"""Figures are said in either language: they change none."""
PLAINLY = 2  # words that it takes to change a talk's language
SHORT = 3  # letters; a word no longer than this decides nothing alone


def language_of_button(payload: str | None) -> str | None:
    """The language that a pressed button asks for."""
    return BUTTONS.get(payload or "")


def asks_for_a_language(text: str) -> str | None:
    """`en` or `es` where the words ask for that language and for nothing else: `español`, `2 para español`."""
    words = " ".join(re.sub(r"[.,!?¿¡:;]+", " ", text).split())
    if _SPANISH.fullmatch(words):
        return SPANISH
    return ENGLISH if _ENGLISH.fullmatch(words) else None


def language_of(text: str, current: str, *, free: bool = False) -> str:
    """The language to answer in. A message of no clear language leaves the current one.

    `free`: names and streets were asked for, so only a plain wish for a language changes it.
    """
    asked = asks_for_a_language(text)
    if asked or free:
        return asked or current
    spanish, english = _weights(text)
    if current == ENGLISH:
        plainly = spanish >= PLAINLY and spanish > english
        return SPANISH if plainly or (spanish >= english and _danger_in_spanish(text)) else current
    return ENGLISH if english >= PLAINLY and english > 2 * spanish else current


def _danger_in_spanish(text: str) -> bool:
    """`hay chispas` alone tells no language by its common words, and must be understood at once."""
    told = glossed(text)
    return (danger_in(told) and not danger_in(text)) or (crisis_in(told) and not crisis_in(text))


def _weights(text: str) -> tuple[int, int]:
    """How much speaks for Spanish and for English."""
    telling_spanish, telling_english = _words()
    words = [word for word in _WORD.findall(without_accents(text.lower())) if word not in DIGITS]
    spanish = sum(word in telling_spanish for word in words) + (1 if _MARKS.search(text) else 0)
    # one word alone is enough where it can be nothing else: `factura`, `gracias`
    alone = len(words) == 1 and words[0] in telling_spanish and len(words[0]) > SHORT
    return (PLAINLY if alone else spanish), sum(word in telling_english for word in words)


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """The words that tell Spanish, and those that tell English."""
    lists = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    spanish, english, neither = (frozenset(lists[name].split()) for name in ("spanish", "english", "neither"))
    return spanish - english - neither, english - spanish - neither
