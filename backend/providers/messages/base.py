"""What carries text messages, email and calls out. A co-op's own carrier is one more class with these methods."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

OPTED_OUT = "21610"
"""The code with which a carrier says that this phone has said STOP."""


class TransportError(Exception):
    """A message was not taken.

    `permanent`: trying again cannot help. `code` is the carrier's own, for the office.
    """

    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


@runtime_checkable
class MessageProvider(Protocol):
    """Takes one message at a time. Raises TransportError when it was not taken.

    `key` names the message: the same key again must not send it twice where the carrier can help it.
    """

    async def send_sms(self, to: str, body: str, media_url: str | None = None, *, key: str) -> str:
        """Send a text to an E.164 number; returns the carrier's id of it."""
        ...

    async def send_email(self, to: str, subject: str, body: str, *, key: str) -> str:
        """Send an email in plain text; returns its id."""
        ...

    async def send_call(self, to: str, words: str, *, key: str) -> str:
        """Call an E.164 number and say these words, which are in the current language (`backend.language`).

        Returns the carrier's id of the call.
        """
        ...

    async def close(self) -> None: ...
