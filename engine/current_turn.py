"""The message that is being answered now and the replies to it so far, for the tracker store, which saves both."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class ActiveTurn:
    """`message_id` is the app's id of the message, the same for every delivery of it; `responses` collects the replies.

    `start_over`: the conversation so far has ended, so its last question is no longer open. `reading` is what was
    understood (turn_reading.py), once the turn is saved.
    """

    message_id: str
    responses: list[dict[str, Any]] = field(default_factory=list)
    start_over: bool = False
    reading: dict[str, Any] = field(default_factory=dict)


CURRENT_TURN: ContextVar[ActiveTurn | None] = ContextVar("current_turn", default=None)
