"""What a process remembers of calls whose socket has closed, so that they go on at the same place."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TypeVar

from bot.channels.voice.steps import CallStep

Kept = TypeVar("Kept")
MAX_CALLS = 1000
"""The oldest are forgotten first."""


@dataclass(frozen=True)
class KeptKeys:
    """Keys of a number that was not ended yet, at the turn `turn`; `at` is monotonic time in seconds."""

    turn: int
    keys: str
    at: float


class CallMemory:
    """One for all sockets of a process. A call that goes on at another process is asked its question again."""

    def __init__(self) -> None:
        self._keys: dict[str, KeptKeys] = {}
        self._last_steps: dict[str, CallStep] = {}

    def keep_keys(self, call: str, turn: int, keys: str) -> None:
        _put(self._keys, call, KeptKeys(turn, keys, time.monotonic()))

    def take_keys(self, call: str, turn: int, within: float) -> str:
        """The keys that were kept at `turn` less than `within` seconds ago; empty if there are none. Forgets them."""
        kept = self._keys.pop(call, None)
        is_same = kept is not None and kept.turn == turn and time.monotonic() - kept.at <= within
        return kept.keys if kept is not None and is_same else ""

    def keep_last_step(self, call: str, step: CallStep) -> None:
        """The step with which a socket was ended, for a carrier that does not hand it on."""
        _put(self._last_steps, call, step)

    def take_last_step(self, call: str) -> CallStep | None:
        return self._last_steps.pop(call, None)


def _put(kept: dict[str, Kept], call: str, value: Kept) -> None:
    kept.pop(call, None)
    if len(kept) >= MAX_CALLS:
        kept.pop(next(iter(kept)))
    kept[call] = value
