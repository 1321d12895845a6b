"""What a call does next, before it is made into TwiML or into the messages of a relay.

A step is spoken in its `language`, which is the one of the talk when the step is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from backend.language import current_language
from bot.dialogue.messages import Reply


@dataclass(frozen=True)
class CallPosition:
    """Where in the call we are. It travels in the action URL, which Twilio signs: no state is kept for it.

    `turn` numbers the answer we wait for, `asked` is the turn whose reply is the question now open, `misses`
    counts the silences and no-matches to it, `polls` how often a slow answer was asked for.
    """

    turn: int
    question_turn: int = 0
    misses: int = 0
    polls: int = 0
    is_after_dial: bool = False

    def build_url(self, base: str) -> str:
        """`base` is the path of the turn webhook."""
        values = {"turn": self.turn, "asked": self.question_turn}
        values |= {"misses": self.misses} if self.misses else {}
        values |= {"poll": self.polls} if self.polls else {}
        values |= {"dial": 1} if self.is_after_dial else {}
        return f"{base}?{urlencode(values)}"


@dataclass(frozen=True)
class AskStep:
    """Say something and listen. `first` is heard to its end; the caller may speak or press into `then`.

    `reply` is the question that is open: it decides how to listen, and what the answer at `place` means.
    """

    reply: Reply
    position: CallPosition
    uninterruptible: tuple[str, ...] = ()
    interruptible: tuple[str, ...] = ()
    language_offer: str = ""  # said ahead of `then`, to those who speak the other language
    language: str = field(default_factory=current_language)


@dataclass(frozen=True)
class TransferStep:
    """Say so, then connect to a person. Whatever comes of it is told at `place`."""

    texts: tuple[str, ...]
    position: CallPosition
    language: str = field(default_factory=current_language)


@dataclass(frozen=True)
class WaitStep:
    """Something to hear while a slow answer is being made; then it is asked for again at `place`."""

    texts: tuple[str, ...]
    position: CallPosition
    language: str = field(default_factory=current_language)


@dataclass(frozen=True)
class EndStep:
    """Say it and end the call politely."""

    texts: tuple[str, ...] = ()
    language: str = field(default_factory=current_language)


CallStep = AskStep | TransferStep | WaitStep | EndStep
