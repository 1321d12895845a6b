"""Translates what the rules look for: phrases by the tables beside this file, then days, then numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

from backend.language import SPANISH
from backend.reading.normalize import strip_accents
from backend.reading.spanish.day_translation import SPANISH_WEEKDAY_PATTERN, translate_days, translate_times
from backend.reading.spanish.number_translation import NUMBER_WORD, translate_numbers

TABLES_FOLDER = Path(__file__).parent
# not inside an address, a user ID or a link: `luz.garcia@example.com` is nobody's light, `correo-nuevo@` no new mail
_WORD_START, _WORD_END = r"(?<![\w@.+-])", r"(?![\w@]|[.+-]\w)"
_AND = re.compile(f"{_WORD_START}y{_WORD_END}")
# Where the accent alone says which word it is: "pague" asks for it, "pagué" says that it was done. Words without
# accents are read by the tables.
BY_ACCENT = {
    "pagué": "i paid",
    "pagó": "was paid",
    "cuándo vence": "when is it due",
    "cuándo se vence": "when is it due",
}
# "no 50, 60": the first is what is not meant. "no, 50" takes back what was said before.
_NOT_BEFORE_NOUN = re.compile(
    rf"(?<![\w,] )(?<!\w)no (?=(?:el |la )?(?:\$?\d(?:[\d.,]*\d)?|{NUMBER_WORD}|hoy|manana|"
    rf"{SPANISH_WEEKDAY_PATTERN})(?: dolares)?(?:,| sino| mejor) )"
)
_DASH_WORD = re.compile(r"(?<!\w)menos (?=0\d\d\b|cero\b|doble cero\b)")  # "12345 menos 001"; else it takes away
# "porque" behind other words gives a reason; at the start, or behind "no se", it is "por qué" without its accent
_REASON = re.compile(r"(?<=[^\W\d_])(?<!\by)(?<!\bse)(?<!\bdime)(?<!\bdigame)(?<!\bpero)(,?\s+)porque\b")
_ACCENTED_PHRASES = re.compile(f"{_WORD_START}(?:{'|'.join(BY_ACCENT)}){_WORD_END}")


def to_english(text: str) -> str:
    """`text` with what the rules look for in English; every other word stays. Lower case, without accents."""
    told = _ACCENTED_PHRASES.sub(lambda match: BY_ACCENT[match[0]], unicodedata.normalize("NFC", text.lower()))
    plain = _REASON.sub(r"\1because", translate_times(strip_accents(told)))
    plain = _NOT_BEFORE_NOUN.sub("not ", _DASH_WORD.sub("dash ", plain))
    pattern, table = _load_phrases()
    plain = pattern.sub(lambda match: table[" ".join(match[0].split())], plain)
    # "y" last: between numbers it is a part of them, and alone no yes
    return _AND.sub("and", translate_numbers(translate_days(plain)))


def english_form(text: str, language: str) -> str:
    """The text as the word rules read it: Spanish is translated, English stays as written."""
    return to_english(text) if language == SPANISH else text


@cache
def _load_phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """Every phrase of every table, the longest first, so that `pasado manana` is not read as `manana`."""
    table: dict[str, str] = {}
    for path in sorted(TABLES_FOLDER.glob("*.yml")):
        for english, phrases in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for phrase in phrases.split(","):
                table[" ".join(strip_accents(phrase.strip().lower()).split())] = str(english)
    longest_first = sorted(table, key=len, reverse=True)
    choices = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
    return re.compile(f"{_WORD_START}(?:{choices}){_WORD_END}"), table
