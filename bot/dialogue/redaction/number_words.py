"""English and Spanish words for digits, in lower case and without accents."""

from __future__ import annotations

UNITS = {
    "zero": 0, "nought": 0, "naught": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "niner": 9,
    "cero": 0, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "forteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "ninteen": 19,
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19,
    "veintiun": 21, "veintiuno": 21, "veintiuna": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24,
    "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "ninty": 90,
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
    "noventa": 90,
}  # fmt: skip
HUNDREDS = {
    "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
    "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600,
    "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800, "ochocientas": 800,
    "novecientos": 900, "novecientas": 900,
}  # fmt: skip
HUNDRED, THOUSAND = frozenset(("hundred",)), frozenset(("thousand", "mil"))
REPEATS = {
    "double": 2, "doble": 2, "triple": 3, "treble": 3, "quadruple": 4, "cuadruple": 4, "quintuple": 5,
}  # fmt: skip
PLURALS = {
    "zeros": 0, "zeroes": 0, "ohs": 0, "ones": 1, "twos": 2, "threes": 3, "fours": 4, "fives": 5, "sixes": 6,
    "sevens": 7, "eights": 8, "nines": 9,
    "ceros": 0, "unos": 1, "doses": 2, "treses": 3, "cuatros": 4, "cincos": 5, "seises": 6, "sietes": 7, "ochos": 8,
    "nueves": 9,
}  # fmt: skip
MISHEARD = {
    "for": 4, "fore": 4, "to": 2, "too": 2, "ate": 8, "won": 1, "tree": 3, "fife": 5, "nein": 9, "sex": 6, "wun": 1,
    "tow": 2, "thre": 3, "foru": 4, "fiv": 5, "sevn": 7, "eigth": 8, "eigt": 8, "nien": 9, "zeroe": 0,
    "sero": 0, "un": 1, "sinco": 5, "ceis": 6, "ciete": 7, "nuebe": 9,
}  # fmt: skip
"""What speech recognizers and typos make of a digit; read so only between digits, or in a long row of them."""
MIN_LONG_ROW = 7
"""This many words in a row that are digits or sound like digits are no sentence."""
ONLY_BESIDE_OTHERS = frozenset(("once", "una", "o", "oo", "oh", "mil"))
"""Words that mostly mean something else: digits only beside other digits."""
AND_WORDS = frozenset(("and", "y"))
NUMBER_WORDS = frozenset({*UNITS, *TEENS, *TENS, *HUNDREDS, *HUNDRED, *THOUSAND, *REPEATS, *PLURALS})
SPANISH_NUMBER_WORDS = frozenset(
    "cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte treinta "
    "cuarenta cincuenta sesenta setenta ochenta noventa cien doble".split()
)
