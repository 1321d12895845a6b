"""Which message goes first, and how long a message is worth sending. Both follow from its purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum


class Priority(IntEnum):
    """Lower goes first. Messages of equal priority to one recipient go out in their order; others may overtake."""

    CODE = 0  # somebody waits for it with a page or a call open, or a person on call is needed
    LINK = 1  # somebody waits for it: a link, an answer in a conversation
    RECEIPT = 2  # tells what happened to an account or a ticket
    ALERT = 3  # what a member asked to be told of
    CAMPAIGN = 4  # everything that could as well come tomorrow


PURPOSES: dict[str, Priority] = {
    "code": Priority.CODE,
    "callout": Priority.CODE,
    "on-call-code": Priority.CODE,
    "on-call-link": Priority.LINK,
    "link": Priority.LINK,
    "reply": Priority.LINK,
    "waiting-talk": Priority.LINK,
    "receipt": Priority.RECEIPT,
    "notice": Priority.RECEIPT,
    "office": Priority.RECEIPT,
    "ticket": Priority.RECEIPT,
    "outage": Priority.RECEIPT,
    "alert": Priority.ALERT,
    "outage-notice": Priority.ALERT,
    "outage-restored": Priority.ALERT,
    "reminder": Priority.ALERT,
    "campaign": Priority.CAMPAIGN,
}
"""Every purpose of a message. One that is missing here goes out as an alert does."""

HELD_PURPOSES = ("alert", "reminder", "campaign")
"""What the hold on messages keeps back (`backend/jobs/holds.py`). Not outages: a person decides that these are told."""

LIFETIMES = {"code": timedelta(minutes=10)}
"""A message older than this is not sent any more: a text with a dead code is worse than none."""

KINDS = ("sms", "call", "email")


@dataclass(frozen=True, slots=True)
class Lane:
    """Messages that wait for each other. Each lane has its own room in each process, so none waits for another."""

    kind: str
    priorities: tuple[Priority, ...]
    room: int
    """How many a process sends at once."""

    @property
    def urgent(self) -> bool:
        return Priority.CODE in self.priorities


LANES = tuple(
    Lane(kind, priorities, room)
    for kind in KINDS
    for priorities, room in (
        ((Priority.CODE, Priority.LINK), 8),
        ((Priority.RECEIPT, Priority.ALERT, Priority.CAMPAIGN), 24),
    )
)


def priority_of(purpose: str) -> Priority:
    return PURPOSES.get(purpose, Priority.ALERT)
