"""The kinds of tickets, and which of them can be the same event."""

from __future__ import annotations

KINDS = (
    "danger", "outage", "light", "tree", "meter", "voltage", "medical", "name_change", "dispute", "high_bill", "damage",
    "arrangement", "service", "complaint", "callback", "electrician", "other",
)  # fmt: skip
DANGER, OUTAGE, CALLBACK = "danger", "outage", "callback"
POWER_KINDS = frozenset({DANGER, OUTAGE})
"""Reported as outage or as danger, it is one event."""
MAY_BECOME_DANGER = frozenset({DANGER, OUTAGE, "light", "tree", "meter", "voltage"})
"""A ticket of these becomes the danger that the same person reports next, so that the crew has one ticket."""
CALLOUT_KINDS = frozenset({DANGER, OUTAGE, "medical", "voltage"})
"""Urgent tickets of these kinds alert the people on call; other urgent ones go to the office."""
CREW_KINDS = frozenset({DANGER, OUTAGE, "light", "tree", "voltage"})
"""On the crew's list; all others go to the office."""
OBJECTION = "objection"
"""A label in the details: the member says that they did not ask for this."""
DISTINGUISHING_DETAIL = {"service": "wish"}
"""Two tickets of such a kind are two events if this detail differs, such as stopping and starting service."""


def matching_kinds(kind: str, *, same_talk: bool) -> frozenset[str]:
    """The kinds whose open ticket a report of `kind` may belong to. `same_talk`: opened in this conversation."""
    if kind == DANGER:
        return MAY_BECOME_DANGER if same_talk else POWER_KINDS
    return POWER_KINDS if kind == OUTAGE else frozenset({kind})


PROMISED_KINDS = frozenset(
    "meter electrician name_change dispute high_bill damage complaint other arrangement service".split()
)
"""Kinds with a promised response by the next working day, which is when the ticket is due."""
