"""What the last answer offered: the slot `offer` keeps it as {"opener": form or action, "slots": its first values}.

Some answers ask for something else instead, such as a ticket's number; they keep a key of their own there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actions.turn import Turn


@dataclass(frozen=True, slots=True)
class Offer:
    """A yes to it opens the form or action `opener` with these slots. Without an opener there is no offer."""

    opener: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    asks_which_ticket: bool = False
    """Whether the last answer asked which ticket is to be withdrawn."""

    @classmethod
    def read(cls, turn: Turn) -> Offer:
        stored = turn.get("offer") or {}
        if isinstance(stored, str):  # a conversation that an earlier version began may have only the opener
            return cls(stored)
        return cls(stored.get("opener"), stored.get("slots") or {}, bool(stored.get("which")))

    @property
    def is_callback(self) -> bool:
        return self.opener == "callback_form"

    def accept(self, turn: Turn) -> None:
        """Open the task of the offer with its slots."""
        for slot, value in self.slots.items():
            turn.set(slot, value)
        turn.add_followup_action(str(self.opener))

    def keep(self, turn: Turn) -> None:
        """Leave the offer open for the next message."""
        if self.opener:
            turn.set("offer", {"opener": self.opener, "slots": dict(self.slots)})
