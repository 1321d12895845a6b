"""Which signs of danger a ticket tells of, and whether later words tell more."""

from __future__ import annotations

from backend.reading.hazards.hazard_signs import HURT, WORSE, find_hazard_signs
from backend.reading.spanish import to_english
from backend.tickets.models import DENIED_LABEL, UNPROVEN_LABEL, Ticket

MAX_WORSENING_NOTES = 5
"""So often it is news that something grows worse in no way that has a name. What has one is news once."""


def detect_signs(words: str) -> frozenset[str]:
    """What these words tell of something that stands, in whichever language."""
    return find_hazard_signs(words, to_english(words), reported=True)


HAZARD = "hazard"
"""In `details`: what the engine's model heard, in words that tell the rules nothing."""


def known_signs(ticket: Ticket) -> frozenset[str]:
    """What the ticket and its notes tell, and what was heard in them."""
    heard = frozenset(filter(None, [ticket.details.get(HAZARD)]))
    return heard.union(*(detect_signs(one) for one in _reported_texts(ticket)))


def is_new_information(ticket: Ticket, words: str, signs: frozenset[str]) -> bool:
    """Whether `words`, which tell `signs`, say more than the ticket and its notes."""
    told = _reported_texts(ticket)
    if words in told:
        return False
    known = [detect_signs(one) for one in told]
    grown = sum(WORSE in each for each in known)
    return bool(signs - frozenset().union(*known)) or (WORSE in signs and grown < MAX_WORSENING_NOTES)


def record_denial(ticket: Ticket, words: str, *, proven: bool) -> None:
    """Who reported it says that there is no danger. It stays open. What is not `proven` came by text, whose sender
    anybody can forge: the crew reads it, and is told as often as before."""
    ticket.details = {**ticket.details, DENIED_LABEL: words, **({} if proven else {UNPROVEN_LABEL: True})}


def is_danger_denied(ticket: Ticket) -> bool:
    """Whether its only reporter says that there is no danger, and nobody was told to be hurt or shut in."""
    others = any(note["conversation"] != ticket.conversation_id and not note.get("crew") for note in ticket.notes)
    believed = DENIED_LABEL in ticket.details and UNPROVEN_LABEL not in ticket.details
    return believed and not others and not known_signs(ticket) & {HURT, "trapped"}


def _reported_texts(ticket: Ticket) -> list[str]:
    return [str(ticket.details.get("words") or ""), *(str(note["words"]) for note in ticket.notes)]
