"""Small signs in the words that mean the same whatever is asked: wait, say it again, take it back, a feeling.

The words are in signals.yml beside this file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).with_name("signals.yml")
FEELINGS = ("grief", "fear", "hardship", "anger")
"""The first that is found is met: a widow who cannot pay is a widow first."""
FEW_WORDS = 12
_LEAD = r"(?:(?:and|so|ok|okay|hi|hello|hey|also|oh|well|um|uh|but|please|yes|yeah|no|sure|sorry)[\s,.]+)*"
_LANGUAGE = re.compile(r"\b(?:in|en) (?:spanish|english|espa[nñ]ol|ingl[eé]s)\b|\bhabla espa[nñ]ol\b", re.IGNORECASE)
_REFUSES = re.compile(
    r"\b(?:nothing|don'?t (?:want|wanna|wish|need)|do not (?:want|wish|need)|not (?:going|gonna)|"
    r"won'?t|no quiero|nada)\b",
    re.IGNORECASE,
)
_YES_WHEN = re.compile(r"(?:yes|yeah|ok)\W+when\b", re.IGNORECASE)  # a condition: "yes when i have money"
_LATER = re.compile(r"\b(?:later|afterwards?|any ?time|ever|if|still)\b", re.IGNORECASE)
_BARE_WAIT = re.compile(r"\bwait$", re.IGNORECASE)


def asks_to_wait(text: str) -> bool:
    """`hold on`, `let me get my glasses`; no question, and no other wish behind it."""
    found = _at_start("hold").match(text.strip())
    if found is None or len(text.split()) > FEW_WORDS:
        return False
    rest = text.strip()[found.end() :].strip(" ,.!")
    return not is_question(rest) and (not _BARE_WAIT.search(found[0]) or not rest)


def wants_it_again(text: str) -> bool:
    """`say that again`, `i didn't catch that`."""
    return len(text.split()) <= FEW_WORDS and bool(_anywhere("again").search(text))


def takes_back(text: str) -> bool:
    """`undo that`, `i did not ask for this`, `cancel the report`."""
    return (
        len(text.split()) <= FEW_WORDS and bool(_anywhere("take_back").search(text)) and not text.strip().endswith("?")
    )


def only_social(text: str) -> bool:
    """Nothing but a greeting, thanks or a goodbye."""
    return bool(_nothing_but("social").fullmatch(text.strip()))


def is_question(text: str) -> bool:
    """A question, and no polite request: `can you stop it` asks for it, `can I stop it later` asks about it."""
    stripped = text.strip()
    if _at_start("polite").match(stripped) or (_YES_WHEN.match(stripped) and not stripped.endswith("?")):
        return False
    return stripped.endswith("?") or bool(_at_start("asks").match(stripped))


def is_request(text: str) -> bool:
    """A request in the form of a question: `can I just set up Auto Pay instead`."""
    return bool(_at_start("polite").match(text.strip())) and not _LATER.search(text)


def refuses(text: str) -> bool:
    """`I don't want to pay`, `no more of that`: what is named is not wished."""
    return bool(_REFUSES.search(text))


def names_a_language(text: str) -> bool:
    """`better in spanish please`: a wish for a language in few words."""
    return len(text.split()) <= FEW_WORDS // 2 and bool(_LANGUAGE.search(text))


def feeling_of(text: str) -> str | None:
    """`grief`, `fear`, `hardship` or `anger`, when the words plainly show it."""
    return next((name for name in FEELINGS if _anywhere(name).search(text)), None)


@cache
def _pieces(name: str) -> str:
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return "|".join(str(piece).replace(" ", r"\s+").replace(r"\s+?", r"\s*") for piece in table[name])


@cache
def _anywhere(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_pieces(name)})(?!\w)", re.IGNORECASE)


@cache
def _at_start(name: str) -> re.Pattern[str]:
    return re.compile(rf"{_LEAD}(?:{_pieces(name)})\b", re.IGNORECASE)


@cache
def _nothing_but(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{_pieces(name)})[\s,.!]*)+", re.IGNORECASE)
