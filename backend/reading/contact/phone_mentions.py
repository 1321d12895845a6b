"""Finds phone numbers in messages, by the shape of their digits and the words around them; nothing is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.reading.detectors import detector
from backend.reading.normalize import clean_text, fold
from backend.reading.numbers.digit_groups import DigitGroup, find_digit_groups, spoken_to_digits
from backend.reading.numbers.member_number import SUFFIX_LENGTH

_PHONE_DIGITS = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]?\d{4}(?!\d)")
_FORMATTED_PHONE = re.compile(r"(?<![\d-])\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}(?![\d-])")


def contains_phone_digits(text: str) -> bool:
    """Whether ten digits may be a phone's, in any groups; a member number with its last four has as many."""
    return _PHONE_DIGITS.search(text) is not None


def contains_formatted_phone(text: str) -> bool:
    """Whether digits are grouped as in `555-555-0142`, which no member number is."""
    return _FORMATTED_PHONE.search(text) is not None


def remove_phone_digits(text: str) -> str:
    """The text without them, so that their digits are taken for nothing else."""
    return _PHONE_DIGITS.sub(" ", text)


def remove_formatted_phones(text: str) -> str:
    """The text without numbers that are grouped as a phone; bare digits stay."""
    return _FORMATTED_PHONE.sub(" ", text)


_ENDING = re.compile(
    r"\b(?:ends?|ending|last (?:four|4)(?: digits?)?(?: is| are)?|termina\w*|acaba\w*|[uú]ltimos (?:cuatro|"
    r"4)(?: d[ií]gitos)?(?: son)?)(?: (?:in|with|is|en|con))?\W{1,3}(?P<end>\d[ -]?\d[ -]?\d[ -]?\d)(?![\d-])",
    re.IGNORECASE,
)


def extract_phone_ending(text: str) -> str | None:
    """The four digits that a phone is said to end with, the last such in the text; None where none is."""
    found = [re.sub(r"\D", "", match["end"]) for match in _ENDING.finditer(spoken_to_digits(text))]
    return found[-1] if found else None


is_new_phone = detector(
    r"\b(?:new|another|other|different|changed|nuevo|nueva|otro|cambi\w+)\b.{0,24}\b(?:phone|cell|number|"
    r"tel[eé]fono|celular|n[uú]mero)\b.*\d{4}|\b(?:phone|cell|number|tel[eé]fono|celular|"
    r"n[uú]mero)\b.{0,24}\b(?:changed|is now|new|cambi\w+|nuevo)\b.*\d{4}|\bcall (?:me|us) (?:at|on)\b.*\d{4}"
)
"""Whether the phone in these words is a new one, or one to be called at: its last four prove nobody."""


_NATIONAL_LENGTH, _INTERNATIONAL_LENGTH, _LOCAL_LENGTH = 10, 11, 7
_PHONE_CHARACTERS = frozenset("0123456789()+-./ ")


@dataclass(frozen=True)
class PossiblePhone:
    """Digits that may be a phone number.

    They are certain when no member number is written that way; else they are a phone only if the co-op has no member
    numbers of that length.
    """

    digits: str
    is_certain: bool


def detect_phone(text: str) -> PossiblePhone | None:
    """The phone number in what was said, when nothing else in it can be a member number."""
    bare = text.strip()
    if set(bare) <= _PHONE_CHARACTERS and ("(" in bare or bare.startswith("+")):
        digits = "".join(character for character in bare if character.isdigit())
        return PossiblePhone(digits, is_certain=True) if _NATIONAL_LENGTH <= len(digits) <= 15 else None
    found = find_digit_groups(clean_text(text))
    runs = [run for run in found.groups if len(run.digits) >= _LOCAL_LENGTH and not (run.is_money or run.is_denied)]
    if found.phones and not runs:
        return PossiblePhone(found.phones[-1].digits, is_certain=True)
    return _phone_from_digits(runs[0]) if len(runs) == 1 and not found.phones else None


def _phone_from_digits(run: DigitGroup) -> PossiblePhone | None:
    digits = run.digits
    national = digits[1:] if len(digits) == _INTERNATIONAL_LENGTH and digits[0] == "1" else digits
    # North American area codes and exchanges begin with neither 0 nor 1
    starts = {_NATIONAL_LENGTH: (0, 3), _LOCAL_LENGTH: (0,)}.get(len(national))
    if starts is None or any(national[at] in "01" for at in starts):
        return None
    if run.dash_positions and run.dash_positions[-1] == len(digits) - SUFFIX_LENGTH:
        return None  # 5555550-142: a member number's own dash
    return PossiblePhone(digits, is_certain=bool(run.dash_positions))


_PHONE = r"(?:phone|number|cell(?:phone)?|mobile|line|telefono|numero|celular|cel)"
_GIVES_PHONE = re.compile(
    r"\b(?:call|reach|ring|phone|get|text)(?: me| us| him| her| them| my \w+| the \w+)?(?: back)?(?: instead)? "
    r"(?:at|on)\b|\b(?:my|our|his|her|their|another|other|different|better|best|new|second|work|neighbor'?s|"
    rf"wife'?s|husband'?s|son'?s|daughter'?s|mom'?s|dad'?s)\W+(?:\w+ ){{0,2}}?{_PHONE}\b|"
    rf"\bcall ?back (?:{_PHONE} )?(?:is|at|on)\b|\b{_PHONE} (?:to call|to reach|is)\b|\bcall this\b|"
    rf"\b(?:this|my) (?:\w+ ){{0,2}}?(?:{_PHONE}|battery)\b.{{0,24}}\b(?:dead|dying|die|dies|low|out|quit)\b|"
    rf"\b(?:mi|su|otro|nuevo|este|al?) (?:otro |nuevo )?{_PHONE}\b|\b(?:llam|marqu|march|habl)\w*(?:me|nos|"
    r"le)? (?:\w+ )?al\b|\b(?:llamen?me|llamenos|marquenme|marqueme)\b"
)
is_account_phone = detector(
    r"\b(?:on file|on (?:my|the|our) account|(?:change|update|replace|add) (?:\w+ ){0,3}?(?:phone|number|cell)|"
    r"cambi\w+|actualiz\w+|de mi cuenta|en mi cuenta|registrado)\b",
    fold=fold,
)
"""Whether the phone on file is meant."""
_ASKS_WHICH_PHONE = re.compile(
    r"\b(?:did|do|have) (?:you|they|u) (?:\w+ )?(?:get|got|have|take|took|write|note|save|put|"
    rf"keep)\b.{{0,20}}\b(?:my|our|other|the|another|right|new|call ?back) (?:\w+ )?{_PHONE}\b|\b(?:what|which|"
    rf"wich) {_PHONE}\b.{{0,16}}\b(?:(?:they|you|crew|office) (?:\w+ ){{0,2}}?(?:call|have|reach|ring)|on (?:it|"
    rf"the report|there))\b|\b(?:que|cual|a cual|a que) {_PHONE}\b.{{0,24}}\b(?:llama\w*|tiene\w*|marca\w*)\b|"
    r"\b(?:tienen?|anot\w+|apunt\w+|agarr\w+|guard\w+) (?:\w+ )?(?:mi|el) (?:otro |nuevo )?(?:telefono|celular)\b"
)


_OTHERS_PHONE = re.compile(
    rf"\b(?:(?:my|our|his|her) \w+(?:'s|s)?|his|her|their|(?:mi|su) (?:espos[oa]|marido|hij[oa]|mama|papa|hermana?o?|"
    rf"suegr[oa]|abuel[oa]|vecin[oa]|ti[oa]|cunad[oa])) (?:\w+ ){{0,2}}?(?:{_PHONE}|is|es)\b|"
    rf"\b{_PHONE} (?:de|of) (?:mi|my|su|his|her) \w+|\b(?:su|his|her|their) {_PHONE} (?:es|is)\b"
)
_OWN_PHONE = re.compile(
    rf"\b(?:my|mi) (?:own |other |otro |new |nuevo |work |cell ?|home )*{_PHONE}\b|\bme (?:at|on|al)\b|\bllamenme\b"
)
_INSTEAD = re.compile(
    r"\b(?:instead|not (?:me|mine|this|my|to me)|no (?:a mi|al mio|a este|me llamen)|en vez|en lugar|"
    r"(?:mine|this|my (?:phone|cell|battery)) (?:is |'?s )?(?:\w+ )?(?:dead|dying|dies|out|off)|call (?:my|him|her) )\b"
)
_ADDITIONAL_PHONE = re.compile(
    r"\b(?:if (?:i|we|he|she) (?:don'?t|dont|do not|can'?t) (?:pick up|answer|get)|if (?:mine|this|my phone|"
    r"my cell|it) (?:\w+ ){0,2}?(?:quits|dies|is dead|goes out|runs out)|also|too|as well|back ?up|or (?:my|call|"
    r"try|the)|can'?t (?:get|reach) me|tambien|o si no|o al|por si|si no contesto|si se (?:me )?(?:apaga|acaba))\b"
)


def is_additional_phone(words: str) -> bool:
    """Whether the phone is one more, and does not take the place of the first: `if I don't pick up, call …`.

    Nor does another's number that is only told: `my grandma's number is …, she is coming over`.
    """
    text = fold(words)
    another = _OTHERS_PHONE.search(text) and not _OWN_PHONE.search(text) and not _INSTEAD.search(text)
    return bool(_ADDITIONAL_PHONE.search(text) or another)


replaces_phone = detector(
    rf"\b(?:instead of|not(?: on)?|rather than) (?:this|that|the|my)(?: (?:old|first|other))? (?:{_PHONE}|one)\b|"
    rf"\b(?:en vez de|en lugar de|no) (?:a )?(?:este|esta|ese|al de ahora)\b(?: {_PHONE})?",
    fold=fold,
)
"""Whether a phone is given in the place of the one before: `call 815-555-0143, not this one`."""


def gives_callback_phone(words: str) -> bool:
    """Whether the phone number in these words is one to call about what was reported; none of the account's own."""
    text = fold(words)
    given = _GIVES_PHONE.search(text) or _ASKS_WHICH_PHONE.search(text) or replaces_phone(text)
    return bool(given) and not is_account_phone(text)


def asks_which_phone(words: str) -> bool:
    """Asks which phone a report has: `did you get my other number`."""
    text = fold(words)
    return bool(_ASKS_WHICH_PHONE.search(text)) and not is_account_phone(text)
