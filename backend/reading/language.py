"""Tells English messages from Spanish ones. Members change the language in mid-talk; short answers have none."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from backend.language import ENGLISH, SPANISH
from backend.reading.hazards.danger_words import detect_crisis, detect_danger
from backend.reading.normalize import strip_accents
from backend.reading.spanish import to_english

SPEAK_SPANISH, SPEAK_ENGLISH = "/speak_spanish", "/speak_english"
LANGUAGE_BY_PAYLOAD = {SPEAK_SPANISH: SPANISH, SPEAK_ENGLISH: ENGLISH}

WORDS_FILE = Path(__file__).with_name("languages.yml")

_SPEAK_VERBS = (
    r"(?:(?:can|could) (?:you|we|i) |do you |i (?:only )?|please |let'?s |i want to |i need to )?(?:speak|talk|go|"
    r"switch|write|continue|change)?"
)
_WANTS_SPANISH = re.compile(
    rf"(?:2 (?:para|for) |(?:{_SPEAK_VERBS})? ?(?:to |in |it in )?)(?:espa[nñ]ol|spanish)(?: please| por favor)?|"
    r"(?:hablo|habla[ns]?|se habla|hable|alguien que hable|solo hablo|prefiero(?: el)?|quiero|pued[oe] hablar|"
    r"podemos hablar|cambiar?|cambie)(?: a| al| en)? espa[nñ]ol(?: por favor)?|(?:en|al?) espa[nñ]ol(?: por favor)?",
    re.IGNORECASE,
)
_WANTS_ENGLISH = re.compile(
    rf"(?:1 for |(?:{_SPEAK_VERBS})? ?(?:back )?(?:to |in )?)english(?: please)?|"
    r"(?:hablo |habla |en |al? |cambiar? a |prefiero(?: el)? |quiero )?ingl[eé]s(?: por favor)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-zñ']+")

_SPANISH_CHARACTERS = re.compile(r"[¿¡ñáéíóú]", re.IGNORECASE)
NUMBER_WORDS = frozenset("zero oh one two three four five six seven eight nine dash uno dos tres cuatro guion".split())
"""Figures are said in either language: they change none."""
MIN_WORD_LEAD = 2  # words that it takes to change a talk's language
MAX_SHORT_WORD_LENGTH = 3  # letters; a word no longer than this decides nothing alone


def language_for_payload(payload: str | None) -> str | None:
    """The language that a pressed button asks for."""
    return LANGUAGE_BY_PAYLOAD.get(payload or "")


def detect_language_request(text: str) -> str | None:
    """`en` or `es` where the words ask for that language and for nothing else: `español`, `2 para español`."""
    words = " ".join(re.sub(r"[.,!?¿¡:;]+", " ", text).split())
    if _WANTS_SPANISH.fullmatch(words):
        return SPANISH
    return ENGLISH if _WANTS_ENGLISH.fullmatch(words) else None


def detect_language(text: str, current: str, *, free: bool = False) -> str:
    """The language to answer in. A message of no clear language leaves the current one.

    `free`: names and streets were asked for, so only a plain wish for a language changes it.
    """
    asked = detect_language_request(text)
    if asked or free:
        return asked or current
    spanish, english = _count_language_words(text)
    if current == ENGLISH:
        plainly = spanish >= MIN_WORD_LEAD and spanish > english
        return SPANISH if plainly or (spanish >= english and _is_spanish_danger(text)) else current
    return ENGLISH if english >= MIN_WORD_LEAD and english > 2 * spanish else current


def _is_spanish_danger(text: str) -> bool:
    """`hay chispas` alone tells no language by its common words, and must be understood at once."""
    english = to_english(text)
    return any(detect(english) and not detect(text) for detect in (detect_danger, detect_crisis))


def _count_language_words(text: str) -> tuple[int, int]:
    """How much speaks for Spanish and for English."""
    only_spanish, only_english = _load_words()
    words = [word for word in _WORD.findall(strip_accents(text.lower())) if word not in NUMBER_WORDS]
    spanish = sum(word in only_spanish for word in words) + (1 if _SPANISH_CHARACTERS.search(text) else 0)
    # one word alone is enough where it can be nothing else: `factura`, `gracias`
    alone = len(words) == 1 and words[0] in only_spanish and len(words[0]) > MAX_SHORT_WORD_LENGTH
    return (MIN_WORD_LEAD if alone else spanish), sum(word in only_english for word in words)


@cache
def _load_words() -> tuple[frozenset[str], frozenset[str]]:
    """The words that only Spanish has, and those that only English has."""
    lists = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    spanish, english, neither = (frozenset(lists[name].split()) for name in ("spanish", "english", "neither"))
    return spanish - english - neither, english - spanish - neither
