"""Which phone a report calls: a message that gives one, and a question after the one that is kept."""

from __future__ import annotations

import re

from backend.reading.normalize import fold

_PHONE = r"(?:phone|number|cell(?:phone)?|mobile|line|telefono|numero|celular|cel)"
_GIVES_PHONE = re.compile(
    r"\b(?:call|reach|ring|phone|get|text)(?: me| us| him| her| them| my \w+| the \w+)?(?: back)?(?: instead)? "
    r"(?:at|on)\b|"
    rf"\b(?:my|our|his|her|their|another|other|different|better|best|new|second|work|neighbor'?s|wife'?s|husband'?s|"
    rf"son'?s|daughter'?s|mom'?s|dad'?s)\W+(?:\w+ ){{0,2}}?{_PHONE}\b|"
    rf"\bcall ?back (?:{_PHONE} )?(?:is|at|on)\b|\b{_PHONE} (?:to call|to reach|is)\b|\bcall this\b|"
    rf"\b(?:this|my) (?:\w+ ){{0,2}}?(?:{_PHONE}|battery)\b.{{0,24}}\b(?:dead|dying|die|dies|low|out|quit)\b|"
    rf"\b(?:mi|su|otro|nuevo|este|al?) (?:otro |nuevo )?{_PHONE}\b|"
    r"\b(?:llam|marqu|march|habl)\w*(?:me|nos|le)? (?:\w+ )?al\b|\b(?:llamen?me|llamenos|marquenme|marqueme)\b"
)
_ACCOUNT_PHONE = re.compile(
    r"\b(?:on file|on (?:my|the|our) account|(?:change|update|replace|add) (?:\w+ ){0,3}?(?:phone|number|cell)|"
    r"cambi\w+|actualiz\w+|de mi cuenta|en mi cuenta|registrado)\b"
)
_ASKS_WHICH_PHONE = re.compile(
    rf"\b(?:did|do|have) (?:you|they|u) (?:\w+ )?(?:get|got|have|take|took|write|note|save|put|keep)\b.{{0,20}}"
    rf"\b(?:my|our|other|the|another|right|new|call ?back) (?:\w+ )?{_PHONE}\b|"
    rf"\b(?:what|which|wich) {_PHONE}\b.{{0,16}}\b(?:(?:they|you|crew|office) (?:\w+ ){{0,2}}?"
    r"(?:call|have|reach|ring)|on (?:it|the report|there))\b|"
    rf"\b(?:que|cual|a cual|a que) {_PHONE}\b.{{0,24}}\b(?:llama\w*|tiene\w*|marca\w*)\b|"
    rf"\b(?:tienen?|anot\w+|apunt\w+|agarr\w+|guard\w+) (?:\w+ )?(?:mi|el) (?:otro |nuevo )?(?:telefono|celular)\b"
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
    r"\b(?:if (?:i|we|he|she) (?:don'?t|dont|do not|can'?t) (?:pick up|answer|get)|"
    r"if (?:mine|this|my phone|my cell|it) (?:\w+ ){0,2}?(?:quits|dies|is dead|goes out|runs out)|"
    r"also|too|as well|back ?up|or (?:my|call|try|the)|"
    r"can'?t (?:get|reach) me|tambien|o si no|o al|por si|si no contesto|si se (?:me )?(?:apaga|acaba))\b"
)


def is_additional_phone(words: str) -> bool:
    """Whether the phone is one more, and does not take the place of the first: `if I don't pick up, call …`.

    Nor does another's number that is only told: `my grandma's number is …, she is coming over`.
    """
    text = fold(words)
    another = _OTHERS_PHONE.search(text) and not _OWN_PHONE.search(text) and not _INSTEAD.search(text)
    return bool(_ADDITIONAL_PHONE.search(text) or another)


_REPLACES_PHONE = re.compile(
    rf"\b(?:instead of|not(?: on)?|rather than) (?:this|that|the|my)(?: (?:old|first|other))? (?:{_PHONE}|one)\b|"
    rf"\b(?:en vez de|en lugar de|no) (?:a )?(?:este|esta|ese|al de ahora)\b(?: {_PHONE})?"
)


def replaces_phone(words: str) -> bool:
    """Whether a phone is given in the place of the one before: `call 815-555-0143, not this one`."""
    return bool(_REPLACES_PHONE.search(fold(words)))


def gives_callback_phone(words: str) -> bool:
    """Whether the phone number in these words is one to call about what was reported; none of the account's own."""
    text = fold(words)
    given = _GIVES_PHONE.search(text) or _ASKS_WHICH_PHONE.search(text) or _REPLACES_PHONE.search(text)
    return bool(given) and not _ACCOUNT_PHONE.search(text)


def is_account_phone(words: str) -> bool:
    """Whether it is the phone on file that is spoken of."""
    return bool(_ACCOUNT_PHONE.search(fold(words)))


def asks_which_phone(words: str) -> bool:
    """Whether it is asked which phone a report has: `did you get my other number`."""
    text = fold(words)
    return bool(_ASKS_WHICH_PHONE.search(text)) and not _ACCOUNT_PHONE.search(text)
