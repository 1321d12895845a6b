"""Confirmation numbers and email addresses as a clerk spells them. Pure."""

from __future__ import annotations

import re

from backend.language import SPANISH, current_language, mark, tr

# Words that older callers know, not those of the radio alphabet
_ENGLISH_WORDS = {
    "A": "apple", "B": "boy", "C": "cat", "D": "dog", "E": "egg", "F": "Frank", "G": "George", "H": "Henry",
    "I": "ice", "J": "John", "K": "king", "L": "Larry", "M": "Mary", "N": "Nancy", "O": "orange", "P": "Peter",
    "Q": "queen", "R": "Robert", "S": "Sam", "T": "Tom", "U": "uncle", "V": "Victor", "W": "William", "X": "x-ray",
    "Y": "yellow", "Z": "zebra",
}  # fmt: skip
_SPANISH_WORDS = {
    "A": "árbol", "B": "barco", "C": "casa", "D": "dedo", "E": "elefante", "F": "fuego", "G": "gato", "H": "hotel",
    "I": "isla", "J": "Juan", "K": "kilo", "L": "luna", "M": "María", "N": "noche", "O": "oso", "P": "Pedro",
    "Q": "queso", "R": "Roberto", "S": "sol", "T": "taza", "U": "uva", "V": "vaca", "W": "Washington",
    "X": "xilófono", "Y": "yate", "Z": "zapato",
}  # fmt: skip
# a Spanish voice reads a lone "Y" as the word for "and"
_SPANISH_NAMES = {
    "A": "a", "B": "be", "C": "ce", "D": "de", "E": "e", "F": "efe", "G": "ge", "H": "hache", "I": "i", "J": "jota",
    "K": "ka", "L": "ele", "M": "eme", "N": "ene", "O": "o", "P": "pe", "Q": "cu", "R": "erre", "S": "ese", "T": "te",
    "U": "u", "V": "uve", "W": "doble u", "X": "equis", "Y": "ye", "Z": "zeta",
}  # fmt: skip
LETTER_AS_IN = mark("{letter} as in {word}")
AGAIN = mark("again")
_EMAIL_PARTS = re.compile(r"[A-Za-z]+|\d+|[._+-]")
_SEPARATORS = {".": mark("dot"), "_": mark("underscore"), "+": mark("plus"), "-": mark("dash")}
_MAIL_HOSTS = {"gmail": "G mail", "aol": "A O L", "msn": "M S N", "icloud": "i cloud", "sbcglobal": "S B C global"}
_BEGINNINGS = re.compile(
    r"(?:[bcdfghjklmnpqrstvwxyz]?[aeiouy]|[bcfgkps]l[aeiouy]|[bcdfgkptw]r[aeiouy]|s[ckmnptw][aeiouy]|"
    r"s[ckpt][rl][aeiouy]|(?:ch|kn|ph|qu|sh|th|wh|wr|dw|tw|sch|chr|shr|thr)[aeiouy])"
)
_HARD_RUN = re.compile(r"[^aeiouy]{5,}|([a-z])\1\1")


def spell_reference(reference: str) -> str:
    """`K7M-4Q2` as `K as in king, 7, M as in Mary, 4, Q as in queen, 2`."""
    return ", ".join(_spell_character(character) for character in reference if character.isalnum())


def spell_reference_shortly(reference: str) -> str:
    """`K7M-4Q2` as `K 7 M, 4 Q 2`, for the second time."""
    return ", ".join(" ".join(name_letter(character) for character in part) for part in reference.split("-"))


def name_letter(character: str) -> str:
    """A letter or digit by its name, for the voice of the current language."""
    return _SPANISH_NAMES.get(character, character) if current_language() == SPANISH else character


def _spell_character(character: str) -> str:
    words = _SPANISH_WORDS if current_language() == SPANISH else _ENGLISH_WORDS
    word = words.get(character)
    return tr(LETTER_AS_IN, letter=name_letter(character), word=word) if word else character


def spell_email(name: str, host: str) -> str:
    """`joe.smith77@gmail.com` as `joe dot smith 7 7 at G mail dot com`; what is no word goes letter by letter."""
    first, *rest = host.lower().split(".")
    place = [_MAIL_HOSTS.get(first) or _spell_address_part(first)]
    place += [part if len(part) != 2 else _spell_letters(part) for part in rest]
    return tr("{name} at {place}", name=_spell_address_part(name), place=f" {tr('dot')} ".join(place))


def _spell_address_part(part: str) -> str:
    spoken = []
    for piece in _EMAIL_PARTS.findall(part):
        if piece in _SEPARATORS:
            spoken.append(tr(_SEPARATORS[piece]))
        elif piece.isdigit():
            spoken.append(" ".join(piece))
        else:
            spoken.append(piece if _is_pronounceable(piece.lower()) else _spell_letters(piece))
    return " ".join(spoken)


def _spell_letters(text: str) -> str:
    return " ".join(name_letter(letter) for letter in text.upper())


def _is_pronounceable(word: str) -> bool:
    """Whether a voice says it as a word: `smith`, but not `jsmith` or `rkb`."""
    return len(word) > 2 and bool(_BEGINNINGS.match(word)) and not _HARD_RUN.search(word)
