"""States of money, and where it came from, in words for a clerk."""

from __future__ import annotations

from backend.language import mark, tr

STATES = {
    "started": mark("started"),
    "authorized": mark("authorized"),
    "posted": mark("posted"),
    "declined": mark("declined"),
    "voided": mark("voided"),
    "returned": mark("returned by the bank"),
    "scheduled": mark("scheduled"),
    "canceled": mark("canceled"),
    "skipped": mark("not made"),
    "done": mark("made"),
    "requested": mark("waits for a second person"),
    "approved": mark("about to be made"),
    "rejected": mark("rejected"),
    "succeeded": mark("succeeded"),
    "failed": mark("failed"),
    "booked": mark("booked"),
    "undone": mark("taken off"),
    "open": mark("open"),
    "closed": mark("closed"),
}
"""Of payments, scheduled payments, refunds, counter payments and accounts, by their `status`."""
CHANNELS = {
    "sms": mark("by text"),
    "web": mark("in the web chat"),
    "voice": mark("by phone"),
    "portal": mark("on the account page"),
    "job": mark("by itself, on its day"),
    "office": mark("by the office"),
}
"""Where a payment was made, by its `channel`."""

DRAWER_MOVES = (mark("taken"), mark("taken off"), mark("given back"))
"""What a line of the day's list of the counter says of its money."""


def describe_state(status: str) -> str:
    return tr(STATES.get(status, status))


def describe_channel(channel: str) -> str:
    return tr(CHANNELS.get(channel, channel))
