"""What goes into a turn of text to pay, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.app import Backend

STEP = "step"
"""Key of what is open: confirm, which, paid, or a step of the enrollment; with it stand the ids that belong to it."""

LANGUAGE = "language"
"""Key of the language in which it was asked."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered last: the words, what is open since, and when it went out (UTC)."""

    words: str
    state: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class TextTurn:
    """One text from `phone` (E.164), received at `at`. `last` is what was answered last, if that was about this.

    `is_free`: no question of the dialogue is open that the text could answer. `spoke_at` is when the phone texted
    before, within the last hour.
    """

    backend: Backend
    conversation_id: str
    phone: str
    text: str
    at: datetime
    last: Said | None
    is_free: bool
    spoke_at: datetime | None = None
    may_enroll: bool = False
    """An open question may be left for the enrollment: it is not one whose yes does something."""

    @property
    def step(self) -> str:
        return str(self.last.state.get(STEP, "")) if self.last else ""

    def open_value(self, name: str) -> Any:
        return self.last.state.get(name) if self.last else None


@dataclass(frozen=True, slots=True)
class Answer:
    """The words to answer, and what is open after them."""

    words: str
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForDialogue:
    """The dialogue answers, with these words in place of the member's."""

    text: str
