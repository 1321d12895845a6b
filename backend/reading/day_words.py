"""The words and patterns that days are said with."""

from __future__ import annotations

import re

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_UNIT_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TEEN_ORDINALS = ("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
                  "seventeenth", "eighteenth", "nineteenth")  # fmt: skip
_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
          "nineteen")  # fmt: skip


def _counted(units: tuple[str, ...], teens: tuple[str, ...], tens: tuple[str, str]) -> dict[str, int]:
    words = {word: number for number, word in enumerate((*units, *teens), start=1)}
    for ten, round_form, whole in ((20, "twenty", tens[0]), (30, "thirty", tens[1])):
        words[whole] = ten
        words.update({f"{round_form} {unit}": ten + number for number, unit in enumerate(units, start=1)})
    return words


ORDINALS = _counted(_UNIT_ORDINALS, _TEEN_ORDINALS, ("twentieth", "thirtieth"))
CARDINALS = _counted(_UNITS, _TEENS, ("twenty", "thirty"))
CARDINALS |= {"forty": 40, "forty five": 45, "sixty": 60, "ninety": 90}


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


ORDINAL = rf"(?:[0-9]{{1,2}} ?(?:st|nd|rd|th)|{_any_of(ORDINALS)})\b"
CARDINAL = rf"(?:[0-9]{{1,3}}(?![0-9.,:/-]*[0-9])|(?:{_any_of(CARDINALS)})\b)"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
YEAR = r"(?:[12][0-9]{3}(?![0-9])|twenty (?:twenty|thirty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
WEEKDAY = (
    r"(?:mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|"
    r"tues|weds|thurs?|(?:(?<=on )|(?<=this )|(?<=next )|(?<=by ))(?:mon|tue|wed|fri|sat|sun))\b"
)
# the short names stand alone only as a whole answer: "sat", "wed" and "sun" are words too
SHORT_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[.!]?")

# a card's: "exp 12/28", "expires dec 2028"
EXPIRY = re.compile(
    r"\b(?:exp(?:\.|iry|ires?|iration|iring|ired)?|(?:valid|good) (?:thru|through|until))(?: date)?"
    r"(?: is| on| in)?[ :]*"
    rf"(?:[0-9]{{1,2}} ?[/-] ?[0-9]{{2,4}}(?:[/-][0-9]{{2,4}})?|[0-9]{{4}}\b|{MONTH}(?: (?:of )?[0-9]{{2,4}}\b)?)"
)

_NUMBER_IN = re.compile(r"[0-9]+")


def number(text: str) -> int:
    """`15`, `15th`, `fifteenth`, `fifteen` → 15. The text must be one of those."""
    figures = _NUMBER_IN.match(text)
    if figures:
        return int(figures[0])
    return ORDINALS.get(text) or CARDINALS[text]


def month_number(text: str) -> int:
    """`dec`, `december`, `sept.` → the month, 1 to 12."""
    return next(index for index, name in enumerate(MONTHS, start=1) if name.startswith(text[:3]))


def weekday_number(text: str) -> int:
    """`friday`, `fri`, `thurs` → Monday 0 to Sunday 6."""
    return next(index for index, name in enumerate(WEEKDAYS) if name.startswith(text[:3]))


def year_number(text: str) -> int:
    """`2026`, `twenty twenty six` → 2026."""
    if text[0] in "0123456789":
        return int(text)
    words = text.replace("-", " ").split()
    return 2000 + CARDINALS[words[1]] + (CARDINALS[words[2]] if len(words) > 2 else 0)


_NEAR_MONTH = re.compile(r"(?:(?<=[0-9] )|(?<=th )|(?<=of ))[a-z]{4,9}\b|\b[a-z]{4,9}\b(?= (?:the )?[0-9]{1,2}\b)")
_KEPT = frozenset({"juna", "mary", "just", "marc", "june", "july", "date", "note", "next", "many", "make"})


def mend_months(text: str) -> str:
    """A month misspelt by one letter beside a number is that month: `10 jine`, `ocotber 5`."""

    def mended(match: re.Match[str]) -> str:
        word = match[0]
        if word in _KEPT:
            return word
        return next((name for name in MONTHS if len(name) > 3 and _one_slip(word, name)), word)

    return _NEAR_MONTH.sub(mended, text)


def _one_slip(word: str, name: str) -> bool:
    """Whether one letter changed, left out, added or swapped turns `word` into `name`."""
    if word == name or abs(len(word) - len(name)) > 1 or word[0] != name[0]:
        return False
    front = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), len(word))
    tail, other = word[front:], name[front:]
    swapped = tail[:2] == other[1::-1] and tail[2:] == other[2:]
    return swapped or tail[1:] == other[1:] or tail == other[1:] or tail[1:] == other
