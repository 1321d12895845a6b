"""A place that is put right: `no, it's thirty-one, not thirty-three`, `sorry, 130 Mill Road, 30 is the house`."""

from __future__ import annotations

import re

from backend.contact.service import read_phones
from backend.reading.address import addresses, figures
from backend.reading.danger import danger_in
from backend.reading.place import LANDMARK, address_in, place_in
from backend.reading.spanish import glossed
from backend.reading.spanish.gloss import without_accents
from backend.tickets.places import names_a_spot, place_key

_CORRECTS = re.compile(
    r"\b(?:no|not|sorry|wait|actually|i meant|i said|i told you|wrong|mistake|mistaken|correct\w*|fix|change|instead|"
    r"rather|mixed up|write down|put|"
    r"perdon|disculpe|me equivoque|digo|mejor dicho|quise decir|dije|corrij\w+|cambi\w+|correg\w+|mal)\b"
)
_OF_A_HOUSE = re.compile(
    r"\b(?:(?:house|home|street|box)(?: number| no)?|number|address|place|numero|casa|direccion|"
    r"it'?s|it is|its|i'?m at|we'?re at|es(?: el| la)?)\b"
)
_OF_A_ROAD = re.compile(
    r"\b(?:mile ?(?:marker|post)?|marker|exit|hwy|highway|route|rt|county road|cr|milla|kilometro|"
    r"salida)\.? #?\d+\w?|"
    r"\b911\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<![\d$#:.-])\b(\d{1,6})\b(?![-:/]?\d|\s*(?:am|pm|a\.m|p\.m|o'?clock|years?|minutes?|hours?|"
    r"feet|foot|miles?|horas?|minutos?|pies|metros|cows?|people|kids?|times?|houses?|casas|personas|days?|nights?|"
    r"weeks?|months?|dias?|noches?|semanas?|veces|lights?|lamps?|poles?|trees?|wires?|lines?|breakers?|rooms?|"
    r"luces|postes?|arboles|cables?|percent|volts?|of (?:us|them|my|the))\b)",
    re.IGNORECASE,
)
_HOUSE_OF = re.compile(r"^\d{1,6}\b|(?<=\s)\d{1,6}$")
"""The number of the house in a place: in front of the street, or behind it as in Spanish."""
_STREET_NAMED = re.compile(
    r"(?-i:\b[A-Z])[\w'.-]*(?: (?-i:[A-Z])[\w'.-]*)? (?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|trail|way)\b",
    re.IGNORECASE,
)
_CROSSING = re.compile(
    r"\b(?P<one>[\w'.-]+)(?: (?:street|st|road|rd|avenue|ave|lane|ln))? (?:and|&|y|con) "
    r"(?:la |calle )?(?P<two>[\w'.-]+)"
)
_LEAD = re.compile(r"^(?:actually|really|in fact|it'?s|its|de hecho|en realidad|es)\b[ ,]*", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|wait|sorry|perd[oó]n)\b[ ,.]*", re.IGNORECASE)
SHORT = 14
"""Words of a message that has no other figure than the new number."""
BARE = 3
"""`No, 74`."""
MOST = 200


def corrected_place(words: str, place: str | None) -> str | None:
    """The whole place as it is right, where the words put `place` right; None where they do not.

    A number alone takes the place of the house number: of two numbers the one that is not in `place` yet. Where no
    house number is known, a spot that is named takes the place of what is known, or stands behind a numbered road.
    """
    text = without_accents(words.lower().replace("’", "'"))
    if not place or (read_phones(words) and not address_in(words)):
        return None
    if not _CORRECTS.search(text):
        return _with_spot(words, place) if _OF_A_ROAD.match(place) else None
    key = place_key(place)
    told = [*addresses(words), address_in(words) or ""]
    others = [one for one in told if one and names_a_spot(place_key(one)) and place_key(one) != key]
    house = None if _OF_A_ROAD.match(place) else _HOUSE_OF.search(place)
    if others and (house or not _OF_A_ROAD.search(others[-1])):
        return others[-1]
    if house is None:
        return _with_crossing(text, place) or _with_spot(words, place)
    number = _house_number(words, text, house[0])
    return _HOUSE_OF.sub(number, place, count=1) if number else None


def _with_crossing(text: str, place: str) -> str | None:
    """Another crossing of one of the two roads: `no, it's 6th and Main`, of the corner of 5th and Main."""
    known = _CROSSING.search(place.lower())
    if known is None:
        return None
    roads = {known["one"], known["two"]}
    for told in _CROSSING.finditer(text):
        same = roads & {told["one"], told["two"]}
        new = {told["one"], told["two"]} - roads
        if len(same) == 1 and len(new) == 1:
            (old,), (right,) = roads - same, new
            return re.sub(rf"\b{re.escape(old)}\b", right, place, count=1, flags=re.IGNORECASE)
    return None


def _with_spot(words: str, place: str) -> str | None:
    """A spot takes the place of another only where it names a street or a mile: `next to the truck` is no place."""
    named = [one[0] for one in _STREET_NAMED.finditer(words) if place_key(one[0]) != place_key(place)]
    spot = _LEAD.sub("", place_in(_NO.sub("", words)) or "")
    if named and not LANDMARK.search(spot):
        spot = named[-1]
    if not spot or danger_in(spot) or place_key(spot) == place_key(place) or spot in place:
        return None
    if _OF_A_ROAD.match(place):
        return f"{place}, {spot}"[:MOST] if _OF_A_ROAD.search(spot) or named else None
    return spot[:MOST] if named else None


def _house_number(words: str, text: str, house: str) -> str | None:
    figured = figures(words) if any(map(str.isdigit, figures(words))) else figures(glossed(words))
    said = list(dict.fromkeys(_FIGURE.findall(_OF_A_ROAD.sub(" ", figured))))
    others = [number for number in said if number != house]
    if len(others) != 1:
        return None
    length = len(words.split())
    is_plain = length <= BARE or (length <= SHORT and _OF_A_HOUSE.search(text))
    return others[0] if house in said or is_plain else None
