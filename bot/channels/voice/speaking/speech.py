"""Turns written text into text that a voice pronounces correctly. Pure.

Voices read "99999-001" as a subtraction and "$112.40" in various ways; neural voices ignore `say-as` for digits, so
digits are spaced out here, with commas for pauses.
"""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from backend.language import ENGLISH, current_language, format_long_date, mark, tr

_URL = re.compile(r"(?:https?://|www\.)\S*[^\s.,;:!?)]", re.IGNORECASE)
_EMAIL = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
_MONEY = re.compile(r"(?P<minus>-\s?)?\$\s?(?P<dollars>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d{2})(?!\d))?")
_RATE = re.compile(r"\$0?\.(\d\d)(\d{1,3})\b")  # fractions of a cent: $0.0450
_ISO_DATE = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_US_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(20\d\d)\b")
_MONTH = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?(?= \d)")
_WEEKDAY = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b(?=,? )")
_TIME = re.compile(r"\b(\d{1,2}):(\d\d) ?([AaPp])(?:\.[Mm]\.|[Mm]\b)")
_DASHED = re.compile(r"(?<![\w-])(?:\+?1-)?\d{2,}(?:-\d{2,})+(?![\w-])")
_MASKED = re.compile(r"(?:\.{2,3}|\*+|x{2,})-?(\d{2,6})\b", re.IGNORECASE)
_LAST_DIGITS = re.compile(
    r"\b(ending(?: in)?|ends(?: in)?|last four|code(?: is)?|"
    r"terminad[oa]s? en|terminan? en|[uú]ltimos cuatro|c[oó]digo(?: es)?)"
    r"(:?) (\d{3,6})\b",
    re.IGNORECASE,
)
# a confirmation number
_REFERENCE = re.compile(
    r"\b(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{2,}(?:-[A-Z0-9]{2,})*\b|\b[A-Z0-9]{3}-[A-Z0-9]{3}\b"
)
_PLUS_PHONE = re.compile(r"\+1(\d{3})(\d{3})(\d{4})\b")
_LONG_NUMBER = re.compile(r"(?<![\d.,$])\d{5,}(?![\d,]*\d)")
_UNSPEAKABLE = re.compile(r"[^\w\s.,;:!?¿¡'\"()$%&@#/+*-]|_")
_SPACES = re.compile(r"\s+")
_WORD_RULES = (
    (r"(?<=\ba )kWh\b|(?<=\bper )kWh\b|(?<=\bpor )kWh\b|(?<=\bel )kWh\b", mark("kilowatt hour")),
    (r"\bkWh\b", mark("kilowatt hours")),
    (r"\s*&\s*", mark(" and ")),
    (r"(?<=\d)\s?%", mark(" percent")),
    (r"\b911\b", "9 1 1"),
)


def make_speakable(text: str) -> str:
    """Rewrite `text` for a voice: no web addresses, amounts and dates in words, digits in groups."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    # XML 1.0 has no way to write most control characters, and the SDK does not refuse them
    text = "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text)
    text = _UNSPEAKABLE.sub(" ", text)
    return _SPACES.sub(" ", text).strip()


def spell_digits(digits: str) -> str:
    """`99999001` as `9 9 9, 9 9 0, 0 1`: groups of three; a lone last digit joins its neighbor."""
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(" ".join(group) for group in groups)


def spell_amount(cents: int) -> str:
    """11240 cents as `112 dollars and 40 cents`."""
    sign = tr("minus") + " " if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    number = f"{dollars:,}" if dollars >= 10_000 else str(dollars)  # five digits in a row are a number to spell
    whole = tr("{number} dollar", number=dollars) if dollars == 1 else tr("{number} dollars", number=number)
    part = tr("{number} cent", number=rest) if rest == 1 else tr("{number} cents", number=rest)
    if not rest:
        return sign + whole
    return sign + (tr("{dollars} and {cents}", dollars=whole, cents=part) if dollars else part)


def split_speech(text: str, longest: int) -> list[str]:
    """Split `text` at the ends of sentences, or of words, into pieces of at most `longest` characters."""
    pieces = []
    while len(text) > longest:
        window = text[:longest]
        cut = max(window.rfind(". "), window.rfind("? "), window.rfind("! ")) + 1
        if cut <= 0:
            cut = max(window.rfind(" "), 0) or longest
        pieces.append(text[:cut].strip())
        text = text[cut:].strip()
    return [*pieces, text] if text else pieces


def _spell_money(match: re.Match[str]) -> str:
    cents = int(match["dollars"].replace(",", "")) * 100 + int(match["cents"] or 0)
    return spell_amount(-cents if match["minus"] else cents)


def _spell_rate(match: re.Match[str]) -> str:
    """`$0.1135` as `11.35 cents`."""
    return tr("{number} cents", number=f"{int(match[1])}.{match[2]}".rstrip("0").rstrip("."))


def _spell_date(year: str, month: str, day: str, written: str) -> str:
    try:
        on = date(int(year), int(month), int(day))
    except ValueError:
        return written
    return format_long_date(on)


def _spell_out(names: Sequence[str], match: re.Match[str]) -> str:
    """`Nov` or `Sept` as the one of `names` that begins so; Spanish texts abbreviate no names."""
    if current_language() != ENGLISH:
        return match[0]
    return next(name for name in names if name.startswith(match[1][:3]))


def _format_time(match: re.Match[str]) -> str:
    minutes = "" if match[2] == "00" else f":{match[2]}"
    return f"{int(match[1])}{minutes} {match[3].upper()}M"


def _spell_parts(match: re.Match[str]) -> str:
    """The parts between the dashes, each digit and letter by itself."""
    return ", ".join(spell_digits(part) for part in match[0].lstrip("+").split("-"))


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_URL, lambda match: tr("the link")),
    (_EMAIL, lambda match: tr("{name} at {place}", name=match[1], place=match[2].replace(".", tr(" dot ")))),
    (_RATE, _spell_rate),
    (_MONEY, _spell_money),
    (_ISO_DATE, lambda match: _spell_date(match[1], match[2], match[3], match[0])),
    (_US_DATE, lambda match: _spell_date(match[3], match[1], match[2], match[0])),
    (_MONTH, partial(_spell_out, month_name[1:])),
    (_WEEKDAY, partial(_spell_out, tuple(day_name))),
    (_TIME, _format_time),
    (_PLUS_PHONE, lambda match: ", ".join(" ".join(part) for part in match.groups())),
    (_DASHED, _spell_parts),
    (_MASKED, lambda match: tr("ending {digits}", digits=" ".join(match[1]))),
    (_LAST_DIGITS, lambda match: f"{match[1]}{match[2]} {spell_digits(match[3])}"),
    (_REFERENCE, _spell_parts),
    (_LONG_NUMBER, lambda match: spell_digits(match[0])),
    # translated at each match: the language is not known at import
    *((re.compile(pattern), lambda match, word=word: tr(word)) for pattern, word in _WORD_RULES),
)
