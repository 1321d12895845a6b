"""One yes to several accounts: it starts or schedules a payment for each, or none at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.consents.service import Agreement
from backend.payments.confirm import claim_quote, start_agreed
from backend.payments.group_models import PaymentGroup
from backend.payments.group_processing import process_group
from backend.payments.group_quotes import list_quotes, lock_accounts
from backend.payments.groups import list_made
from backend.payments.models import PENDING_STATUSES, Payment, Quote, ScheduledPayment
from backend.payments.prechecks import PaymentWarning
from backend.payments.processing import find_new_warnings

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

GroupOutcomeKind = Literal["paid", "scheduled", "declined", "partly", "pending", "expired", "changed", "already"]


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """`kind`, as in PaymentOutcome and looked up from the rows, and all that was made, in the order read out.

    declined: one was declined, and nothing was taken for any · partly: some were taken and some were not, which `made`
    tells one by one · pending: at least one has no outcome yet.
    """

    kind: GroupOutcomeKind
    made: tuple[Payment | ScheduledPayment, ...] = ()
    warnings: tuple[PaymentWarning, ...] = ()

    @property
    def declined(self) -> Payment | None:
        """The payment that was declined."""
        return next((item for item in self.made if item.status == "declined" and isinstance(item, Payment)), None)


class _NotOpen(Exception):
    """A part was not open any more: nothing of the group is started."""


async def confirm_group(
    backend: Backend, group_key: str, *, conversation_id: str, channel: str, wording: str, reply: str
) -> GroupOutcome:
    """Pay or schedule all that the member said yes to, as confirm_quote() does for one account.

    Repeats, also at the same time, come to one payment for each account.
    """
    try:
        started = await _start_or_repeat(backend, group_key, Agreement(conversation_id, 0, channel, wording, reply))
    except _NotOpen:
        return GroupOutcome("expired")
    if isinstance(started, GroupOutcome):
        return started
    group_id, repeated = started
    await process_group(backend, group_id, resumed=repeated, answering=True)
    async with backend.db.read_session() as session:
        return outcome_of(await list_made(session, group_key))


def outcome_of(made: Sequence[Payment | ScheduledPayment], *, repeated: bool = False) -> GroupOutcome:
    """What the statuses of a group's payments mean for its confirmation."""
    if made and all(isinstance(item, ScheduledPayment) for item in made):
        return GroupOutcome("already" if repeated else "scheduled", tuple(made))
    statuses = {item.status for item in made}
    kind: GroupOutcomeKind
    if statuses & set(PENDING_STATUSES):
        kind = "pending"
    elif statuses <= {"posted", "returned"}:
        kind = "already" if repeated else "paid"
    elif statuses & {"posted", "returned"}:
        kind = "partly"
    else:
        kind = "declined" if "declined" in statuses else "expired"
    return GroupOutcome(kind, tuple(made))


async def _start_or_repeat(backend: Backend, group_key: str, agreement: Agreement) -> GroupOutcome | tuple[int, bool]:
    """An outcome, or the id of the group to process and whether it was started before; one transaction."""
    async with backend.db.transaction() as session:
        quotes = await list_quotes(session, agreement.actor, group_key)
        if not quotes:
            return GroupOutcome("expired")
        await lock_accounts(session, [quote.account_id for quote in quotes])
        for quote in quotes:
            await session.refresh(quote)
        group_id = (await session.scalars(select(PaymentGroup.id).where(PaymentGroup.key == group_key))).one()
        if any(quote.confirmed_at for quote in quotes):
            outcome = outcome_of(await list_made(session, group_key), repeated=True)
            return (group_id, True) if outcome.kind == "pending" else outcome
        now = backend.clock.now()
        if any(quote.expires_at <= now for quote in quotes):
            return GroupOutcome("expired")
        warnings = [warning for quote in quotes for warning in await find_new_warnings(session, backend, quote)]
        if warnings:
            for quote in quotes:
                quote.expires_at = now  # what was read out is no longer true
            return GroupOutcome("changed", warnings=tuple(warnings))
        made = await _start_all(session, backend, quotes, agreement)
        return outcome_of(made) if isinstance(made[0], ScheduledPayment) else (group_id, False)


async def _start_all(
    session: AsyncSession, backend: Backend, quotes: Sequence[Quote], agreement: Agreement
) -> list[Payment | ScheduledPayment]:
    """Store a payment or a schedule for each quote, with a consent to each in the words of the one read-back."""
    made = []
    now = backend.clock.now()
    for quote in quotes:
        if not await claim_quote(session, quote, now):
            raise _NotOpen()
        own = Agreement(agreement.actor, quote.level, agreement.channel, agreement.wording, agreement.reply)
        made.append(await start_agreed(session, backend, quote, own))
    return made
