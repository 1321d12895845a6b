"""Spanish number words as English ones, in the order in which English says them. Text without accents, lower case."""

from __future__ import annotations

import re

_ONES = {
    "cero": "zero", "un": "one", "uno": "one", "una": "one", "dos": "two", "tres": "three", "cuatro": "four",
    "cinco": "five", "seis": "six", "siete": "seven", "ocho": "eight", "nueve": "nine",
}  # fmt: skip
_TEENS = {
    "diez": "ten", "once": "eleven", "doce": "twelve", "trece": "thirteen", "catorce": "fourteen", "quince": "fifteen",
    "dieciseis": "sixteen", "diecisiete": "seventeen", "dieciocho": "eighteen", "diecinueve": "nineteen",
}  # fmt: skip
_TENS = {
    "veinte": "twenty", "treinta": "thirty", "cuarenta": "forty", "cincuenta": "fifty", "sesenta": "sixty",
    "setenta": "seventy", "ochenta": "eighty", "noventa": "ninety",
}  # fmt: skip
_TWENTIES = {
    f"veinti{spanish}": f"twenty {english}" for spanish, english in _ONES.items() if spanish not in ("cero", "una")
}
_HUNDREDS = {
    "cien": "one hundred", "ciento": "one hundred", "doscientos": "two hundred", "trescientos": "three hundred",
    "cuatrocientos": "four hundred", "quinientos": "five hundred", "seiscientos": "six hundred",
    "setecientos": "seven hundred", "ochocientos": "eight hundred", "novecientos": "nine hundred",
}  # fmt: skip
_REPEATS = {"doble": "double", "triple": "triple"}
_PLURALS = {
    "ceros": "zeros", "nueves": "nines", "cincos": "fives", "unos": "ones", "ochos": "eights", "sietes": "sevens",
}  # fmt: skip
# `un` and `una` are mostly articles: they count only before `mil` or between other numbers
_WORDS = {**_ONES, **_TEENS, **_TENS, **_TWENTIES, **_HUNDREDS, **_REPEATS, **_PLURALS}
_ARTICLES = frozenset({"un", "una", "unos"})
NUMBER_WORD = "|".join(sorted((word for word in _WORDS if word not in _ARTICLES), key=len, reverse=True))
_WORD_START, _WORD_END = r"(?<![\w@.])", r"(?![\w@]|\.\w)"

# "cuarenta y uno mil": its tens and ones are in English by then
_TENS_AND_UNIT = rf"(?:{'|'.join(_TENS.values())}) (?:{'|'.join(_ONES.values())})"
_THOUSAND = re.compile(rf"{_WORD_START}(?:(?P<many>{NUMBER_WORD}) |(?P<said>{_TENS_AND_UNIT}) )?mil{_WORD_END}")
_DIGITS_THOUSAND = re.compile(rf"{_WORD_START}(\d{{1,3}}) mil(?: (\d{{1,3}}))?{_WORD_END}")
_TENS_UNIT = re.compile(rf"{_WORD_START}({'|'.join(_TENS)}) y ({'|'.join(_ONES)}){_WORD_END}")
_DIGITS_AND_CENTS = re.compile(
    r"(\d+)(?: (?:dolares|pesos) (?:con|y)| con| y(?= \d{2} centavos)) (\d{2})(?: centavos)?\b(?! ?(?:dolares|pesos|%))"
)
_CENTS_WORDS = rf"(?:{NUMBER_WORD})(?: y (?:{'|'.join(_ONES)}))?|\d{{1,2}}"
# "veinte con cinco" is 20.05, and no twenty five
_WITH_CENTS = re.compile(
    rf"(?P<dollars>\d|mil|{NUMBER_WORD})(?: (?:dolar|dolares|pesos))? con (?P<cents>{_CENTS_WORDS})(?: "
    rf"centavos?)?{_WORD_END}(?! ?(?:mil|cien|dolar|dolares|pesos|%))"
)
_COMMA_CENTS = re.compile(r"(?<![\d,.])(\d{1,4}),(\d{2})(?![\d,])")
_WORD = re.compile(rf"{_WORD_START}(?:{NUMBER_WORD}){_WORD_END}")
_ONE_DOLLAR = re.compile(rf"{_WORD_START}un(?= dolar{_WORD_END})")
_AND_CENTS = re.compile(r"(?<=dollars) y (?=\w+(?: \w+)? cents)")
_DOLLARS = re.compile(rf"{_WORD_START}(?:dolar|dolares|pesos|dolaritos|varos){_WORD_END}")
_CENTS = re.compile(rf"{_WORD_START}(?:centavos?|centimos?){_WORD_END}")


def translate_numbers(text: str) -> str:
    """`ochenta y cuatro con cincuenta` as `eighty four dollars and fifty cents`, `112 con 40` as `112.40`."""
    text = _DIGITS_THOUSAND.sub(lambda match: str(int(match[1]) * 1000 + int(match[2] or 0)), text)
    text = _DIGITS_AND_CENTS.sub(r"\1.\2", text)
    text = _COMMA_CENTS.sub(r"\1.\2", text)
    text = _WITH_CENTS.sub(r"\g<dollars> dollars and \g<cents> cents", text)
    text = _ONE_DOLLAR.sub("uno", text)
    text = _TENS_UNIT.sub(lambda match: f"{_TENS[match[1]]} {_ONES[match[2]]}", text)
    text = _THOUSAND.sub(_translate_thousand, text)
    text = _WORD.sub(lambda match: _WORDS[match[0]], text)
    return _AND_CENTS.sub(" and ", _CENTS.sub("cents", _DOLLARS.sub("dollars", text)))


def _translate_thousand(match: re.Match[str]) -> str:
    many = _WORDS[match["many"]] if match["many"] else match["said"]
    return f"{many or 'one'} thousand"
