"""What a call does next, before it is rendered as TwiML or as messages of a relay.

A step is spoken in its `language`, which is the current one when the step is created.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from backend.language import current_language
from backend.providers.payments.base import MethodKind
from bot.dialogue.messages import Reply


@dataclass(frozen=True)
class CallPosition:
    """The position in a call. It is kept in the action URL, which Twilio signs, and nowhere else.

    `turn` numbers the answer that is awaited, `question_turn` is the turn whose reply is the open question, `misses`
    counts the silences and no-matches to it, `polls` how often a slow answer was polled. `holds` counts the silences of
    a caller who asked for time, `part` the parts of a long reply that have been said, `offers` how often a person or a
    call back was offered because the caller was not heard.
    """

    turn: int
    question_turn: int = 0
    misses: int = 0
    polls: int = 0
    is_after_dial: bool = False
    holds: int = 0
    part: int = 0
    offers: int = 0

    def build_url(self, base: str) -> str:
        """`base` is the path of the turn webhook."""
        values = {"turn": self.turn, "asked": self.question_turn}
        values |= {"misses": self.misses} if self.misses else {}
        values |= {"poll": self.polls} if self.polls else {}
        values |= {"dial": 1} if self.is_after_dial else {}
        values |= {"hold": self.holds} if self.holds else {}
        values |= {"part": self.part} if self.part else {}
        values |= {"offers": self.offers} if self.offers else {}
        return f"{base}?{urlencode(values)}"


@dataclass(frozen=True)
class AskStep:
    """Say something and listen. `reply` is the open question: it decides how to listen and what the answer means."""

    reply: Reply
    position: CallPosition
    uninterruptible: tuple[str, ...] = ()
    interruptible: tuple[str, ...] = ()
    language_offer: str = ""  # said before `interruptible`, in the other language
    language: str = field(default_factory=current_language)


@dataclass(frozen=True)
class TransferStep:
    """Say the texts, then connect to a person. The result of the dial is posted to `position`."""

    texts: tuple[str, ...]
    position: CallPosition
    language: str = field(default_factory=current_language)


@dataclass(frozen=True)
class QueueStep(TransferStep):
    """As a transfer, but by waiting in the office's queue, since the office talks to somebody else."""


@dataclass(frozen=True)
class PayStep:
    """Say the texts, then take a card or bank account on the keypad. The result is posted to `position`.

    `connector` and `token_type` are attributes of <Pay>.
    """

    texts: tuple[str, ...]
    position: CallPosition
    kind: MethodKind
    connector: str
    token_type: str
    language: str = field(default_factory=current_language)


@dataclass(frozen=True)
class WaitStep:
    """Say the texts while an answer is slow, then poll for it at `position`."""

    texts: tuple[str, ...]
    position: CallPosition
    language: str = field(default_factory=current_language)


@dataclass(frozen=True)
class EndStep:
    """Say the texts and end the call."""

    texts: tuple[str, ...] = ()
    language: str = field(default_factory=current_language)


CallStep = AskStep | TransferStep | PayStep | WaitStep | EndStep
