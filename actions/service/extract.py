"""Reads the service address and the destination of the final bill."""

from __future__ import annotations

from actions.free_text import extract_place
from actions.turn import Turn
from backend.contact.service import extract_email
from backend.reading.contact.location import LEAD_IN, NOT_LOCATION, extract_address_or_road
from backend.reading.contact.mailing_address import extract_full_address, find_addresses
from backend.reading.service.service_change import (
    extract_bill_address,
    extract_destination,
    is_bare_day,
    is_street,
    names_email,
    names_mailing_address_on_file,
    says_unknown,
)

MAX_LENGTH = 200


def extract_service_address(turn: Turn, *, asked: bool, kind: str | None) -> str | None:
    """The service address; in a move, the one that they move to.

    In reply to the question for it (`asked`), the whole reply with the apartment may be the address.
    """
    words = turn.focused_text
    if kind == "move" and (destination := extract_destination(words)):
        return destination
    bill = extract_bill_address(words)
    whole = [one for one in find_addresses(words) if one != bill]
    if whole:
        return whole[-1]
    if not asked:
        return None if bill else extract_address_or_road(words)
    if is_bare_day(turn.text.strip()):
        return None  # "december 4" answers a later question first
    place = extract_place(turn, asked=True)
    plain = LEAD_IN.sub("", words.strip()).strip(" .!")[:MAX_LENGTH]
    if place and plain.startswith(place) and "day" not in turn.notes:
        return plain  # "12 Oak Street, apartment 4, Hanover"
    if place or NOT_LOCATION.search(turn.text):
        return place
    missed = int(turn.get("misses") or 0)
    return plain if is_street(turn.text.strip()) or (missed and len(plain.split()) > 1) else None


def extract_bill_destination(turn: Turn) -> str | None:
    """Where the final bill goes: `email` or `mail` (on file), `unknown`, or an address as given."""
    words = turn.focused_text
    if address := extract_email(words) or extract_full_address(words) or extract_address_or_road(words):
        return address
    if names_email(turn.text):
        return "email"
    if says_unknown(turn.text):
        return "unknown"
    return "mail" if names_mailing_address_on_file(turn.text) else extract_place(turn, asked=True)
