"""Reads how a transfer ended from what Twilio posts after <Dial> or <Enqueue>. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bot.channels.voice.speaking import menu, transfers

TransferOutcome = Literal["taken", "busy", "unanswered", "left", "waited_out", "hung_up"]
"""`taken`: a person talked with the caller. `left`: the caller ended the wait in the queue; `waited_out`: we did."""
MAX_WAIT_SECONDS = 600

_QUEUE_RESULTS: Mapping[str, TransferOutcome] = {
    "bridged": "taken",
    "bridging-in-process": "taken",
    "redirected-from-bridged": "taken",
    "leave": "left",
    "redirected": "left",
    "hangup": "hung_up",
}
_ANSWERED = ("completed", "answered")


def read_outcome(form: Mapping[str, str]) -> TransferOutcome:
    """How the transfer ended. An office phone that was answered, but by no accept key, has not taken the caller."""
    if result := form.get("QueueResult"):
        outcome = _QUEUE_RESULTS.get(result, "unanswered")
        waited_out = outcome == "left" and read_number(form, "QueueTime") >= MAX_WAIT_SECONDS
        return "waited_out" if waited_out else outcome
    status = form.get("DialCallStatus")
    if status in _ANSWERED:
        return "unanswered" if form.get("DialBridged", "").lower() == "false" else "taken"
    return "busy" if status == "busy" else "unanswered"


def select_notes(outcome: TransferOutcome, *, is_open: bool) -> tuple[str, ...]:
    """What a caller hears whom nobody took, before the open question; templates with the office's hours and phone."""
    if not is_open:
        return (menu.NOBODY_ANSWERED,)
    if outcome == "left":
        return (transfers.BACK_FROM_LINE,)
    found_nobody = menu.NOBODY_ANSWERED if outcome == "unanswered" else transfers.NOBODY_FREE
    return (found_nobody, transfers.CALL_BACK_OFFER)


def read_number(form: Mapping[str, str], name: str) -> int:
    """A count of Twilio's, such as QueueTime in seconds; 0 if there is none."""
    value = form.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 9 else 0
