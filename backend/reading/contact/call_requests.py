"""What a message wants done with the call back that is arranged."""

from __future__ import annotations

import re

_CANCELS_CALL = re.compile(
    r"\b(?:cancel|withdraw|drop|delete|remove|scratch|forget|stop|undo|call off)\w*\b.{0,12}"
    r"\b(?:call ?back|call|llamada)\b|\b(?:no need to|no longer (?:want|need)|(?:don'?t|do not) (?:want|need))\b.{0,16}"
    r"\bcall(?: me)?(?: back)?(?: any ?more)?\W*$|\bstop calling me\b|"
    r"\bno (?:hace falta|es necesario|hay necesidad de)\b.{0,12}\b(?:call|llam\w+)|"
    r"\b(?:don'?t|do not) call me(?: back)?(?: any ?more| at all)?\W*$",
    re.IGNORECASE,
)
_CALL_WORDS = re.compile(r"\b(?:call(?:ing|s)?(?: ?backs?)?|ring|phone me|llamada|llam\w+)\b", re.IGNORECASE)
_ADD_WORDS = re.compile(
    r"\b(?:add|put|note|write|include|tell (?:them|her|him)|mention|let them know|agreg\w+|anot\w+|pong\w+|"
    r"d[ií]ga\w+)\b",
    re.IGNORECASE,
)
_ANOTHER_PHONE = re.compile(
    r"\b(?:my|the|a|an|mi|el|al|otro) (?:(?:cell|mobile|home|work|other|new|house|wife'?s|husband'?s|different|"
    r"right) ?)*"
    r"(?:phone|number|cell|mobile|landline|line|celular|tel[eé]fono|n[uú]mero)\b|\bnot this (?:one|number|phone)\b|"
    r"\b(?:different|wrong|another) (?:number|phone)\b",
    re.IGNORECASE,
)
_ASKS_WHY_PHONE = re.compile(r"\b(?:number|phone|records?|on file|have it|got it|know it|caller id)\b", re.IGNORECASE)
_STOP_CALLS = re.compile(r"\b(?:stop|quit) call\w*|\b(?:don'?t|do not) call\b", re.IGNORECASE)


def cancels_call(text: str) -> bool:
    return bool(_CANCELS_CALL.search(text))


def mentions_call(text: str) -> bool:
    return bool(_CALL_WORDS.search(text))


def asks_to_note(text: str) -> bool:
    return bool(_ADD_WORDS.search(text))


def names_another_phone(text: str) -> bool:
    return bool(_ANOTHER_PHONE.search(text))


def asks_about_phone_on_file(text: str) -> bool:
    return bool(_ASKS_WHY_PHONE.search(text))


def wants_no_calls(text: str) -> bool:
    """`Stop calling me`: calls that were never arranged here."""
    return bool(_STOP_CALLS.search(text))
