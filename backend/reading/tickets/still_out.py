"""Detects the answer to `Still out? Reply OUT`."""

from __future__ import annotations

import re

from backend.reading.hazards.danger_words import detect_danger
from backend.reading.normalize import to_plain_text

MAX_WORDS = 10
_WORDS = frozenset(
    "out off dark still yes yep yeah nope no it its is i im am we were are mine ours my our the power light lights "
    "electricity here not without any have dont do on back yet at in house home place nothing sorry please thanks "
    "thank you hi hello "
    "si aun todavia sin luz electricidad corriente sigo seguimos sigue estamos estoy tengo tenemos hay aqui ha vuelto "
    "vuelve regresado regresa en casa mi la nuestra hola pues gracias oscuras a nada".split()
)
"""Any other word makes it a message for the dialogue."""
_POWER = r"(?:power|lights?|electricity)"
_LUZ = r"(?:luz|electricidad|corriente)"
_OUT = re.compile(
    rf"\b(?:out|off|dark)\b|\b(?:no|without|not any|dont have|dont have any|do not have) {_POWER}\b|"
    rf"\bnot (?:back|on)\b|\bstill nothing\b|\b(?:sin|no hay|no tengo|no tenemos) {_LUZ}\b|"
    r"\bno (?:ha )?(?:vuelto|vuelve|regresado|regresa)\b|\ba oscuras\b|\b(?:sigue|seguimos|sigo) sin nada\b"
)
_NOT_OUT = re.compile(r"\bnot (?:out|off|dark|without)\b|\bno (?:estamos|estoy|sigo|seguimos) sin\b")


def answers_still_out(text: str) -> bool:
    """`OUT`, `still out`, `no power yet`, `todavía sin luz`: nothing but that. A danger goes the way of dangers."""
    words = re.sub(r"[^a-z]+", " ", to_plain_text(text)).split()
    plain = " ".join(words)
    if not words or len(words) > MAX_WORDS or not _WORDS.issuperset(words) or detect_danger(text):
        return False
    return bool(_OUT.search(plain)) and not _NOT_OUT.search(plain)
