"""What the text line looks at before it lets the engine answer a text."""

from __future__ import annotations

from dataclasses import dataclass

from backend.billing.models import Account
from backend.conversations.models import InboundMessage
from bot.channels.sms import own_replies


@dataclass(frozen=True)
class TextContext:
    """What is known when a text arrives: the phone's opt-out, the open question and the last hour's messages."""

    has_opted_out: bool
    expects: str
    recent_messages: list[InboundMessage]
    """Newest first."""
    is_idle: bool
    """No question is open, or it was asked so long ago that the text is read anew."""
    misdirected_accounts: list[Account] | None
    """The accounts with this phone on file, if the text says that it reached the wrong person."""
    possibly_misdirected_accounts: list[Account] | None = None
    """The same if the text may say so, or if the one before may and that was asked about."""
    is_objection: bool = False
    """`Not me`, `I did not ask for this`: about what a notice told them, not about the phone or about texts."""

    def was_sent(self, mark: str) -> bool:
        """Whether the line gave this answer of its own within the last hour."""
        return any(own_replies.is_own_reply(row, mark) for row in self.recent_messages)

    @property
    def affected_accounts(self) -> list[Account]:
        misdirected = self.misdirected_accounts
        return (self.possibly_misdirected_accounts if misdirected is None else misdirected) or []

    @property
    def asked_to_stop(self) -> bool:
        """Whether the last answer asked if all texts are to stop."""
        return bool(self.recent_messages) and own_replies.is_own_reply(
            self.recent_messages[0], own_replies.ASKED_TO_STOP
        )
