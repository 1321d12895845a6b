"""How a relay listens for each kind of answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.channels.voice.listening.extract import NUMERIC_QUESTIONS
from bot.channels.voice.listening.options import select_listen_options
from bot.dialogue.messages import Reply

SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 600, 5000
"""Milliseconds that `speechTimeout` may have."""
CONFIRM_TIMEOUT, CHOICE_TIMEOUT, WORDS_TIMEOUT = 900, 1200, 1500
"""Milliseconds of silence that end a yes or no, the name of a choice, and a sentence."""


@dataclass(frozen=True)
class RelayListening:
    """The settings of a relay that depend on the question.

    `speech_timeout` is the silence in milliseconds that ends the speech. With `ignore_backchannel` an "uh-huh" does not
    interrupt; where yes or no is asked it is an answer. `interrupt_sensitivity` is low where noise on the line must not
    cut off what is read out.
    """

    speech_timeout: int
    interrupt_sensitivity: str
    ignore_backchannel: bool
    hints: str

    def as_config(self) -> dict[str, Any]:
        """The settings by the names that TwiML and the `config` message give them."""
        return {
            "speechTimeout": self.speech_timeout,
            "interruptSensitivity": self.interrupt_sensitivity,
            "ignoreBackchannel": self.ignore_backchannel,
        }


def select_relay_listening(reply: Reply) -> RelayListening:
    """How to listen for the answer to `reply`, in the current language."""
    options = select_listen_options(reply)
    if reply.expects == "confirm":
        return RelayListening(CONFIRM_TIMEOUT, "low", ignore_backchannel=False, hints=options.hints)
    if reply.expects in NUMERIC_QUESTIONS and not reply.buttons:
        # people pause between the groups of a number
        timeout = min(max(options.speech_timeout * 1000, SHORTEST_TIMEOUT), LONGEST_TIMEOUT)
        return RelayListening(timeout, "low", ignore_backchannel=True, hints=options.hints)
    timeout = CHOICE_TIMEOUT if reply.buttons else WORDS_TIMEOUT
    return RelayListening(timeout, "medium", ignore_backchannel=True, hints=options.hints)
