"""The billing provider of a co-op whose books are in another system: its last word, and our own movements since.

docs/billing.md has the limits, and what is said while the other system is down.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing import figures
from backend.billing.models import Account, KnownFigures
from backend.billing.movements import sum_movements_not_in
from backend.clock import Clock, SystemClock
from backend.config import Settings
from backend.db import Database
from backend.providers.billing.base import AccountBalance, CounterPaymentFact, FiguresUnknown, PaymentFact, RefundFact
from backend.providers.billing.builtin import BuiltinBilling
from backend.providers.billing.system import (
    AccountFigures,
    BillingSystem,
    BillingSystemError,
    Prepaid,
    SystemRejected,
    SystemTimeout,
)

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 0.1
"""How often a process looks whether another one, which asks for the same account, has the answer."""
MOST_CENTS = 100_000_000
"""A million dollars. No account owes more: such an answer is in another unit, or is not ours."""


class RemoteBilling:
    """Reads what is owed from `system`. Our own ledger keeps our own movements, as with the built-in books."""

    def __init__(self, system: BillingSystem, settings: Settings, clock: Clock | None = None) -> None:
        self.system = system
        self._clock = clock or SystemClock(settings.clock_shift)
        self._timeout = float(settings.billing_timeout)
        self._own_books = BuiltinBilling()
        self._running: dict[int, asyncio.Task[None]] = {}

    async def refresh(self, db: Database, account_id: int) -> None:
        """As the interface says; those that ask at once for one account share one call."""
        running = self._running.get(account_id)
        if running is None:
            running = asyncio.create_task(self._refresh(db, account_id))
            self._running[account_id] = running
            running.add_done_callback(lambda _done: self._running.pop(account_id, None))
        # a turn that is given up on must not end the call that others wait for
        await asyncio.shield(running)

    async def balance(self, session: AsyncSession, account_id: int, today: date) -> AccountBalance:
        known = await figures.load(session, account_id)
        if known is None or known.as_of is None:
            raise FiguresUnknown(f"account {account_id}: the billing system has not said what is owed")
        since = await sum_movements_not_in(session, account_id, known.as_of)
        as_of = None if figures.is_current(known, self._clock.now()) else known.as_of
        if as_of:
            figures.note_stale(as_of)
        return _bring_up_to_date(known, since, as_of)

    async def payment_posted(self, session: AsyncSession, payment: PaymentFact) -> None:
        await self._own_books.payment_posted(session, payment)

    async def payment_returned(self, session: AsyncSession, payment: PaymentFact) -> None:
        await self._own_books.payment_returned(session, payment)

    async def refund_made(self, session: AsyncSession, refund: RefundFact) -> None:
        await self._own_books.refund_made(session, refund)

    async def refund_undone(self, session: AsyncSession, refund: RefundFact) -> None:
        await self._own_books.refund_undone(session, refund)

    async def refund_given(self, session: AsyncSession, refund: RefundFact) -> None:
        await self._own_books.refund_given(session, refund)

    async def counter_payment_taken(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        await self._own_books.counter_payment_taken(session, payment)

    async def counter_payment_undone(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        await self._own_books.counter_payment_undone(session, payment)

    async def close(self) -> None:
        for running in list(self._running.values()):
            running.cancel()
        await self.system.close()

    async def _refresh(self, db: Database, account_id: int) -> None:
        try:
            async with db.read_session() as session:
                known = await figures.load(session, account_id)
            now = self._clock.now()
            if known is not None and now - known.tried_at < figures.ASK_EVERY:
                return await self._wait_for_other(db, known)
            if not await figures.claim(db, account_id, now):
                async with db.read_session() as session:
                    known = await figures.load(session, account_id)
                return await self._wait_for_other(db, known) if known else None
            await self._ask(db, account_id, now)
        except Exception:  # whoever reads the figures next is told how old they are
            logger.exception("account %s: its figures could not be refreshed", account_id)

    async def _ask(self, db: Database, account_id: int, now: datetime) -> None:
        async with db.read_session() as session:
            number = await session.scalar(select(Account.number).where(Account.id == account_id))
        try:
            async with asyncio.timeout(self._timeout):
                found = await self.system.account_figures(str(number))
            _check(found)
        except Exception as error:
            reason = _name_failure(error)
            logger.warning("account %s: the billing system gave no figures: %s", account_id, reason)
            if reason == "error":
                logger.exception("account %s: the billing system's client has a fault", account_id)
            async with db.transaction() as session:
                await figures.store_failure(session, account_id, now, reason)
            return
        async with db.transaction() as session:
            await figures.store(session, account_id, now, found)

    async def _wait_for_other(self, db: Database, known: KnownFigures) -> None:
        """Wait until the process that asks has the answer; not longer than it would take to ask."""
        left = self._timeout
        while not figures.is_answered(known) and left > 0:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            left -= LOOK_AGAIN_SECONDS
            async with db.read_session() as session:
                known = await figures.load(session, known.account_id) or known


def _name_failure(error: Exception) -> str:
    if isinstance(error, SystemRejected):
        return error.code
    if isinstance(error, TimeoutError | SystemTimeout):
        return "timeout"
    return "unavailable" if isinstance(error, BillingSystemError) else "error"


def _check(found: AccountFigures) -> None:
    """Refuse what cannot be an account's figures. Raises SystemRejected("invalid_answer")."""
    amounts = [found.amount_due_cents, found.past_due_cents]
    amounts += [found.prepaid.left_cents] if found.prepaid else []
    if not all(type(cents) is int and abs(cents) <= MOST_CENTS for cents in amounts) or found.past_due_cents < 0:
        raise SystemRejected("invalid_answer", "amounts that no account can have")


def _bring_up_to_date(known: KnownFigures, since: int, as_of: datetime | None) -> AccountBalance:
    """The figures with our own movements `since` (cents added to the amount due) that they lack.

    A payment covers what is past due first. What a returned payment had covered is the other system's to say.
    """
    if known.is_prepaid:
        prepaid = _move_prepaid(Prepaid(known.prepaid_left_cents or 0, known.prepaid_days_left), -since)
        return AccountBalance(
            -prepaid.left_cents, None, 0, as_of=as_of, disconnect_on=known.disconnect_on, prepaid=prepaid
        )
    due = known.amount_due_cents + since
    past_due = max(0, min(known.past_due_cents + min(since, 0), due))
    due_on = known.due_on
    if due <= 0:
        due_on = None
    elif known.past_due_cents and not past_due:
        due_on = known.next_due_on
    return AccountBalance(
        amount_due_cents=due,
        due_on=due_on,
        past_due_cents=past_due,
        next_due_on=known.next_due_on if due > 0 else None,
        as_of=as_of,
        disconnect_on=known.disconnect_on,
    )


def _move_prepaid(prepaid: Prepaid, added: int) -> Prepaid:
    """What is left after `added` cents; the days grow or shrink with it, where there was anything to reckon from."""
    left, days = prepaid.left_cents + added, prepaid.days_left
    if added and days is not None:
        days = max(left, 0) * days // prepaid.left_cents if prepaid.left_cents > 0 and days > 0 else None
    return Prepaid(left, days)
