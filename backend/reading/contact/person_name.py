"""Extracts a person's name: "Dora Graham" of `Dora Graham. I'm already a member`."""

from __future__ import annotations

import re

MAX_NAME_WORDS = 4
_LEAD_IN = re.compile(
    r"^\W*(?:(?:my name is|the name is|name is|the name|name|this is|i am|i'm|im|it is|it's|its|just|only|simply|under|"
    r"for|to|in the name of|put|put it under|make it|me llamo|mi nombre es|el nombre es|a nombre de|es|soy|solo|"
    r"solamente|no|nope|yes|yeah|ok|okay|uh|um|well|so|sorry|please|por favor|perd[oó]n|s[ií])\b[\s,:.!]*)+",
    re.IGNORECASE,
)
_POLITE_TAIL = re.compile(r"(?:\s+(?:please|pls|thanks|thank you|por favor|gracias|only|again))+\W*$", re.IGNORECASE)
_NOT_NAME_WORDS = frozenset(
    """moving starting stopping going calling writing not new a an the my at on in to for here there sorry trying
    looking
    about just from and i i'm im it that this your our renting buying y en el la de por para mi you he she we they have
    has had should would could all already member same before what who whose why how when where is are was were am be do
    does did don't dont no yes tell told said ask asked says want need like know me her his their whole full first last
    name named two words only other talk but if then than with as so too also number account phone person somebody
    someone people human please thanks thank okay ok right wrong correct again ya le dije un una nombre persona alguien
    favor gracias misma mismo cuenta quiero pero que lo se yo ella usted""".split()
)
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.-]*[^\W_]?|[A-Z]\.?")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’&-]){0,78}")
_PART_BREAK = re.compile(
    r"(?<!\b[A-Z])(?<!\bJr)(?<!\bSr)(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)[.!?;:\n]+\s*|,\s*|\s[-–—]\s|[¡¿]"
)
_AFTER_NAME_WORD = re.compile(
    r"\b(?:name|nombre)\b(?:[^.,!?]{0,12}?\b(?:is|should be|es|be|:|to|a)\b)?[\s,.:!]*(?:(?:just|only|simply|solo|"
    r"solamente|nada m[aá]s)\s+)?(?P<name>.+)",
    re.IGNORECASE | re.DOTALL,
)


def parse_person_name(words: str) -> str | None:
    """The first part of the words that is nothing but a name, one of several words if there is one; else None."""
    found = [name for part in _PART_BREAK.split(words) if (name := _parse_name_part(part))]
    return next((name for name in found if " " in name), found[0] if found else None)


def extract_corrected_name(words: str, known: str) -> str | None:
    """The name in a correction: behind "the name", or a part of the name that is known."""
    if (called := _AFTER_NAME_WORD.search(words)) and (name := parse_person_name(called["name"])):
        return name
    name = parse_person_name(words)
    known_words = set(known.lower().replace(".", " ").split())
    return name if name and name != known and set(name.lower().split()) <= known_words else None


def _parse_name_part(part: str) -> str | None:
    plain = _POLITE_TAIL.sub("", _LEAD_IN.sub("", part.strip())).strip(" ,'\"")
    words = plain.split()
    if not words or len(words) > MAX_NAME_WORDS or not _NAME.fullmatch(plain):
        return None
    if {word.lower().strip(".") for word in words} & _NOT_NAME_WORDS or len(plain) < 2:
        return None
    return plain
