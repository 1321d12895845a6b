"""Who says that there is no danger after one was heard in their words: it was a bill, a bulb, a pool to be built."""

from __future__ import annotations

import re

from backend.reading.spanish.gloss import without_accents

_NONE = re.compile(
    r"\b(?:there(?:'?s| is| are| was)|it(?:'?s| is)|this is|i have) (?:\w+ )?(?:no|not an?y?|isn'?t an?y?) "
    r"(?:\w+ )?(?:fire|danger|emergency|wire|water|gas|shock|smoke|problem)\b|"
    r"\bnothing(?:'?s| is) (?:\w+ )?(?:down|on fire|wrong|burning|dangerous|happening)\b|\bno (?:danger|emergency)\b|"
    r"\bi (?:don'?t|do not) need (?:911|a crew|anybody|the crew|an ambulance)\b|"
    r"\bnot (?:an? )?(?:emergency|dangerous)\b|"
    r"\bno hay (?:ningun[ao]? )?(?:peligro|emergencia|fuego|agua|cable|problema)\b|"
    r"\bno es (?:una? |ningun[ao] )?(?:emergencia|peligro)\b|\bno necesito (?:al |el )?(?:911|ayuda|cuadrilla)\b|"
    r"\bno pasa nada\b"
)
_ONLY = re.compile(
    r"\b(?:i (?:just|only) (?:want|wanted|need|asked|meant)|i(?:'?m| am) (?:just |only )?asking|i meant|"
    r"solo (?:quiero|queria|pregunto|preguntaba)|nada mas (?:quiero|pregunto)|nomas (?:quiero|pregunto)|quiero saber)\b"
)
_YET = re.compile(r"\b(?:but|pero|still|todavia|sigue\w*|now it|yet|anymore|any more)\b")


def denies_danger(words: str) -> bool:
    """Whether it is told that there is no danger: `No, nothing's down. The bulb just quit`."""
    text = without_accents(words.lower().replace("’", "'"))
    return bool(_NONE.search(text) or (_ONLY.search(text) and re.match(r"\W*(?:no|what|whoa|que|wait)\b", text))) and (
        not _YET.search(text)
    )
