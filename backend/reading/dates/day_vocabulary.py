"""The words and patterns that days are said with."""

from __future__ import annotations

import re

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES, WEEKDAY_NAMES = "|".join(MONTHS), "|".join(WEEKDAYS)

_UNIT_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TEEN_ORDINALS = ("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
                  "seventeenth", "eighteenth", "nineteenth")  # fmt: skip
_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
          "nineteen")  # fmt: skip


def _number_words(units: tuple[str, ...], teens: tuple[str, ...], tens: tuple[str, str]) -> dict[str, int]:
    words = {word: number for number, word in enumerate((*units, *teens), start=1)}
    for ten, round_form, whole in ((20, "twenty", tens[0]), (30, "thirty", tens[1])):
        words[whole] = ten
        words.update({f"{round_form} {unit}": ten + number for number, unit in enumerate(units, start=1)})
    return words


ORDINALS = _number_words(_UNIT_ORDINALS, _TEEN_ORDINALS, ("twentieth", "thirtieth"))
CARDINALS = _number_words(_UNITS, _TEENS, ("twenty", "thirty"))
CARDINALS |= {"forty": 40, "forty five": 45, "sixty": 60, "ninety": 90}
CARDINALS_TO_TWELVE = {word: number for word, number in CARDINALS.items() if number <= 12}


def _alternation(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


ORDINAL_PATTERN = rf"(?:[0-9]{{1,2}} ?(?:st|nd|rd|th)|{_alternation(ORDINALS)})\b"
CARDINAL_PATTERN = rf"(?:[0-9]{{1,3}}(?![0-9.,:/-]*[0-9])|(?:{_alternation(CARDINALS)})\b)"
CARDINAL_WORD_PATTERN = rf"(?:{_alternation(CARDINALS)})\b"
MONTH_PATTERN = (
    r"(?:jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
YEAR_PATTERN = (
    r"(?:[12][0-9]{3}(?![0-9])|twenty (?:twenty|thirty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
WEEKDAY_PATTERN = (
    r"(?:mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|tues|weds|thurs?|(?:(?<=on )|"
    r"(?<=this )|(?<=next )|(?<=by )|(?<=pay )|(?<=pay it )|(?<=[0-9] ))(?:mon|tue|wed|thu|fri|sat|sun))\b"
)
# the short names stand alone only as a whole answer: "sat", "wed" and "sun" are words too
SHORT_WEEKDAY_PATTERN = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[.!]?")

# a card's: "exp 12/28", "expires dec 2028"
EXPIRY_PATTERN = re.compile(
    r"\b(?:exp(?:\.|iry|ires?|iration|iring|ired)?|(?:valid|good) (?:thru|through|until))(?: date)?(?: is| on|"
    r" in)?[ :]*(?:[0-9]{1,2} ?[/-] ?[0-9]{2,4}(?:[/-][0-9]{2,4})?|[0-9]{4}\b|"
    rf"{MONTH_PATTERN}(?: (?:of )?[0-9]{{2,4}}\b)?)"
)

_NUMBER_IN = re.compile(r"[0-9]+")
_ANY_DIGIT = re.compile(r"[0-9]")


def parse_number_word(text: str) -> int:
    """`15`, `15th`, `fifteenth`, `fifteen` → 15. The text must be one of those."""
    figures = _NUMBER_IN.match(text)
    if figures:
        return int(figures[0])
    return ORDINALS.get(text) or CARDINALS[text]


def parse_month(text: str) -> int:
    """`dec`, `december`, `sept.` → the month, 1 to 12."""
    return next(index for index, name in enumerate(MONTHS, start=1) if name.startswith(text[:3]))


def parse_weekday(text: str) -> int:
    """`friday`, `fri`, `thurs` → Monday 0 to Sunday 6."""
    return next(index for index, name in enumerate(WEEKDAYS) if name.startswith(text[:3]))


def parse_year(text: str) -> int:
    """`2026`, `twenty twenty six` → 2026."""
    if text[0] in "0123456789":
        return int(text)
    words = text.replace("-", " ").split()
    return 2000 + CARDINALS[words[1]] + (CARDINALS[words[2]] if len(words) > 2 else 0)


_NAMES = "|".join((*MONTHS, *(name[:3] for name in MONTHS), "sept"))
# "25nov", "nov25", "25-nov-2026", "25/nov/26"
_MISSING_SPACE_BEFORE = re.compile(rf"(?<=[0-9])[-/.]?(?=(?:{_NAMES})(?![a-z]))")
_MISSING_SPACE_AFTER = re.compile(rf"(?<![a-z])({_NAMES})[-/]?(?=[0-9])")
_MONTH_LIKE_WORD = re.compile(r"(?:(?<=[0-9] )|(?<=th )|(?<=of ))[a-z]{4,9}\b|\b[a-z]{4,9}\b(?= (?:the )?[0-9]{1,2}\b)")
_WEEKDAY_LIKE_WORD = re.compile(r"\b[mtwfs][a-z]{4,9}\b")
# one letter away from a month or a weekday, and words of their own
_REAL_WORDS = frozenset(
    "juna mary just marc june july date note next many make sundry match marsh junk judy sundae sundaes monde "
    "fridge".split()
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _misspellings(name: str) -> set[str]:
    """Every word that one letter changed, left out, added or swapped makes of a name; the first letter stays."""
    cuts = range(1, len(name) + 1)
    dropped = {name[:at] + name[at + 1 :] for at in cuts}
    changed = {name[:at] + letter + name[at + 1 :] for at in cuts[:-1] for letter in _LETTERS}
    added = {name[:at] + letter + name[at:] for at in cuts for letter in _LETTERS}
    swapped = {name[:at] + name[at + 1] + name[at] + name[at + 2 :] for at in cuts[:-2]}
    return (dropped | changed | added | swapped) - _REAL_WORDS


def _misspelling_table(names: tuple[str, ...]) -> dict[str, str]:
    return {slip: name for name in names if len(name) > 3 for slip in _misspellings(name) if slip not in names}


_MONTH_MISSPELLINGS = _misspelling_table(MONTHS)
_WEEKDAY_MISSPELLINGS = {slip: name for slip, name in _misspelling_table(WEEKDAYS).items() if slip != name + "s"}
_WEEKDAY_MISSPELLINGS |= dict.fromkeys(
    ("wendsday", "wensday", "wenesday", "wendesday", "wedensday", "wednsday"), "wednesday"
)
_WEEKDAY_MISSPELLINGS |= dict.fromkeys(("tuseday", "tusday", "tuesdy"), "tuesday") | {"thirsday": "thursday"}


def correct_months(text: str) -> str:
    """A month misspelled by one letter beside a number, or glued to it, is that month: `10 juen`, `25nov`."""
    if not _ANY_DIGIT.search(text) and "th " not in text and "of " not in text:
        return text
    text = _MISSING_SPACE_AFTER.sub(r"\1 ", _MISSING_SPACE_BEFORE.sub(" ", text))
    return _MONTH_LIKE_WORD.sub(lambda match: _MONTH_MISSPELLINGS.get(match[0], match[0]), text)


def correct_weekdays(text: str) -> str:
    """A weekday misspelled by one letter is that weekday: `firday`, `saterday`."""
    return _WEEKDAY_LIKE_WORD.sub(lambda match: _WEEKDAY_MISSPELLINGS.get(match[0], match[0]), text)
