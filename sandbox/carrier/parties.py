"""What a simulated call holds: what was heard, a <Gather> that waits, somebody who is called, a queue."""

from __future__ import annotations

import secrets
import xml.etree.ElementTree as ElementTree
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.carrier.spoken import DEFAULT_LANGUAGE, SpokenPart

if TYPE_CHECKING:
    from sandbox.carrier.call import PhoneCall

QUEUE_SID = "QU" + "0" * 32
QUEUE_SECONDS = 30
"""How much later it is in the queue each time the caller waits on."""
CHOICES = {
    "ringing": [("answer", "They answer"), ("no_answer", "Nobody answers"), ("busy", "Busy")],
    "talking": [("person_leaves", "They hang up")],
    "queued": [("wait_on", f"Wait {QUEUE_SECONDS} seconds"), ("take", "A person takes the call")],
}
"""What the others can do in each mode of a call, with the words for it."""
WHISPER_CHOICES = [("person_1", "They press 1"), ("person_2", "They press 2"), ("no_answer", "They hang up")]


@dataclass(frozen=True)
class Entry:
    """Something heard or done in the call, by `line`, `caller`, `person` or, as a note, by `carrier`."""

    by: str
    parts: tuple[SpokenPart, ...]

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)


@dataclass(frozen=True)
class Listening:
    """A <Gather> that waits. `num_digits` is None without a limit; `finish_keys` may be empty."""

    action: str
    takes_keys: bool
    takes_speech: bool
    num_digits: int | None
    finish_keys: str
    language: str
    hints: str
    tells_silence: bool
    keyed: str = ""

    @classmethod
    def parse(cls, gather: ElementTree.Element, action: str) -> Listening:
        """With the defaults that Twilio documents: keys alone, ended by #, and silence goes on in the document."""
        kinds = gather.get("input", "dtmf").split()
        digits = gather.get("numDigits", "")
        return cls(
            action=action,
            takes_keys="dtmf" in kinds,
            takes_speech="speech" in kinds,
            num_digits=int(digits) if digits.isdigit() else None,
            finish_keys=gather.get("finishOnKey", "#"),
            language=gather.get("language") or DEFAULT_LANGUAGE,
            hints=gather.get("hints", ""),
            tells_silence=gather.get("actionOnEmptyResult") == "true",
        )


@dataclass
class Dial:
    """Somebody who is called. `whisper` is the address of what the person hears before the caller, or empty."""

    who: str
    action: str
    whisper: str = ""
    leg: PhoneCall | None = None

    def end(self, status: str, *, bridged: bool) -> dict[str, str]:
        """The fields that the action of <Dial> is told the end with."""
        told = {"DialCallStatus": status, "DialCallSid": "CA" + secrets.token_hex(16)}
        if status == "completed":
            told |= {"DialCallDuration": "60", "DialBridged": "true" if bridged else "false"}
        return told


@dataclass
class Queue:
    name: str
    action: str
    wait_url: str
    again: str
    """The address that is asked for next: the waiting document's own, or the one it redirects to."""
    after: deque[ElementTree.Element]
    """The verbs behind <Enqueue>, for a queue without an action."""
    seconds: int = 0

    def wait(self) -> None:
        self.seconds += QUEUE_SECONDS

    def describe(self) -> dict[str, str]:
        """The fields that the waiting document is asked for with. The caller moves up after the first wait."""
        place = str(1 if self.seconds else 2)
        size = {"QueuePosition": place, "CurrentQueueSize": place, "AvgQueueTime": "60"}
        return {"QueueSid": QUEUE_SID, "QueueTime": str(self.seconds), **size}

    def end(self, result: str) -> dict[str, str]:
        """The fields that the queue's action is told the end with."""
        return {"QueueSid": QUEUE_SID, "QueueTime": str(self.seconds), "QueueResult": result}
