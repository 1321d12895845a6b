"""The phone and the email that a member gives. One of the co-op's own is none of theirs: that is said once a turn."""

from __future__ import annotations

from actions.turn import Turn
from backend.contact.own_contacts import describe_own, is_own
from backend.contact.service import extract_phone

TOLD_OWN = "told_own_contact"
"""In the turn's notes: the member was told that what they gave is the co-op's own, and what is needed."""


def read_phone(turn: Turn) -> str | None:
    """The single phone to call in the message, E.164, dialable. None without one, with several, or for our own."""
    return drop_own(turn, extract_phone(turn.text, strict=False))


def drop_own(turn: Turn, value: str | None) -> str | None:
    """The phone (E.164) or email, if it is not the co-op's own; of our own it is said why it is not taken."""
    if not is_own(turn.backend, value):
        return value
    if not was_own_told(turn):
        turn.notes[TOLD_OWN] = True
        turn.utter("utter_told", told=describe_own(value or ""))
    return None


def was_own_told(turn: Turn) -> bool:
    """Whether this message gave a phone or an email of the co-op, so that the question comes again and is no miss."""
    return bool(turn.notes.get(TOLD_OWN))
