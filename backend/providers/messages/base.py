"""The message provider interface, for texts, email and calls. A co-op's own carrier implements it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

OPTED_OUT = "21610"  # Twilio's error for a recipient who sent STOP


class TransportError(Exception):
    """The carrier rejected a message. `permanent`: retrying cannot help. `code` is the carrier's."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


class CallQueueCarrier(Protocol):
    """The carrier's calls and queues, for callers who wait for the office. Methods raise TransportError."""

    async def ring(self, to: str, answer_url: str, *, caller_id: str | None, seconds: int, key: str) -> str:
        """Ring an E.164 number for `seconds`; who answers hears the TwiML of `answer_url`. Returns the call's id."""
        ...

    async def find_front(self, queue: str) -> str | None:
        """The call that is first in the queue with this id; None if nobody waits."""
        ...


@runtime_checkable
class MessageProvider(Protocol):
    """Sends one message at a time. Methods raise TransportError.

    `key` is the idempotency key: repeating it must not send twice, where the carrier supports that.
    """

    async def send_sms(self, to: str, body: str, media_url: str | None = None, *, key: str) -> str:
        """Send a text to an E.164 number; returns the carrier's id."""
        ...

    async def send_email(self, to: str, subject: str, body: str, *, key: str) -> str:
        """Send an email in plain text; returns its id."""
        ...

    async def send_call(self, to: str, words: str, *, key: str) -> str:
        """Call an E.164 number and speak `words`, in the current language. Returns the carrier's id."""
        ...

    async def close(self) -> None: ...
