"""Redacts a message and writes it down, in one transaction: nothing is stored that must not be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing import accounts as billing
from backend.conversations import history_redaction
from backend.conversations import service as conversations
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound
from bot.dialogue.record_deadline import RecordDeadline
from bot.dialogue.redaction.across_messages import (
    MAX_EARLIER,
    MessageRedaction,
    redact_in_context,
    scrub_digits,
)
from bot.dialogue.redaction.digits import find_digit_groups, split_into_sequences
from bot.dialogue.redaction.expected_numbers import SUFFIX_DIGITS, RedactionContext, account_candidates
from bot.dialogue.redaction.message_ends import EarlierMessage
from bot.dialogue.redaction.redact import list_account_candidates, list_removed_kinds
from bot.web.rates import RateLimiter, rate_limit

LOOKBACK = timedelta(minutes=10)
"""A number may arrive in pieces, spread over this time."""
SSN_LENGTH = 9
"""Account numbers of this length are mistaken for social security numbers, and written like one."""
LOOKUP_LIMIT = rate_limit("number-look-ups", 12, 3600)
"""A look-up reveals whether an account exists, so a sender gets few that find nothing."""


def add_member_number_dash(text: str, context: RedactionContext) -> str:
    """Write a known nine-digit account number in its usual form: speech recognizers write it `123-45-6001`."""
    if not context.is_number_asked:
        return text
    for sequence in split_into_sequences(text, find_digit_groups(text)):
        digits = "".join(group.digits for group in sequence)
        if len(digits) == SSN_LENGTH and context.is_account(digits):
            dashed = f"{digits[:-SUFFIX_DIGITS]}-{digits[-SUFFIX_DIGITS:]}"
            return f"{text[: sequence[0].start]}{dashed}{text[sequence[-1].end :]}"
    return text


@dataclass(frozen=True)
class RedactedMessage:
    """`redaction` also holds the changes to earlier messages, which were received since `since` (UTC)."""

    inbound: Inbound
    since: datetime
    redaction: MessageRedaction = field(default_factory=lambda: MessageRedaction(""))


@dataclass(frozen=True)
class RecordingResult:
    """`inbound` is the redacted message. `redacts_history`: earlier messages were changed along with it."""

    inbound: Inbound
    record: conversations.RecordedMessage
    redacts_history: bool


class MessageRecorder:
    """Records messages of every channel, whether the engine answers them or the channel itself does."""

    def __init__(self, backend: Backend, rates: RateLimiter) -> None:
        self._backend = backend
        self._rates = rates

    async def record(
        self, session: AsyncSession, inbound: Inbound, deadline: RecordDeadline, owner: str | None = None
    ) -> RecordingResult:
        """Redact and record a message and, if it is new, redact what it turns into a secret in earlier ones.

        `owner` is the process that will answer it; leave it out if it is answered in this very transaction. The
        caller calls `deadline.begin_commit()` last. Raises MessageNotRecorded when it is too late to begin.
        """
        deadline.check()
        redacted = await self.redact(session, inbound)
        inbound = redacted.inbound
        record = await conversations.record_inbound(
            session,
            self._backend,
            channel=inbound.channel,
            provider_id=inbound.provider_id,
            conversation_id=inbound.conversation,
            text=inbound.text[: normalize.MAX_TEXT_LENGTH],
            payload=inbound.payload,
            address=inbound.address,
            source=inbound.source,
            attested=inbound.attested,
            browser=inbound.browser,
            owner=owner,
            since=deadline.began,
        )
        rewritten, pieces = redacted.redaction.rewritten_texts, redacted.redaction.removed_digits
        if record.is_new and rewritten:
            await history_redaction.rewrite(
                session, inbound.conversation, redacted.since, rewritten, lambda text: scrub_digits(text, pieces)
            )
        return RecordingResult(inbound, record, record.is_new and bool(rewritten))

    async def redact(self, session: AsyncSession, inbound: Inbound) -> RedactedMessage:
        """Redact a message with a view to the earlier ones and to the open question.

        A payload that was not offered and holds a number that must not be kept is treated as words.
        """
        since = self._backend.clock.now() - LOOKBACK
        state = await conversations.open_now(session, inbound.conversation)
        if inbound.payload is not None:
            if any(button.get("payload") == inbound.payload for button in state.offered):
                return RedactedMessage(replace(inbound, text=""), since)
            redacted = normalize.clean_and_redact(inbound.payload)
            if list_removed_kinds(redacted):
                return RedactedMessage(replace(inbound, text=redacted, payload=None), since)
            return RedactedMessage(replace(inbound, text=normalize.clean_and_redact(inbound.text)), since)
        text = normalize.clean_text(inbound.text[: 2 * normalize.MAX_TEXT_LENGTH])
        rows = await conversations.recent_messages(
            session, inbound.conversation, since, but=inbound.provider_id, limit=MAX_EARLIER
        )
        earlier = [EarlierMessage(*row) for row in rows]
        redaction = redact_in_context(earlier, text, RedactionContext(state.expects))
        if redaction.text != text:
            # what was removed may be the number of an account; most messages need no look-up
            source = inbound.source or inbound.conversation
            # the answer to a question may look like the end of a card that begins with the member's own number
            candidates = list_account_candidates(text) | account_candidates(redaction.removed_digits)
            if accounts := await self._find_accounts(session, source, earlier, candidates):
                context = RedactionContext(state.expects, accounts)
                redaction = redact_in_context(earlier, add_member_number_dash(text, context), context)
        return RedactedMessage(replace(inbound, text=redaction.text), since, redaction)

    async def _find_accounts(
        self, session: AsyncSession, source: str, earlier: Sequence[EarlierMessage], candidates: set[str]
    ) -> frozenset[str]:
        """Which candidates, of this message and of the earlier ones, are the numbers of accounts."""
        if not candidates or await self._rates.hit((LOOKUP_LIMIT, source)):
            return frozenset()
        for message in earlier:
            candidates |= list_account_candidates(message.text)
        found = await billing.existing_numbers(session, candidates)
        if found:
            await self._rates.reset(LOOKUP_LIMIT, source)
        return found
