"""A place, as somebody tells it to a crew: an address, a numbered road, a crossing or a landmark."""

from __future__ import annotations

import re

from actions.free_text import free_text
from actions.turn import Turn

_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|circle|cir|boulevard|blvd|trail|trl|way|loop|place|pl|"
    r"terrace|parkway|pkwy|highway|hwy|route|rt|rte|calle|avenida|camino|carretera)"
)
_TOWN = r"(?:\s*,\s*[^\W\d_][\w.'-]*(?-i:\s+[A-Z][\w.'-]*)*(?:\s+\d{5})?)?"
# "3 houses on Elm Street" and "4 hours on Cedar Lane" have no house number
_COUNTED = (
    r"(?!\s+(?:of|on|in|at|am|pm|a\.?m|p\.?m|o'clock|or|and|to|more|other|hours?|hrs?|days?|weeks?|minutes?|mins?|times?|"
    r"houses?|homes?|people|kids?|miles?|poles?|trees?|lights?|years?|months?|horas?|d[ií]as?|casas?|personas?)\b)"
)
_HOUSE = rf"\d{{1,6}}[a-z]?(?:\s*[-/]\s*\d{{1,4}})?\b{_COUNTED}"
_NUMBERED = (
    r"(?:county (?:road|rd|highway|hwy)|cr|state (?:road|route|highway)|highway|hwy|route|rt|rte|us)\s*#?\s*\d+\w?"
)
ADDRESSES = (
    re.compile(rf"\b{_HOUSE}\s+(?:[nsew]\.?\s+)?{_NUMBERED}\b{_TOWN}", re.IGNORECASE),
    re.compile(rf"\b{_HOUSE}\s+(?:[\w'.-]+\s+){{1,4}}?{_STREET}\b\.?(?:\s+\d{{1,4}}\b)?{_TOWN}", re.IGNORECASE),
    re.compile(
        r"\b(?:\d{1,6}\s+)?(?:calle|avenida|camino|carretera|callej[oó]n)\s+(?:[\w'.-]+\s+){0,4}?(?:n[uú]mero\s+)?#?\d{1,6}\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:the )?(?:corner|intersection|crossing) of\s+[\w'. ]+?\s+(?:and|&)\s+[\w'.]+(?:\s+[\w'.]+)?",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:la )?esquina de\s+[\w'. ]+?\s+(?:y|con)\s+[\w'.]+(?:\s+[\w'.]+)?", re.IGNORECASE),
    re.compile(rf"\b{_NUMBERED}\b(?:\s+(?:and|at|near|by)\s+[\w'.]+(?:\s+{_STREET}\b)?)?", re.IGNORECASE),
    re.compile(rf"(?<=\bon )(?:the )?(?:[\w'.-]+\s+){{1,3}}?{_STREET}\b", re.IGNORECASE),
)  # fmt: skip
"""From the most exact to the least; each is found inside a longer message too."""
NO_ROAD = re.compile(
    r"^(?:the|my|our|a|this|that|your)\s+(?:\w+\s+)?(?:street|st|road|rd|way|place|lane|drive)$", re.IGNORECASE
)
SPOKEN_STREET = re.compile(rf"\b{_STREET}\b", re.IGNORECASE)
LANDMARK = re.compile(
    r"\b(?:corner|crossing|intersection|farm|church|school|bridge|park|mile|miles|past|behind|across|"
    r"next to|near|between|"
    r"trailer|lot|apartment|apt|unit|barn|shop|store|station|gate|pole number|north of|south of|east of|west of|"
    r"granja|iglesia|escuela|puente|rancho|esquina|cerca|detr[aá]s|enfrente|junto|milla)\b",
    re.IGNORECASE,
)
# an answer to something else, or none: nobody is sent to "no nobody's hurt"
NO_PLACE = re.compile(
    r"^\W*(?:no|nope|nah|not|yes|yeah|yep|ok|okay|sure|nobody|no one|none|everyone|everybody|we'?re|"
    r"we are|i'?m (?:ok|fine|safe)|"
    r"i (?:don'?t|do not|can'?t|cannot)|don'?t|idk|wait|hold|hang|one (?:sec|second|moment|minute)|just a|"
    r"let me|please|"
    r"hurry|help|thank|thanks|what|why|how|when|who|is|are|do|does|did|can|could|will|would|should|sorry|"
    r"never ?mind)\b",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"^\W*(?:(?:um+|uh+|well|so|ok|okay|yes|yeah|no|sure|it'?s|it is|that'?s|that is|this is|i'?m|i am|"
    r"we'?re|we are|i live|"
    r"we live|my address is|the address is|address is|address|the place is|at|on|in|over|out|located|es|"
    r"est[aá]|estoy|estamos|"
    r"en|mi direcci[oó]n es|la direcci[oó]n es|vivo|vivimos)\b[\s,:]*)+",
    re.IGNORECASE,
)
MOST = 200
# a town behind the street, with no comma in between
TOWN = re.compile(r"[\s,.]*[^\W\d_][\w'-]*(?:[\s,.]+[\w'-]+){0,3}\.?")
NO_TOWN = re.compile(
    r"\b(?:and|but|or|the|my|is|are|was|it|it's|i|we|please|hurry|now|quick|thanks?|out|for|since|on|in|at|by|near|power|"
    r"light|y|pero|la|el|es|por|favor|gracias|luz)\b",
    re.IGNORECASE,
)


def address_in(words: str) -> str | None:
    """An address or a numbered road anywhere in the words, as it was spelled; None when there is none."""
    for pattern in ADDRESSES:
        for match in pattern.finditer(words):
            found = " ".join(match[0].split()).strip(" .,")
            if not NO_ROAD.fullmatch(found):
                return found[:MOST]
    return None


def read_place(turn: Turn, *, asked: bool) -> str | None:
    """The place that a message tells; None when it tells none.

    Only behind the question for it (`asked`) are words without a street a place, and only when they name a spot.
    """
    if found := address_in(turn.own_words):
        return _with_town(turn.own_words, found) if asked else found
    words = free_text(turn)
    if not asked or words is None or NO_PLACE.search(turn.text) or "?" in words:
        return None
    plain = LEAD.sub("", words).strip(" .,!")
    letters = sum(character.isalpha() for character in plain)
    if letters < 3 or len(plain.split()) < 2:
        return None
    named = any(character.isdigit() for character in plain) or SPOKEN_STREET.search(plain) or LANDMARK.search(plain)
    return plain[:MOST] if named else None


def _with_town(words: str, found: str) -> str:
    """The address with the town that was named behind it, where the answer is nothing but that."""
    plain = " ".join(words.split())
    tail = plain.partition(found)[2]
    if TOWN.fullmatch(tail) and not NO_TOWN.search(tail):
        return f"{found}{tail}".strip(" .")[:MOST]
    return found
