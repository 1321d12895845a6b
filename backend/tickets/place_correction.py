"""Reads corrections of a place: `no, it's thirty-one, not thirty-three`, `sorry, 130 Mill Road, 30 is the house`."""

from __future__ import annotations

import re

from backend.contact.service import extract_phones
from backend.reading.contact.location import LANDMARK, extract_address_or_road, extract_location
from backend.reading.contact.mailing_address import find_addresses, number_words_to_digits
from backend.reading.hazards.danger_words import detect_danger
from backend.reading.normalize import fold
from backend.reading.spanish import to_english
from backend.tickets.place_matching import is_specific_place, make_place_key

_CORRECTION_WORDS = re.compile(
    r"\b(?:no|not|sorry|wait|actually|i meant|i said|i told you|wrong|mistake|mistaken|correct\w*|fix|change|instead|"
    r"rather|mixed up|write down|put|"
    r"perdon|disculpe|me equivoque|digo|mejor dicho|quise decir|dije|corrij\w+|cambi\w+|correg\w+|mal)\b"
)
_HOUSE_WORDS = re.compile(
    r"\b(?:(?:house|home|street|box)(?: number| no)?|number|address|place|numero|casa|direccion|"
    r"it'?s|it is|its|i'?m at|we'?re at|es(?: el| la)?)\b"
)
_ROAD_WORDS = re.compile(
    r"\b(?:mile ?(?:marker|post)?|marker|exit|hwy|highway|route|rt|county road|cr|milla|kilometro|"
    r"salida)\.? #?\d+\w?|"
    r"\b911\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\d$#:.-])\b(\d{1,6})\b(?![-:/]?\d|\s*(?:am|pm|a\.m|p\.m|o'?clock|years?|minutes?|hours?|"
    r"feet|foot|miles?|horas?|minutos?|pies|metros|cows?|people|kids?|times?|houses?|casas|personas|days?|nights?|"
    r"weeks?|months?|dias?|noches?|semanas?|veces|lights?|lamps?|poles?|trees?|wires?|lines?|breakers?|rooms?|"
    r"luces|postes?|arboles|cables?|percent|volts?|of (?:us|them|my|the))\b)",
    re.IGNORECASE,
)
_DENIED_NUMBER = re.compile(
    r"\b(?:not|isn'?t|instead of|rather than|no es(?: el)?|en vez de(?:l)?)\s+(?:the |el )?\d{1,6}\b", re.IGNORECASE
)
"""`2230, not 2210` names the one that is right, and the other is none to write down."""
_HOUSE_NUMBER_IN = re.compile(r"^\d{1,6}\b|(?<=\s)\d{1,6}$")
"""The house number: before the street, or after it as in Spanish."""
_STREET_NAME = re.compile(
    r"(?-i:\b[A-Z])[\w'.-]*(?: (?-i:[A-Z])[\w'.-]*)? (?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|trail|way)\b",
    re.IGNORECASE,
)
_CROSSING = re.compile(
    r"\b(?P<one>[\w'.-]+)(?: (?:street|st|road|rd|avenue|ave|lane|ln))? (?:and|&|y|con) "
    r"(?:la |calle )?(?P<two>[\w'.-]+)"
)
_LEAD = re.compile(r"^(?:actually|really|in fact|it'?s|its|de hecho|en realidad|es)\b[ ,]*", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|wait|sorry|perd[oó]n)\b[ ,.]*", re.IGNORECASE)
MAX_SHORT_WORDS = 14  # in a message whose only number is the new one
MAX_BARE_WORDS = 3  # `No, 74`
MAX_LENGTH = 200


def extract_corrected_place(words: str, place: str | None) -> str | None:
    """The whole corrected place, where the words correct `place`; else None.

    A number alone replaces the house number; of two numbers, the one that is not in `place` yet. Without a known house
    number, a named spot replaces `place`, or is appended to a numbered road.
    """
    text = fold(words)
    if not place or (extract_phones(words) and not extract_address_or_road(words)):
        return None
    if not _CORRECTION_WORDS.search(text):
        return _correct_spot(words, place) if _ROAD_WORDS.match(place) else None
    key = make_place_key(place)
    mentioned = [*find_addresses(words), extract_address_or_road(words) or ""]
    others = [one for one in mentioned if one and is_specific_place(make_place_key(one)) and make_place_key(one) != key]
    house = None if _ROAD_WORDS.match(place) else _HOUSE_NUMBER_IN.search(place)
    if others and (house or not _ROAD_WORDS.search(others[-1])):
        return others[-1]
    if house is None:
        return _correct_crossing(text, place) or _correct_spot(words, place)
    number = _house_number(words, text, house[0])
    return _HOUSE_NUMBER_IN.sub(number, place, count=1) if number else None


def _correct_crossing(text: str, place: str) -> str | None:
    """A crossing that shares one road with `place`: `no, it's 6th and Main` for 5th and Main."""
    known = _CROSSING.search(place.lower())
    if known is None:
        return None
    roads = {known["one"], known["two"]}
    for match in _CROSSING.finditer(text):
        named = {match["one"], match["two"]}
        if len(roads & named) == 1 and len(named - roads) == 1:
            (old,), (new,) = roads - named, named - roads
            return re.sub(rf"\b{re.escape(old)}\b", new, place, count=1, flags=re.IGNORECASE)
    return None


def _correct_spot(words: str, place: str) -> str | None:
    """A spot replaces another only if it names a street or a mile: `next to the truck` is no place."""
    named = [one[0] for one in _STREET_NAME.finditer(words) if make_place_key(one[0]) != make_place_key(place)]
    spot = _LEAD.sub("", extract_location(_NO.sub("", words)) or "")
    if named and not LANDMARK.search(spot):
        spot = named[-1]
    if not spot or detect_danger(spot) or make_place_key(spot) == make_place_key(place) or spot in place:
        return None
    if _ROAD_WORDS.match(place):
        return f"{place}, {spot}"[:MAX_LENGTH] if _ROAD_WORDS.search(spot) or named else None
    return spot[:MAX_LENGTH] if named else None


def _house_number(words: str, text: str, house: str) -> str | None:
    """The corrected number for `house`; `text` are the folded words. None unless exactly one other number is named."""
    in_digits = number_words_to_digits(words)
    if not any(map(str.isdigit, in_digits)):
        in_digits = number_words_to_digits(to_english(words))
    plain = _ROAD_WORDS.sub(" ", in_digits)
    numbers = _NUMBER.findall(plain)
    others = list(dict.fromkeys(found for found in _NUMBER.findall(_DENIED_NUMBER.sub(" ", plain)) if found != house))
    if len(others) != 1:
        return None
    length = len(words.split())
    is_plain = length <= MAX_BARE_WORDS or (length <= MAX_SHORT_WORDS and _HOUSE_WORDS.search(text))
    return others[0] if house in numbers or is_plain else None
