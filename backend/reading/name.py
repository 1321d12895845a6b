"""A person's name in what was said: `Dora Graham. I'm already a member` is Dora Graham."""

from __future__ import annotations

import re

MOST_WORDS = 4
_LEAD = re.compile(
    r"^\W*(?:(?:my name is|the name is|name is|the name|name|this is|i am|i'm|im|it is|it's|its|just|only|simply|under|"
    r"for|to|in the name of|put|put it under|make it|me llamo|mi nombre es|el nombre es|a nombre de|es|soy|solo|"
    r"solamente|no|nope|yes|yeah|ok|okay|uh|um|well|so|sorry|please|por favor|perd[oó]n|s[ií])\b[\s,:.!]*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:\s+(?:please|pls|thanks|thank you|por favor|gracias|only|again))+\W*$", re.IGNORECASE)
_NO_NAME = frozenset(
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
_PARTS = re.compile(
    r"(?<!\b[A-Z])(?<!\bJr)(?<!\bSr)(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)[.!?;:\n]+\s*|,\s*|\s[-–—]\s|[¡¿]"
)
_CALLED = re.compile(
    r"\b(?:name|nombre)\b(?:[^.,!?]{0,12}?\b(?:is|should be|es|be|:|to|a)\b)?[\s,.:!]*(?:(?:just|only|simply|solo|"
    r"solamente|nada m[aá]s)\s+)?(?P<name>.+)",
    re.IGNORECASE | re.DOTALL,
)


def name_said(words: str) -> str | None:
    """The first part of the words that is nothing but a name; None when none is."""
    found = [name for part in _PARTS.split(words) if (name := _name(part))]
    return next((name for name in found if " " in name), found[0] if found else None)


def name_corrected(words: str, known: str) -> str | None:
    """The name in a correction: behind "the name", or words that stand in the name that is known."""
    if (called := _CALLED.search(words)) and (name := name_said(called["name"])):
        return name
    name = name_said(words)
    told = set(known.lower().replace(".", " ").split())
    return name if name and name != known and set(name.lower().split()) <= told else None


def _name(part: str) -> str | None:
    plain = _TAIL.sub("", _LEAD.sub("", part.strip())).strip(" ,'\"")
    words = plain.split()
    if not words or len(words) > MOST_WORDS or not _NAME.fullmatch(plain):
        return None
    if {word.lower().strip(".") for word in words} & _NO_NAME or len(plain) < 2:
        return None
    return plain
