"""Tells the sender's own outage from one that is asked about, is over, or is a neighbor's, in both languages."""

from __future__ import annotations

import re

from backend.reading.hazards.life_support import says_power_is_out_now
from backend.reading.normalize import fold_line, split_sentences
from backend.reading.service.outages import detect_outage_kind, states_outage
from backend.reading.tickets.status_questions import says_power_is_fine

_OWN_WORDS = re.compile(
    r"\b(?:my|our|i|we|i'?m|we'?re|i'?ve|we'?ve|us|here|mi|nuestr[oa]|tengo|tenemos|estoy|estamos|llevo|llevamos|"
    r"quede|quedamos|(?:se )?(?:me|nos) (?:fue|ha ido)|perdi|perdimos|aqui|aca)\b"
)
_WHOSE = r"(?:(?:my|our|the|mis?|nuestr[oa]s?|la|el|los|las) )?"
_OF_OTHERS = re.compile(
    rf"\b(?:{_WHOSE}(?:neighbou?r\w*|vecin[oa]s?|mom|mother|dad|father|parent|sister|brother|son|daughter|aunt|uncle|"
    r"grand\w+|cousin|friend|tenant|boss|church|school|store|mama|papa|padre|madre|herman[oa]|hij[oa]|ti[oa]|"
    r"abuel[oa]|prim[oa]|amig[oa]|inquilin[oa]|iglesia|escuela|tienda)s?\b|next door|"
    r"(?:her|his|their) (?:\w+ )?(?:power|lights?|electric\w*|house|home)\b|"
    r"(?:all over|across|in all of|half of|most of|part of|en todo|toda la|todo el) (?:the |el |la )?\w+)"
)
_ONLY_NAMED = re.compile(r"(?<!have an )(?<!got an )(?<!is an )\b(?:power )?outages?\b|\bel apagon\b")
"""An outage that is spoken of, and not told: `call me about the outage`."""
_NOT_NOW = re.compile(
    r"\bno outages?\b|\b(?:was|were|had) (?:an? )?(?:\w+ )?outages?\b|"
    r"\boutage (?:fee|charge|credit|map|alert|text)s?\b|"
    r"\b(?:but|and|pero|y) (?:(?:it|now|ya|is|it'?s) )*(?:back|came back|volvio|regreso)\b(?! out)"
)


def reports_own_outage(words: str, glossed: str) -> bool:
    """Whether the sender says that the power is out where they are: `my power is out`, `se fue la luz`, and `my power
    is out, when will it be back?`. Not what is only asked, nor told of a neighbor, a relative or a town. `glossed` is
    the message from `to_english`."""
    if says_power_is_fine(words) or _NOT_NOW.search(fold_line(words)):
        return False
    words = _ONLY_NAMED.sub(" ", words)
    told = [part for part in (words, *_clauses_before_question(words)) if states_outage(part, glossed)]
    return any(detect_outage_kind(part) == "outage" and _is_own(fold_line(part)) for part in told)


def _clauses_before_question(words: str) -> list[str]:
    """What stands before the last comma of each sentence that ends as a question."""
    return [part.rpartition(",")[0] for part in split_sentences(words) if part.rstrip().endswith("?") and "," in part]


def _is_own(text: str) -> bool:
    rest = _OF_OTHERS.sub(" ", text)
    return rest == text or bool(_OWN_WORDS.search(rest) and says_power_is_out_now(rest))
