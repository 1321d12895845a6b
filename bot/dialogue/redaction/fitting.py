"""Makes a message fit to be kept, inside the transaction that keeps it: behind the ones before, by what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing import service as billing
from backend.conversations import service as conversations
from backend.conversations import unkeeping
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound
from bot.dialogue.redaction.digits import groups_in
from bot.dialogue.redaction.earlier import MOST_EARLIER, Kept, Whole, read_behind, scrubbed
from bot.dialogue.redaction.gaps import runs_in
from bot.dialogue.redaction.plausible import SEPARATOR, Situation, candidates
from bot.dialogue.redaction.redact import to_look_up
from bot.web.rates import Rates, rule

HELD = timedelta(minutes=10)
"""So long a number may be in coming, piece by piece."""
NINE_DIGITS = 9
MISSES = rule("number-look-ups", 12, 3600)
"""Numbers of no account that a sender may have looked up: a look-up tells whether there is such an account."""


def own_number_dashed(text: str, situation: Situation) -> str:
    """The text with a member's own nine digits in the usual form: recognizers write them `123-45-6001`."""
    if not situation.number_asked:
        return text
    for run in runs_in(text, groups_in(text)):
        digits = "".join(group.digits for group in run)
        if len(digits) == NINE_DIGITS and situation.is_account(digits):
            return f"{text[: run[0].start]}{digits[:-SEPARATOR]}-{digits[-SEPARATOR:]}{text[run[-1].end :]}"
    return text


@dataclass(frozen=True)
class Fit:
    """A message that may be kept. `whole` has what it changes in earlier ones, received since `since`."""

    inbound: Inbound
    since: datetime
    whole: Whole = field(default_factory=lambda: Whole(""))


class Fitting:
    """Fits messages. It counts what a sender has looked up."""

    def __init__(self, backend: Backend, rates: Rates) -> None:
        self._backend = backend
        self._rates = rates

    async def fit(self, session: AsyncSession, inbound: Inbound) -> Fit:
        """The message without what must not be kept. A payload that was not offered and has such in it is words."""
        since = self._backend.clock.now() - HELD
        stands = await conversations.open_now(session, inbound.conversation)
        if inbound.payload is not None:
            offered = any(button.get("payload") == inbound.payload for button in stands.offered)
            text, payload = ("", inbound.payload) if offered else normalize.fit(inbound.text, inbound.payload)
            return Fit(replace(inbound, text=text, payload=payload), since)
        text = normalize.clean(inbound.text[: 2 * normalize.MAX_TEXT])
        rows = await conversations.lately_said(
            session, inbound.conversation, since, but=inbound.provider_id, limit=MOST_EARLIER
        )
        earlier = [Kept(*row) for row in rows]
        whole = read_behind(earlier, text, Situation(stands.expects))
        if whole.text != text:
            # an account may speak for it; most messages need no look-up
            source = inbound.source or inbound.conversation
            # an answer looks like the end of a card behind the member's own number, which may be in two messages
            wanted = to_look_up(text) | candidates(whole.pieces)
            accounts = await self._accounts(session, source, earlier, wanted)
            situation = Situation(stands.expects, accounts)
            whole = read_behind(earlier, own_number_dashed(text, situation), situation) if accounts else whole
        return Fit(replace(inbound, text=whole.text), since, whole)

    async def _accounts(
        self, session: AsyncSession, source: str, earlier: Sequence[Kept], wanted: set[str]
    ) -> frozenset[str]:
        """Which of the numbers `wanted` and of the earlier ones are those of accounts."""
        if not wanted or await self._rates.wait((MISSES, source)):
            return frozenset()
        for kept in earlier:
            wanted |= to_look_up(kept.text)
        found = await billing.numbers_among(session, wanted)
        if found:
            await self._rates.forget(MISSES, source)
        return found

    async def again(self, session: AsyncSession, fit: Fit) -> None:
        """Take out of what is kept already what the message has made a secret."""
        if not fit.whole.again:
            return
        pieces = fit.whole.pieces
        await unkeeping.rewrite(
            session,
            fit.inbound.conversation,
            fit.since,
            fit.whole.again,
            lambda text: scrubbed(text, pieces),
        )
