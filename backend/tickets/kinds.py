"""The kinds of tickets, and which of them may be one and the same event."""

from __future__ import annotations

KINDS = (
    "danger", "outage", "light", "tree", "meter", "voltage", "medical", "name_change", "dispute", "high_bill", "damage",
    "arrangement", "service", "complaint", "callback", "electrician", "other",
)  # fmt: skip
DANGER, OUTAGE, CALLBACK = "danger", "outage", "callback"
POWER_KINDS = frozenset({DANGER, OUTAGE})
"""An outage that somebody already told of as danger, or the other way round, is one event."""
MAY_BECOME_DANGER = frozenset({DANGER, OUTAGE, "light", "tree", "meter", "voltage"})
"""Of these a ticket becomes the danger that the same person tells of next: the crew has one thing to look for."""
CALLOUT_KINDS = frozenset({DANGER, OUTAGE, "medical", "voltage"})
"""Of these an urgent ticket calls out the people on call. What else is urgent is the office's."""
CREW_KINDS = frozenset({DANGER, OUTAGE, "light", "tree", "voltage"})
"""These go onto the list of a crew; what else is told goes to the office."""
OBJECTION = "objection"
"""A label in the details: the member says that they did not ask for what was done in their name."""
DISTINGUISHING_DETAIL = {"service": "wish"}
"""Two tickets of such a kind are two events when this detail differs: stopping here and starting there."""


def matching_kinds(kind: str, *, same_talk: bool) -> frozenset[str]:
    """The kinds whose open ticket a report of `kind` may belong to. `same_talk`: opened in this very conversation."""
    if kind == DANGER:
        return MAY_BECOME_DANGER if same_talk else POWER_KINDS
    return POWER_KINDS if kind == OUTAGE else frozenset({kind})


PROMISED_KINDS = frozenset(
    "meter electrician name_change dispute high_bill damage complaint other arrangement service".split()
)
"""Kinds of which the member is told by which working day the office gets in touch: the ticket is due then."""
