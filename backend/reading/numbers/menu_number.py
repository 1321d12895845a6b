"""Detects a choice by its number, `1`, `press 1`, `#1`, `one please`: the key of a menu, and never a sum of money."""

from __future__ import annotations

import re

from backend.reading.normalize import to_plain_text

_DIGIT = r"(?:[1-9]|one|two|three|four|five|six|seven|eight|nine|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa])"
_LEAD_IN = (
    r"(?:for|yes|yeah|no|ok|okay|um|uh|well|please|i|ill|will|want|would|like|to|choose|chose|pick|take|select|selected|go|with|"
    r"just|only|reply|replied|text|send|sent|say|said|responding|press|pressed|pressing|push|pushed|hit|dial|type|enter|key|button|option|choice|number|num|nr|item|answer|its|it|is|the|my|"
    r"para|solo|envio|mando|digo|respondo|si|por|favor|oprima|oprimo|oprimi|marque|marco|presione|presiono|pulse|pulso|tecla|boton|opcion|numero|la|el|elijo|escojo|"
    r"quiero|es)"
)
_POLITE_TAIL = r"(?:please|thanks|thank you|pls|por favor|gracias|then|key|button|option|is fine|yes|one)"
_CHOICE = re.compile(rf"(?:{_LEAD_IN} )*(?:{_DIGIT}|{_ORDINAL})(?: {_POLITE_TAIL})*")


def is_menu_number(text: str) -> bool:
    """Whether nothing is said but the number of a choice. `$1`, `1.00` and `-5` are sums, and 0 is no choice."""
    if re.search(r"[$%¢]|\d[.,]\d|(?:^|\s)[-−]\d", text):
        return False
    words = " ".join(re.sub(r"[^\w\s]", " ", to_plain_text(text)).split())
    return _CHOICE.fullmatch(words) is not None
