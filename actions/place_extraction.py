"""A place in a message: anywhere when it is an address, behind the question for it when it only names a spot."""

from __future__ import annotations

from actions.free_text import extract_free_text
from actions.turn import Turn
from backend.reading.contact.location import extract_address_or_road, extract_location


def extract_place(turn: Turn, *, asked: bool) -> str | None:
    """The place that a message tells; None when it tells none.

    Only behind the question for it (`asked`) are words without a street a place, and only when they name a spot.
    """
    if not asked:
        return extract_address_or_road(turn.focused_text)
    if extract_free_text(turn) is None and extract_address_or_road(turn.focused_text) is None:
        return None
    return extract_location(turn.focused_text)
