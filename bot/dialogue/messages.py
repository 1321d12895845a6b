"""What a member says and what is said back, before any channel has shaped it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.language import ENGLISH


@dataclass(frozen=True)
class Button:
    """A choice that can be pressed, or answered by its number. `payload` is ours, never typed by a member."""

    title: str
    payload: str


@dataclass(frozen=True)
class Message:
    """One utterance. `hints` are the neutral ones of a response's `custom:`, such as `expect` and `act`.

    `table` is {"head": [texts], "rows": [[texts]]}, for where there is a screen: the words say the same in short.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    alt: str | None = None
    link: str | None = None
    table: dict[str, Any] | None = None
    hints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """The answer to one message. `transfer` and `end` matter where there is a line to move or to close.

    `pending`: the real answer comes later, by the channel's own way. `late`: a repeat was asked for an answer that has
    gone out by itself; whoever would send it twice stays silent. `language` is the one it is in.
    """

    messages: tuple[Message, ...] = ()
    transfer: bool = False
    end: bool = False
    pending: bool = False
    late: bool = False
    language: str = ENGLISH

    @property
    def expects(self) -> str:
        """What the last question asked for (`member_number`, `last4`, `confirm` …), or an empty text."""
        return next((m.hints["expect"] for m in reversed(self.messages) if m.hints.get("expect")), "")

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The choices offered last."""
        return next((m.buttons for m in reversed(self.messages) if m.buttons), ())


@dataclass(frozen=True)
class Inbound:
    """A message from a member on a channel (`sms`, `web` or `voice`).

    `provider_id` is unique per channel: the same one again is the same message delivered again. `address` is the
    other end's phone in E.164 where the channel has one; `attested` says that the channel vouches for it. `browser` is
    what a page shows to be known again by, tokens of ours parted by blanks.
    """

    channel: str
    conversation: str
    provider_id: str
    text: str
    payload: str | None = None
    address: str | None = None
    attested: bool = False
    source: str = ""
    browser: str = ""
