"""Makes a message fit to be kept, inside the transaction that keeps it: behind the ones before, by what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing import service as billing
from backend.conversations import history_redaction
from backend.conversations import service as conversations
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound
from bot.dialogue.redaction.across_messages import (
    MAX_EARLIER,
    EarlierMessage,
    MessageRedaction,
    redact_in_context,
    scrub_digits,
)
from bot.dialogue.redaction.digits import find_digit_groups
from bot.dialogue.redaction.expected_numbers import SUFFIX_DIGITS, RedactionContext, account_candidates
from bot.dialogue.redaction.gaps import split_into_sequences
from bot.dialogue.redaction.redact import list_account_candidates
from bot.web.rates import RateLimiter, rate_limit

LOOKBACK = timedelta(minutes=10)
"""So long a number may be in coming, piece by piece."""
NINE_DIGITS = 9
LOOKUP_LIMIT = rate_limit("number-look-ups", 12, 3600)
"""Numbers of no account that a sender may have looked up: a look-up tells whether there is such an account."""


def add_member_number_dash(text: str, situation: RedactionContext) -> str:
    """The text with a member's own nine digits in the usual form: recognizers write them `123-45-6001`."""
    if not situation.is_number_asked:
        return text
    for run in split_into_sequences(text, find_digit_groups(text)):
        digits = "".join(group.digits for group in run)
        if len(digits) == NINE_DIGITS and situation.is_account(digits):
            return f"{text[: run[0].start]}{digits[:-SUFFIX_DIGITS]}-{digits[-SUFFIX_DIGITS:]}{text[run[-1].end :]}"
    return text


@dataclass(frozen=True)
class RedactedMessage:
    """A message that may be kept. `whole` has what it changes in earlier ones, received since `since`."""

    inbound: Inbound
    since: datetime
    redaction: MessageRedaction = field(default_factory=lambda: MessageRedaction(""))


class MessageRedactor:
    """Fits messages. It counts what a sender has looked up."""

    def __init__(self, backend: Backend, rates: RateLimiter) -> None:
        self._backend = backend
        self._rates = rates

    async def redact(self, session: AsyncSession, inbound: Inbound) -> RedactedMessage:
        """The message without what must not be kept. A payload that was not offered and has such in it is words."""
        since = self._backend.clock.now() - LOOKBACK
        stands = await conversations.open_now(session, inbound.conversation)
        if inbound.payload is not None:
            offered = any(button.get("payload") == inbound.payload for button in stands.offered)
            text, payload = (
                ("", inbound.payload) if offered else normalize.redact_message(inbound.text, inbound.payload)
            )
            return RedactedMessage(replace(inbound, text=text, payload=payload), since)
        text = normalize.clean_text(inbound.text[: 2 * normalize.MAX_TEXT_LENGTH])
        rows = await conversations.recent_messages(
            session, inbound.conversation, since, but=inbound.provider_id, limit=MAX_EARLIER
        )
        earlier = [EarlierMessage(*row) for row in rows]
        whole = redact_in_context(earlier, text, RedactionContext(stands.expects))
        if whole.text != text:
            # an account may speak for it; most messages need no look-up
            source = inbound.source or inbound.conversation
            # an answer looks like the end of a card behind the member's own number, which may be in two messages
            wanted = list_account_candidates(text) | account_candidates(whole.removed_digits)
            accounts = await self._find_accounts(session, source, earlier, wanted)
            situation = RedactionContext(stands.expects, accounts)
            whole = (
                redact_in_context(earlier, add_member_number_dash(text, situation), situation) if accounts else whole
            )
        return RedactedMessage(replace(inbound, text=whole.text), since, whole)

    async def _find_accounts(
        self, session: AsyncSession, source: str, earlier: Sequence[EarlierMessage], wanted: set[str]
    ) -> frozenset[str]:
        """Which of the numbers `wanted` and of the earlier ones are those of accounts."""
        if not wanted or await self._rates.hit((LOOKUP_LIMIT, source)):
            return frozenset()
        for kept in earlier:
            wanted |= list_account_candidates(kept.text)
        found = await billing.existing_numbers(session, wanted)
        if found:
            await self._rates.reset(LOOKUP_LIMIT, source)
        return found

    async def redact_history(self, session: AsyncSession, fit: RedactedMessage) -> None:
        """Take out of what is kept already what the message has made a secret."""
        if not fit.redaction.rewritten_texts:
            return
        pieces = fit.redaction.removed_digits
        await history_redaction.rewrite(
            session,
            fit.inbound.conversation,
            fit.since,
            fit.redaction.rewritten_texts,
            lambda text: scrub_digits(text, pieces),
        )
