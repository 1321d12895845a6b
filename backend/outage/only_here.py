"""Outages of one home: whoever says that the neighbors have power is not counted into what is known of the area."""

from __future__ import annotations

from backend.reading.service.outages import says_only_here
from backend.tickets.kinds import OUTAGE
from backend.tickets.models import Ticket

ONLY_HERE_LABEL, ONLY_HERE = "only here", "others there have power, says the member"
"""A label in the details of a ticket, and its value: no outage of the area takes it in, or closes it."""


def set_apart_where_told(ticket: Ticket, words: str) -> None:
    """Take the report of an outage out of the known one where the member's words say so: the crew has it by itself."""
    if ticket.kind == OUTAGE and says_only_here(words):
        ticket.outage_id, ticket.details = None, {**ticket.details, ONLY_HERE_LABEL: ONLY_HERE}
