"""Street addresses as a person says them. Pure."""

from __future__ import annotations

import re

from backend.language import ENGLISH, SPANISH, current_language, mark, tr
from bot.channels.voice.speaking.numbers import spell_digits, spell_house_number

_STREETS = {
    "St": "Street", "Ave": "Avenue", "Av": "Avenue", "Rd": "Road", "Dr": "Drive", "Ln": "Lane", "Blvd": "Boulevard",
    "Ct": "Court", "Hwy": "Highway", "Pkwy": "Parkway", "Pl": "Place", "Cir": "Circle", "Ter": "Terrace",
    "Trl": "Trail", "Sq": "Square", "Rte": "Route", "Rt": "Route", "Xing": "Crossing",
}  # fmt: skip
_WHOLE_STREETS = (
    "Street|Avenue|Road|Drive|Lane|Boulevard|Court|Highway|Parkway|Place|Circle|Terrace|Trail|Square|Way|Route"
)
_DIRECTIONS = {
    "N": "North", "S": "South", "E": "East", "W": "West",
    "NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest",
}  # fmt: skip
_UNITS = {"Apt": mark("Apartment"), "Ste": mark("Suite"), "Unit": mark("Unit"), "Lot": mark("Lot"), "#": mark("number")}
_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip

_DIRECTION = rf"(?:{'|'.join(sorted(_DIRECTIONS, key=len, reverse=True))})\b\.?"
_STREET = rf"(?:{'|'.join(_STREETS)}|{_WHOLE_STREETS})\b\.?"
_NAME_WORD = r"(?:[A-Z][\w'-]*|\d{1,3}(?:st|nd|rd|th)|of|the|de|la|del)"
STREET = re.compile(
    rf"\b(?:(?P<house>\d{{1,6}})(?P<part>[A-Z])? )?(?P<street>(?:{_DIRECTION} )?(?:St\. (?=[A-Z][a-z]+ ))?"
    rf"(?:(?!{_STREET}(?:[ ,.;:?!)]|$)){_NAME_WORD} ){{1,4}}?{_STREET}(?: {_DIRECTION}(?=[ ,.;:?!)]|$))?)"
)
ROUTE = re.compile(
    r"\b(?:(?P<house>\d{1,6}) )?(?P<street>(?:(?:N|S|E|W) )?(?:County (?:Road|Rd|Highway|Hwy)|"
    r"State (?:Road|Route|Rte|Highway|Hwy)|US (?:Highway|Hwy|Route)|CR|Highway|Hwy|Route|Rte)\.?) "
    r"(?P<number>\d{1,4}|[A-Z]{1,2})\b"
)
UNIT = re.compile(r"(?:\b(Apt|Ste|Unit|Lot)\.? ?#?|(#)) ?(\d{1,4})?-?([A-Z])?\b(?<! )")
ZIP = re.compile(rf"\b({'|'.join(_STATES)}),? (\d{{5}})(?:-(\d{{4}}))?\b")
STATE = re.compile(rf"(?<=[a-z], )({'|'.join(_STATES)})\b")
SAINT = re.compile(r"\bSt\. (?=[A-Z][a-z])")
PO_BOX = re.compile(r"\bP\.? ?O\.? Box (\d+)\b", re.IGNORECASE)
"""`house`: the number; `street`: its name, which is English in any text."""


def is_end_of_sentence(match: re.Match[str]) -> bool:
    """Whether the period at the end of the match is that of its sentence, too."""
    behind = match.string[match.end() :]
    return not behind.strip() or bool(re.match(r" [A-Z¿¡]", behind))


def spell_street(match: re.Match[str]) -> list[tuple[str, str]]:
    """An address as (words, language): `1204 N Main St` as `12 oh 4 North Main Street`."""
    written = match["street"]
    period = "." if written.endswith(".") and is_end_of_sentence(match) else ""
    words = [_spell_word(word) for word in re.sub(r"\bSt\. (?=[A-Z])", "Saint ", written).split(" ")]
    if match.re is ROUTE:
        words = [{"CR": "County Road"}.get(word, word) for word in words] + [match["number"]]
    street = (" ".join(words), ENGLISH)
    if not match["house"]:
        return [street, (period, current_language())]
    letter = f" {match['part']}" if "part" in match.re.groupindex and match["part"] else ""
    return [
        (f"{spell_house_number(match['house'])}{letter} ", current_language()),
        street,
        (period, current_language()),
    ]


def _spell_word(word: str) -> str:
    plain = word.rstrip(".")
    return _DIRECTIONS.get(plain) or _STREETS.get(plain) or word


def spell_unit(match: re.Match[str]) -> str:
    """`Apt 4B` as `Apartment 4 B`."""
    parts = [tr(_UNITS[match[1] or match[2]]), match[3] or "", match[4] or ""]
    return " ".join(part for part in parts if part)


def spell_zip(match: re.Match[str]) -> str:
    """`IL 61028` as `Illinois, 6 1 0 2 8`: the five digits in one group."""
    extra = f", {spell_digits(match[3])}" if match[3] else ""
    return f"{_STATES[match[1]]}, {' '.join(match[2])}{extra}"


def spell_state(match: re.Match[str]) -> str:
    return _STATES[match[1]]


def spell_box(match: re.Match[str]) -> str:
    """`PO Box 100` as `P O Box 100`; in Spanish by its Spanish name."""
    name = "apartado postal" if current_language() == SPANISH else "P O Box"
    return f"{name} {spell_house_number(match[1])}"
