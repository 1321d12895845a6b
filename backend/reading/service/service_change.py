"""Reads what a message says of starting, stopping or moving service: the kind, the name, the addresses."""

from __future__ import annotations

import re

from backend.reading.contact.mailing_address import (
    FULL_ADDRESS,
    extract_full_address,
    find_addresses,
    number_words_to_digits,
)
from backend.reading.dates.day_vocabulary import MONTH_PATTERN
from backend.reading.detectors import detector, whole_detector
from backend.reading.spanish import to_english

KIND_PATTERNS = (
    ("move", re.compile(r"\b(move|moving|moved|transfer\w*|switch (?:it|service|my)|relocat\w+)\b", re.IGNORECASE)),
    (
        "stop",
        re.compile(
            r"\b(stop(?:ped|ping)?|disconnect\w*|cancel|end|shut (?:it |my \w+ |the \w+ )?off|"
            r"turn (?:it |my \w+ |the \w+ )?off|close my account|take .* out of my name|moving out|final bill)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "start",
        re.compile(
            r"\b(start|new|begin|hook\w*|connect\w*|turn(?:ed)? (?:it |my \w+ |the \w+ )?on|turned on|sign up|apply|"
            r"application|become a member|(?:put|in|into|under) .{0,24}?\bmy name|bought (?:a|the|this|my|our|new)\b|"
            r"(?:electric\w*|power|lights?|service) (?:put )?(?:in|into) my|closing on|moving in|set ?up|"
            r"(?:get|want|need)(?: (?:my|the|some))? (?:power|electric\w*|lights?|luz)(?! (?:off|stopped|shut)))\b",
            re.IGNORECASE,
        ),
    ),
)
MOVING_IN = re.compile(r"\bmov(?:e|ing|ed) (?:in|into)\b(?! with\b)", re.IGNORECASE)
MOVING_OUT = re.compile(
    r"\bmov(?:e|ing|ed) (?:out|away|in with|out of)\b|\bsold (?:the|my|our) (?:house|home|place)\b|"
    r"\b(?:leaving|vacat\w+|lease (?:is )?(?:up|ends?|over))\b",
    re.IGNORECASE,
)
MOVE_WORDS = re.compile(r"\b(?:mov(?:e|ing|ed)|relocat\w+)\b", re.IGNORECASE)
STOP_WORDS = re.compile(
    r"\b(?:stop|disconnect|cancel|end|close|shut\b.{0,20}\boff|turn\b.{0,20}\boff|out of my name|final bill)\b",
    re.IGNORECASE,
)
_BACK_IN_MY_NAME = re.compile(
    r"\bback (?:in|into|to|under) my (?:own )?name\b|\bde vuelta a mi nombre\b", re.IGNORECASE
)
"""A landlord's words: `the tenants are moving out, so the service goes back in my name`."""
_NEW_PLACE = re.compile(r"\bstart|\bto \d|\bnew (?:house|home|place|address)", re.IGNORECASE)
# at the read-back "stop" alone cancels the request; with "service" it names a kind
CHANGED_KIND = re.compile(
    r"\b(?P<kind>start|stop|move|transfer)\w* (?:up )?(?:the |my |our )?(?:service|power|electric\w*)\b|"
    r"\b(?:it'?s|it is|i want|make it) (?:a |to )?(?P<plain>start|stop|move)\b",
    re.IGNORECASE,
)
is_street = whole_detector(r"\d+\s+(?:[nsew]\.?\s+)?[a-z].*|.*\b(?:road|street|lane|avenue|highway|route|county)\b.*")
"""Whether it is a house number with words behind it, or names a road."""
_WORD = r"[^\W\d_][^\W\d_'.-]*"
_NOT_A_NAME = (
    r"(?:moving|starting|stopping|going|calling|writing|not|new|a|an|the|my|at|on|in|to|for|at|here|there|sorry|trying|"
    r"looking|about|just|from|and|i|it|that|this|your|our|renting|buying|disconnect\w*|y|en|el|la|de|por|para|mi)\b"
)
NAME_INSIDE = re.compile(
    r"\b(?:my name is|the name is|name is|name should be|name:|in the name of|under the name(?: of)?|under|"
    r"me llamo|mi nombre es|el nombre es|a nombre de)\s+(?:(?:just|only|simply|solo|"
    rf"solamente)\s+)?(?P<name>(?!{_NOT_A_NAME}){_WORD}(?:\s+(?!{_NOT_A_NAME}){_WORD}){{1,3}})",
    re.IGNORECASE,
)
I_AM = re.compile(
    r"\b(?:[Ii] ?['a]?m|[Tt]his is|[Ss]oy)\s+(?P<name>[A-ZÁÉÍÓÚÑ][\w'.-]+(?:\s+[A-ZÁÉÍÓÚÑ][\w'.-]+){1,3})"
)
names_email = detector(r"\b(?:e-?mail|email on file|by mail electr\w+|correo)\b")
names_mailing_address_on_file = detector(r"\b(?:same|mailing|on file|usual|where (?:you|it) (?:send|go\w*|mail\w*))\b")
says_unknown = detector(
    r"\b(?:don'?t know|not sure|no idea|not yet|later|unknown|don't have (?:one|it|an address)|no address)\b"
)
AFTER_TO = re.compile(r"\b(?:to|a|al)\s+(?=\S)", re.IGNORECASE)
BILL_TO = re.compile(
    r"\b(?:bill|statement|mail|mailing|send|sent|forward\w*|factura|recibo|correo|env[ií]\w+|"
    r"mand\w+)\b(?:\W+\w+){0,5}\W*$",
    re.IGNORECASE,
)
is_bare_day = whole_detector(
    rf"(?:(?:on|by|the|el|next) )*(?:(?:{MONTH_PATTERN})\.? \d{{1,2}}(?:st|nd|rd|th)?|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{1,2}(?:st|nd|rd|th))(?:,? \d{4})?[.!]?"
)
"""`December 4` where an address was asked for."""
cancels_request = detector(
    r"\b(?:cancel|undo|withdraw|scratch|forget|(?:don'?t|do not) (?:do|need|want))\b.{0,24}\b(?:(?:service|"
    r"power) (?:stop|move|start|shut ?-?off|disconnect\w*|transfer|change)|(?:stop|move|start|shut ?-?off|"
    r"disconnect\w*|transfer) (?:request|order|service order)|(?:the|my) (?:move|shut ?-?off|stop|transfer))\b"
)
"""`Cancel my service stop, the deal fell through`: the member takes an earlier request back."""
_TWO_CAPITALIZED_WORDS = re.compile(r"\W*[A-ZÁÉÍÓÚÑ][\w'-]+(?: [A-Z]\.?)? [A-ZÁÉÍÓÚÑ][\w'-]+\W*")
_PLACE_WORDS = re.compile(
    r"\b(?:street|st|road|rd|lane|ln|avenue|ave|drive|dr|court|hill|farm|house|apartments?|calle|county|highway|"
    r"creek|lake|ridge|village|park|trail|way|service|power|bill|thank|yes|no)\b",
    re.IGNORECASE,
)
_DEPOSIT = r"dep[oó]sit\w*"
asks_about_deposit = detector(
    rf"\b(?:pay\w*|pag\w+|give|put down|how much)\b.{{0,24}}\b{_DEPOSIT}|\b{_DEPOSIT}\b.{{0,30}}\b(?:pay|pag\w+)\b"
)
asks_how_to_pay = detector(r"\b(?:how (?:much|do i pay|can i pay)|pay it|pagarlo|lo pago|cu[aá]nto es)\b")
sends_bill_elsewhere = detector(
    r"\b(?:bill|factura|recibo)\b.{0,30}\b(?:(?:other|another|different|otra) (?:address|place|direc\w*)|elsewhere|"
    r"somewhere else)\b"
)
"""Whether the last bill goes to another address, which is then asked for."""
mentions_service = detector(r"\b(?:service|power|electric\w*|turn(?:ed)? off|shut off|stop (?:it )?at)\b")
has_four_digits = detector(r"\d{4}")


def extract_kind(text: str) -> str | None:
    """`start`, `stop` or `move` service. Moving out stops it, moving in starts it; both at once is a move."""
    if _BACK_IN_MY_NAME.search(text):
        return "start"
    moves_in, moves_out = bool(MOVING_IN.search(text)), bool(MOVING_OUT.search(text))
    if moves_out and not moves_in:
        return "stop"
    if moves_in and not STOP_WORDS.search(text):
        return "start"
    if MOVE_WORDS.search(text) and STOP_WORDS.search(text) and not _NEW_PLACE.search(text):
        return "stop"
    return next((kind for kind, words in KIND_PATTERNS if words.search(text)), None)


def is_moving_out(text: str) -> bool:
    """Whether service stops because they move: then the last bill has to follow them."""
    return bool(MOVING_OUT.search(text) or MOVE_WORDS.search(text))


def extract_changed_kind(text: str) -> str | None:
    """`start`, `stop` or `move` at the read-back, where "stop" alone cancels the request."""
    found = CHANGED_KIND.search(text)
    named = (found["kind"] or found["plain"]).lower() if found else None
    return "move" if named == "transfer" else named


def extract_name(words: str) -> str | None:
    """A name that is said beside other things: `under Ann Miller`, `my name is ann miller`."""
    found = NAME_INSIDE.search(words) or I_AM.search(words)
    return found["name"].strip(" .,") if found else None


def extract_destination(words: str) -> str | None:
    """The address behind "to", which a move goes to."""
    starts = [match.end() for match in AFTER_TO.finditer(words)]
    return next((found[0] for start in starts if (found := find_addresses(words[start:]))), None)


def extract_bill_address(words: str) -> str | None:
    """The address that the last bill goes to, where the words say so: `and mail the bill to 512 Oak St`."""
    plain = " ".join(number_words_to_digits(words).split())
    for match in FULL_ADDRESS.finditer(plain):
        if BILL_TO.search(plain[: match.start()]):
            return extract_full_address(match[0])
    return None


def remove_place(text: str, place: str | None) -> str:
    """The words without the address: its house number is no day."""
    for spelled in (place, to_english(place)) if place else ():
        at = text.lower().find(spelled.lower())
        if at >= 0:
            text = text[:at] + " " + text[at + len(spelled) :]
    return FULL_ADDRESS.sub(" ", number_words_to_digits(text)) if place and place.lower() not in text.lower() else text


def corrects_bill_address(new: str, bill: str, place: str) -> bool:
    """Whether a new address corrects the bill's: it shares as many words with it, and it was given last."""
    told = set(re.findall(r"\w+", new.lower()))
    near_bill, near_place = (len(told & set(re.findall(r"\w+", one.lower()))) for one in (bill, place))
    return near_bill >= near_place


def is_bare_name(words: str) -> bool:
    """`Tom Weaver`, where a place was asked for: two capital words that name none."""
    return bool(_TWO_CAPITALIZED_WORDS.fullmatch(words)) and not _PLACE_WORDS.search(words)
