"""Which message is being answered now, and what has been said to it so far; for whoever keeps both together."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class ActiveTurn:
    """`message` is the app's id of it, the same however often it is delivered. `said` grows while it is answered.

    `anew`: the talk so far is over; what was asked last is not asked any more.
    """

    message_id: str
    responses: list[dict[str, Any]] = field(default_factory=list)
    start_over: bool = False


CURRENT_TURN: ContextVar[ActiveTurn | None] = ContextVar("answering", default=None)
