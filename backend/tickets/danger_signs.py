"""Signs of danger in a ticket, and whether later messages add any."""

from __future__ import annotations

from backend.reading.hazards.hazard_signs import HURT, WORSE, find_hazard_signs
from backend.reading.spanish import to_english
from backend.tickets.models import DENIED_LABEL, UNPROVEN_LABEL, Ticket

MAX_WORSENING_NOTES = 5
"""How often `WORSE` without a specific sign counts as new information; a specific sign counts once."""


def detect_signs(words: str) -> frozenset[str]:
    """Signs of a present danger in these words, in English or Spanish."""
    return find_hazard_signs(words, to_english(words), reported=True)


HAZARD = "hazard"
"""Label in `details`: the sign that the intent model found where the rules found none."""


def known_signs(ticket: Ticket) -> frozenset[str]:
    """Signs in the ticket, its notes and its HAZARD detail."""
    by_model = frozenset(filter(None, [ticket.details.get(HAZARD)]))
    return by_model.union(*(detect_signs(one) for one in _reported_texts(ticket)))


def is_new_information(ticket: Ticket, words: str, signs: frozenset[str]) -> bool:
    """Whether `words`, with these `signs`, add to the ticket and its notes."""
    reported = _reported_texts(ticket)
    if words in reported:
        return False
    known = [detect_signs(one) for one in reported]
    worse_count = sum(WORSE in each for each in known)
    return bool(signs - frozenset().union(*known)) or (WORSE in signs and worse_count < MAX_WORSENING_NOTES)


def record_denial(ticket: Ticket, words: str, *, proven: bool) -> None:
    """Record that the reporter denies the danger; the ticket stays open. If not `proven` (a text, whose sender can be
    forged), the crew reads it but is reminded as often as before."""
    ticket.details = {**ticket.details, DENIED_LABEL: words, **({} if proven else {UNPROVEN_LABEL: True})}


def is_danger_denied(ticket: Ticket) -> bool:
    """Whether the only reporter denies the danger (proven), and nobody is reported hurt or trapped."""
    others = any(note["conversation"] != ticket.conversation_id and not note.get("crew") for note in ticket.notes)
    believed = DENIED_LABEL in ticket.details and UNPROVEN_LABEL not in ticket.details
    return believed and not others and not known_signs(ticket) & {HURT, "trapped"}


def _reported_texts(ticket: Ticket) -> list[str]:
    """What reporters and the crew said. The office's own notes hide nothing that a reporter says later."""
    told = (str(note["words"]) for note in ticket.notes if not note.get("what"))
    return [str(ticket.details.get("words") or ""), *told]
