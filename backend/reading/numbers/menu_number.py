"""Reads a choice by its number, `1`, `press 1`, `#1`, `one please`: the key of a menu, and never a sum of money."""

from __future__ import annotations

import re

from backend.reading.normalize import to_plain_text

_NUMBER_WORDS = (
    ("zero", "cero"),
    ("one", "uno", "una"),
    ("two", "dos"),
    ("three", "tres"),
    ("four", "cuatro"),
    ("five", "cinco"),
    ("six", "seis"),
    ("seven", "siete"),
    ("eight", "ocho"),
    ("nine", "nueve"),
)
_ORDINAL_WORDS = (
    ("first", "1st", "primer", "primero", "primera"),
    ("second", "2nd", "segundo", "segunda"),
    ("third", "3rd", "tercer", "tercero", "tercera"),
    ("fourth", "4th", "cuarto", "cuarta"),
    ("fifth", "5th", "quinto", "quinta"),
)
_SOUND_ALIKE = {"won": 1, "to": 2, "too": 2, "tu": 2, "tree": 3, "free": 3, "for": 4, "fore": 4, "fife": 5}
"""What recognizers write for a digit that is said alone, or behind `press`."""
_NUMBERS = {word: digit for digit, words in enumerate(_NUMBER_WORDS) for word in (*words, str(digit))}
_ORDINALS = {word: digit for digit, words in enumerate(_ORDINAL_WORDS, 1) for word in words}
_DIGIT = "|".join(word for word, digit in _NUMBERS.items() if digit)
_ORDINAL = "|".join(_ORDINALS)
_LEAD_IN = (
    r"(?:for|yes|yeah|no|ok|okay|um|uh|well|please|i|ill|will|want|would|like|to|choose|chose|pick|take|select|selected|go|with|"
    r"just|only|reply|replied|text|send|sent|say|said|responding|press|pressed|pressing|push|pushed|hit|dial|type|enter|key|button|option|choice|number|num|nr|item|answer|its|it|is|the|my|"
    r"para|solo|envio|mando|digo|respondo|si|por|favor|oprima|oprimo|oprimi|marque|marco|presione|presiono|pulse|pulso|tecla|boton|opcion|numero|la|el|elijo|escojo|"
    r"quiero|es)"
)
_POLITE_TAIL = (
    r"(?:please|thanks|thank you|pls|por favor|gracias|then|key|button|option|opcion|tecla|choice|is fine|yes|si|one)"
)
_CHOICE = re.compile(rf"(?P<lead>(?:{_LEAD_IN} )*)(?P<digit>{_DIGIT}|{_ORDINAL})(?P<tail>(?: {_POLITE_TAIL})*)")
_SPOKEN_CHOICE = re.compile(
    rf"(?P<lead>(?:{_LEAD_IN} )*?)(?P<digit>{'|'.join(_NUMBERS)}|{_ORDINAL}|{'|'.join(_SOUND_ALIKE)})"
    rf"(?P<tail>(?: {_POLITE_TAIL}| (?P=digit))*)"
)
_KEY_WORDS = re.compile(
    r"\b(?:press|push|hit|dial|key|button|option|number|oprima|oprimo|marque|marco|presione|presiono|pulse|pulso|"
    r"tecla|boton|opcion|numero)\b"
)
_YES, _NO = re.compile(r"\b(?:yes|yeah|si)\b"), re.compile(r"\bno\b")


def is_menu_number(text: str) -> bool:
    """Whether nothing is said but the number of a choice. `$1`, `1.00` and `-5` are sums, and 0 is no choice."""
    return not _is_sum(text) and _CHOICE.fullmatch(_plain_words(text)) is not None


def read_menu_number(text: str, *, ordinals: bool = True, is_yes_no: bool = False) -> int | None:
    """The key that a caller says: 1 of `press one`, `won`, `the first one`, `oprima el uno`; 0 of `press zero`.

    With `is_yes_no` 1 is yes and 2 is no: a number that contradicts the words around it, `no, one`, is none. With
    `ordinals` False `the first` is none, as where a day is asked for.
    """
    if _is_sum(text):
        return None
    words = _plain_words(text)
    found = _SPOKEN_CHOICE.fullmatch(words)
    if found is None:
        return None
    word = found["digit"]
    if word in _ORDINALS:
        return _ORDINALS[word] if ordinals else None
    if word in _SOUND_ALIKE and not (word == words or _KEY_WORDS.search(found["lead"])):
        return None  # "I want to", "for"
    digit = _NUMBERS[word] if word in _NUMBERS else _SOUND_ALIKE[word]
    around = f"{found['lead']} {found['tail']}"
    if is_yes_no and ((_NO.search(around) and digit != 2) or (_YES.search(around) and digit != 1)):
        return None
    return digit


def _is_sum(text: str) -> bool:
    return re.search(r"[$%¢]|\d[.,]\d|(?:^|\s)[-−]\d", text) is not None


def _plain_words(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", to_plain_text(text)).split())
