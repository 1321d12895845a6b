"""A place in a message: anywhere when it is an address, behind the question for it when it only names a spot."""

from __future__ import annotations

from actions.free_text import free_text
from actions.turn import Turn
from backend.reading.place import address_in, place_in


def read_place(turn: Turn, *, asked: bool) -> str | None:
    """The place that a message tells; None when it tells none.

    Only behind the question for it (`asked`) are words without a street a place, and only when they name a spot.
    """
    if not asked:
        return address_in(turn.own_words)
    if free_text(turn) is None and address_in(turn.own_words) is None:
        return None
    return place_in(turn.own_words)
