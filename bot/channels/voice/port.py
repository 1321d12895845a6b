"""The voice port: what the conversation of a call (`call.py`) needs of a carrier, whichever it is.

A step goes in, what the carrier understands comes out; what the caller did comes back as an event. The adapters are
<Gather> (`gather/port.py`), Twilio's ConversationRelay (`relay/twilio.py`) and Telnyx's (`relay/telnyx.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.voice.caller import Caller
from bot.channels.voice.steps import CallPosition, CallStep
from bot.dialogue.messages import Reply

Frame = dict[str, Any]
"""One message of a socket, as JSON."""


class InvalidFrame(ValueError):
    """A message that the carrier would not send."""


@dataclass(frozen=True)
class SpeechEvent:
    """The caller said this; while `is_final` is False the words may still change."""

    words: str
    is_final: bool = True


@dataclass(frozen=True)
class KeyEvent:
    """The caller pressed one key."""

    key: str


@dataclass(frozen=True)
class InterruptEvent:
    """The caller spoke or pressed a key into what was being said, of which they had heard `heard`."""

    heard: str = ""


CallerEvent = SpeechEvent | KeyEvent | InterruptEvent


@dataclass(frozen=True)
class ConfigUpdatedEvent:
    """The carrier listens as it was last told to."""


@dataclass(frozen=True)
class ErrorEvent:
    """The carrier did not take a frame."""

    description: str


CarrierEvent = CallerEvent | ConfigUpdatedEvent | ErrorEvent


@dataclass(frozen=True)
class Opening:
    """The first message of a socket: who calls, and at which place the document that opened it left the call."""

    caller: Caller
    position: CallPosition | None = None


class VoicePort(Protocol):
    """Renders steps as documents, which a carrier fetches: TwiML or TeXML."""

    def render(self, caller: Caller, step: CallStep, *, reopened: int = 0) -> str:
        """The document that says `step` and brings its answer back.

        `reopened` counts how often the connection of this call broke and was opened again.
        """


class SocketPort(VoicePort, Protocol):
    """Renders steps as frames of a socket too. All of it is pure: the session sends and receives."""

    def parse_opening(self, frame: Frame) -> Opening:
        """Raises InvalidFrame."""

    def parse_event(self, frame: Frame) -> CarrierEvent | None:
        """The event of a frame; None for nothing to act on, such as an unknown type."""

    def render_step(self, step: CallStep) -> list[Frame]:
        """The frames that say `step`, sentence by sentence, or that end the socket and hand the step on."""

    def render_language(self, language: str) -> Frame:
        """The frame that changes the language of speech and recognition."""

    def render_listening(self, reply: Reply, language: str, told: dict[str, Any]) -> list[Frame]:
        """The frames that make the carrier listen for an answer to `reply`, as far as `told` differs; updates `told`.

        Empty for a carrier that cannot be told during a call.
        """

    def parse_handoff(self, form: Mapping[str, str]) -> CallStep | None:
        """The step with which a socket ended; None if it broke off, or if the data is not ours."""
