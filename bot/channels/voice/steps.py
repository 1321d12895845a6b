"""What a call does next, before it is made into TwiML or into the messages of a relay.

A step is spoken in its `language`, which is the one of the talk when the step is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from backend.language import current
from bot.dialogue.messages import Reply


@dataclass(frozen=True)
class Place:
    """Where in the call we are. It travels in the action URL, which Twilio signs: no state is kept for it.

    `turn` numbers the answer we wait for, `asked` is the turn whose reply is the question now open, `misses`
    counts the silences and no-matches to it, `polls` how often a slow answer was asked for.
    """

    turn: int
    asked: int = 0
    misses: int = 0
    polls: int = 0
    after_dial: bool = False

    def url(self, base: str) -> str:
        """`base` is the path of the turn webhook."""
        values = {"turn": self.turn, "asked": self.asked}
        values |= {"misses": self.misses} if self.misses else {}
        values |= {"poll": self.polls} if self.polls else {}
        values |= {"dial": 1} if self.after_dial else {}
        return f"{base}?{urlencode(values)}"


@dataclass(frozen=True)
class Ask:
    """Say something and listen. `first` is heard to its end; the caller may speak or press into `then`.

    `reply` is the question that is open: it decides how to listen, and what the answer at `place` means.
    """

    reply: Reply
    place: Place
    first: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    aside: str = ""  # said ahead of `then`, to those who speak the other language
    language: str = field(default_factory=current)


@dataclass(frozen=True)
class HandOver:
    """Say so, then connect to a person. Whatever comes of it is told at `place`."""

    words: tuple[str, ...]
    place: Place
    language: str = field(default_factory=current)


@dataclass(frozen=True)
class Wait:
    """Something to hear while a slow answer is being made; then it is asked for again at `place`."""

    words: tuple[str, ...]
    place: Place
    language: str = field(default_factory=current)


@dataclass(frozen=True)
class End:
    """Say it and end the call politely."""

    words: tuple[str, ...] = ()
    language: str = field(default_factory=current)


Step = Ask | HandOver | Wait | End
