"""The names that a report shows for channels, methods, states and reasons."""

from __future__ import annotations

from backend.knowledge.service import default_knowledge
from backend.language import mark, tr

WAYS = {
    "web": mark("Web chat"),
    "sms": mark("Text"),
    "voice": mark("Phone"),
    "portal": mark("Account page"),
    "office": mark("Office"),
    "counter": mark("At the counter"),
    "job": mark("Automatic"),
}
WAYS_PAID = {
    "card": mark("card"),
    "bank": mark("bank account"),
    "cash": mark("cash"),
    "check": mark("check"),
    "money_order": mark("money order"),
}
PAYMENT_STATES = {
    "started": mark("on its way"),
    "authorized": mark("approved, not posted yet"),
    "posted": mark("posted"),
    "declined": mark("declined"),
    "returned": mark("sent back by the bank"),
    "voided": mark("stopped by the office"),
}
COUNTER_STATES = {
    "requested": mark("waits for a second person"),
    "booked": mark("booked"),
    "rejected": mark("not approved"),
    "undone": mark("taken off"),
}
FAILED_MESSAGES = {
    "sms": mark("Texts not delivered"),
    "email": mark("Emails not delivered"),
    "call": mark("Calls that reached nobody"),
}
LOCKS = {
    "identity_locked": mark("Locks after wrong last fours"),
    "code_locked": mark("Locks after wrong codes"),
}
NOTHING_OPEN = "nothing; asked for a person"
"""What a handover says of a talk in which no task was open."""


def format_reason(reason: str) -> str:
    """What was going on at a handover, from its summary: a task's title."""
    if reason in ("", NOTHING_OPEN):
        return tr("nothing: asked for a person")
    return tr(reason)


def format_subject(subject: str) -> str:
    """A subject of knowledge/ by its title, as far as it was shipped; one that the office added by its name."""
    found = default_knowledge().find(subject)
    return found.title if found else subject.replace("_", " ")
