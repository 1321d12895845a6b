"""Extracts a whole address as it is written or said, with its apartment, town, state and ZIP code.

`two ten Pine Street, apartamento three, Elizabeth, Illinois, six one zero two eight` is
`210 Pine Street, apartment 3, Elizabeth, Illinois 61028`; the words around it are left out.
"""

from __future__ import annotations

import re

from backend.reading.dates.day_vocabulary import MONTH_NAMES, WEEKDAY_NAMES
from backend.reading.numbers.digit_groups import spoken_to_digits

_NUMBER_WORDS = (
    r"(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)"
)
_SPOKEN_NUMBER = re.compile(rf"\b{_NUMBER_WORDS}(?:[ -](?:and )?{_NUMBER_WORDS})*\b", re.IGNORECASE)
_STREET = (
    r"(?:street|st|str|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|circle|cir|boulevard|blvd|trail|trl|way|loop|place|"
    r"pl|terrace|ter|parkway|pkwy|highway|hwy|route|rt|rte|calle|avenida|camino|carretera)"
)
_NUMBERED_ROAD = r"(?:(?:county|state|us) )?(?:road|rd|highway|hwy|route|rt|rte|cr)\.? #?\d+\w?"
_HOUSE_NUMBER = r"\d{1,6}[a-z]?(?:[-/]\d{1,4})?"
_STATES = "illinois|il|ill|iowa|ia|wisconsin|wi|indiana|(?-i:IN)|missouri|mo|minnesota|mn|michigan|mi"
_UNIT = (
    r"(?:(?:apartment|apartamento|apto|apt|departamento|depto|dpto|unit|suite|ste|lot|trailer|room|floor|piso)\.? ?#?"
    r"|# ?)[a-z]?\d{0,5}[a-z]?\b"
)
_NOT_A_QUANTITY = (
    r"(?!(?:of|on|in|at|am|pm|or|and|to|more|hours?|days?|weeks?|minutes?|times?|houses?|homes?|people|kids?|miles?|"
    r"poles?|trees?|lights?|years?|months?|horas?|d[ií]as?|casas?|personas?)\b)"
)
_TOWN = (
    r"(?!(?:and|but|or|please|thanks|thank|that|that's|thats|it|it's|its|the|this|is|on|from|by|at|for|to|in|with|"
    r"starting|under|not|no|yes|i|my|we|name|you|your|just|gracias|por|es|esa|ese|y|en|desde|para|que|"
    r"me|mejor|perdon|perdón|lo|el|la|un|una|pero|ya|apt|unit|phone|number|new|old|same|instead|"
    rf"{WEEKDAY_NAMES}|tomorrow|today|{MONTH_NAMES}|so|now|right|ok|okay|then|because|effective)\b)[^\W\d_][\w'-]*"
)
_ADDRESS_END = r"(?=,|\.| (?:on|from|starting|by|under|for|please|pls|effective|thanks|desde|el|a partir|para|por)\b|$"
FULL_ADDRESS = re.compile(
    rf"(?P<street>(?:p\.? ?o\.? ?box|box|rr|apartado) #?\d{{1,6}}(?: box \d+)?|"
    rf"{_HOUSE_NUMBER} (?:[nsew]\.? )?{_NUMBERED_ROAD}|"
    rf"{_HOUSE_NUMBER} (?:(?:de )?(?:la )?(?:calle|avenida|camino|carretera) [^\W\d_][\w'.-]*(?: [^\W\d_][\w'.-]*)?)|"
    rf"{_HOUSE_NUMBER} {_NOT_A_QUANTITY}(?:(?:[nsew]|st|mt|dr)\.? |[\w'-]+ ){{1,4}}?{_STREET}\b\.?(?: [nsew]\b\.?)?|"
    rf"(?:calle|avenida|camino) (?:[^\W\d_][\w'.-]* ){{1,3}}#?\d{{1,6}}\b)(?P<unit>,? {_UNIT})?"
    rf"(?P<town>,? (?:(?:in|en) )?{_TOWN}(?: {_TOWN}){{0,2}}?{_ADDRESS_END}| (?:{_STATES})\b| \d{{5}}\b))?"
    rf"(?P<state>,? (?:{_STATES})\b\.?(?= ?\d{{5}}|,|\.|$| ))?(?P<zip>,? \d{{5}}(?:-\d{{4}})?\b)?",
    re.IGNORECASE,
)
_PO_BOX = re.compile(r"(?:p\.? ?o\.? ?box|box|apartado)\b", re.IGNORECASE)
_UNIT_WITH_NUMBER = re.compile(_UNIT.replace(r"\d{0,5}", r"\d{1,5}"), re.IGNORECASE)
_UNIT_BEFORE = re.compile(
    r"\b(?:apartment|apartamento|apto|apt|unit|suite|lot|box|number|n[uú]mero|highway|route)\.? $", re.IGNORECASE
)
_STREET_BEHIND = re.compile(rf" (?:[\w'-]+ ){{1,3}}?{_STREET}\b", re.IGNORECASE)


def extract_full_address(words: str) -> str | None:
    """The last whole address in the words, as it was spelled, numbers in figures; None when there is none.

    The last: "not 12 Oak Street, 14 Oak Street" corrects.
    """
    found = find_addresses(words)
    return found[-1] if found else None


def find_addresses(words: str) -> list[str]:
    """Every address in the words, in their order."""
    plain = re.sub(r"\s+", " ", number_words_to_digits(words)).strip()
    found = [match for match in FULL_ADDRESS.finditer(plain) if not plain[: match.start()].lower().endswith("not ")]
    return [_tidy_address(match[0]) for match in found]


def is_deliverable(address: str) -> bool:
    """Whether a town or a ZIP code stands behind the street, so that a letter arrives."""
    match = FULL_ADDRESS.search(address)
    return bool(match and (match["town"] or match["zip"]))


def replace_unit(address: str, words: str) -> str | None:
    """The address with the apartment that the words name alone: `no, apt 5, not 4`. None when they name none."""
    plain = number_words_to_digits(words)
    unit = _UNIT_WITH_NUMBER.search(plain)
    match = FULL_ADDRESS.search(address)
    if unit is None or match is None or FULL_ADDRESS.search(plain):
        return None
    if match["unit"]:
        return address.replace(match["unit"].strip(" ,"), unit[0].strip(), 1)
    return f"{match['street']} {unit[0].strip()}{address[len(match['street']) :]}"


def replace_street(address: str, new: str) -> str:
    """The address with its street or box put right: `box 45` changes `PO Box 44, Hanover IL 61041` and leaves the town.

    A new address with a town or a ZIP code of its own takes the place of the whole.
    """
    if is_deliverable(new):
        return new
    before, after = FULL_ADDRESS.search(address), FULL_ADDRESS.search(new)
    if before is None or after is None or not is_deliverable(address):
        return new
    behind = before["street"] + (before["unit"] or "")
    if _PO_BOX.match(before["street"]) and _PO_BOX.match(after["street"]):
        box = re.sub(r"\d.*", "", before["street"]) + re.sub(r"^\D*", "", after["street"])
        return box + address[len(before["street"]) :]
    return after[0].strip(" ,.") + address[before.start() + len(behind) :]


_NUMBER_ALONE = re.compile(
    r"\W*(?:(?:no|sorry|wait|it'?s|it is|number|es|el|box|perd[oó]n)\W+)*(?P<number>\d{1,6}[a-z]?)\W*",
    re.IGNORECASE,
)


def replace_house_number(address: str, words: str) -> str | None:
    """The address with the house or box number that the words name alone: `no, 79`. None when they name none."""
    match, found = _NUMBER_ALONE.fullmatch(number_words_to_digits(words)), FULL_ADDRESS.search(address)
    if match is None or found is None:
        return None
    street = re.sub(r"\d{1,6}[a-z]?", match["number"], found["street"], count=1, flags=re.IGNORECASE)
    return address[: found.start()] + street + address[found.start() + len(found["street"]) :]


def number_words_to_digits(words: str) -> str:
    """Numbers said in words as figures: `two ten` is 210, `six one zero two eight` 61028. All else stays as it is."""
    return _SPOKEN_NUMBER.sub(lambda match: _convert_number_words(match, words), words)


def _convert_number_words(match: re.Match[str], words: str) -> str:
    """One word alone is a number behind "apartment" or in front of a street: "the new one" is none."""
    alone = " " not in match[0] and "-" not in match[0]
    if alone and not _UNIT_BEFORE.search(words[: match.start()]) and not _STREET_BEHIND.match(words[match.end() :]):
        return match[0]
    return "".join(re.findall(r"\d+", spoken_to_digits(match[0]))) or match[0]


def _tidy_address(address: str) -> str:
    plain = re.sub(r"\b(?:apartamento|departamento)\b", "apartment", address, flags=re.IGNORECASE)
    plain = re.sub(r"\b(?:apto|depto|dpto)\b", "apt", plain, flags=re.IGNORECASE)
    plain = re.sub(r",? \b(?:in|en) (?=[^\W\d_]{3})", ", ", plain)
    return re.sub(r",(?= \d{5}\b)", "", plain).strip(" ,.")
