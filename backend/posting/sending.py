"""Sends movements by the billing provider's calls, each once.

A row is claimed in one transaction, the call is made outside any, and its outcome is written in another. A row whose
outcome is unknown (a timeout, a crash between the two) is looked up before it is sent again. Where the system cannot
be asked, it goes to review: a person looks, and nothing is sent twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

from sqlalchemy import select, update

from backend.audit import service as audit
from backend.posting import notices
from backend.posting.models import QueuedPosting
from backend.posting.order import due, first_of_account, payment_arrived
from backend.providers.billing.system import (
    BillingSystem,
    BillingSystemError,
    Posting,
    SystemRejected,
    SystemTimeout,
    SystemUnavailable,
)

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

JOB = "posting"
CALL_SECONDS = 60.0
SIDE_BY_SIDE = 8
PAGE = 400
MAX_FAILED_CALLS = 3
"""After so many calls in a row without an answer the run ends: the system is away."""
SYSTEM_WIDE = frozenset({"unauthorized", "unsupported"})
"""Refusals that say nothing about the movement."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to. `waiting`: nothing happened; `sending`: unknown. Both are tried again after a pause."""

    status: Literal["sent", "waiting", "sending", "failed", "review"]
    reference: str | None = None
    problem: str | None = None
    answered: bool = True
    refuses_all: bool = False


async def send_waiting(backend: Backend, system: BillingSystem) -> dict[str, int]:
    """Send all that may go now; returns how many tries had which outcome."""
    run = _Run(backend, system)
    await run.send_all()
    await notices.tell_unresolved(backend)
    if run.refusal:
        await notices.tell_trouble(backend, "refused", f"The billing system refuses every call: {run.refusal}.")
    return dict(run.counts)


async def review_unknown(backend: Backend) -> None:
    """Calls are not made any more: what an earlier one left unknown needs a person before it may go into a file."""
    abandoned = (QueuedPosting.status == "sending", due(backend.clock.now()))
    problem = "it may have arrived by the provider's call"
    async with backend.db.transaction() as session:
        await session.execute(update(QueuedPosting).where(*abandoned).values(status="review", problem=problem))
    await notices.tell_unresolved(backend)


class _Run:
    def __init__(self, backend: Backend, system: BillingSystem) -> None:
        self._backend = backend
        self._system = system
        self._unanswered = 0
        self.refusal: str | None = None
        self.counts: Counter[str] = Counter()

    @property
    def _over(self) -> bool:
        return self.refusal is not None or self._unanswered >= MAX_FAILED_CALLS

    async def send_all(self) -> None:
        while not self._over:
            waiting = deque(await self._list_ready())
            if not waiting:
                return
            workers = [asyncio.create_task(self._work(waiting)) for _ in range(min(SIDE_BY_SIDE, len(waiting)))]
            try:
                await asyncio.gather(*workers)
            finally:
                for worker in workers:
                    worker.cancel()

    async def _list_ready(self) -> list[int]:
        """The ids of the movements that may go now: at most one an account."""
        allowed = (due(self._backend.clock.now()), first_of_account(), payment_arrived())
        async with self._backend.db.read_session() as session:
            query = select(QueuedPosting.id).where(*allowed).order_by(QueuedPosting.id).limit(PAGE)
            return list(await session.scalars(query))

    async def _work(self, waiting: deque[int]) -> None:
        while waiting and not self._over:
            await self._send(waiting.popleft())

    async def _send(self, posting_id: int) -> None:
        claimed = await self._claim(posting_id)
        if claimed is None:
            return
        row, is_unknown = claimed
        outcome = await self._look_up(row) if is_unknown else None
        if outcome is None:
            outcome = await self._post(row)
        await self._record(row, outcome)
        self.counts[outcome.status] += 1
        self._unanswered = 0 if outcome.answered else self._unanswered + 1
        if outcome.refuses_all:
            self.refusal = outcome.problem

    async def _claim(self, posting_id: int) -> tuple[QueuedPosting, bool] | None:
        """The row, and whether an earlier try may have arrived. None when another process has it."""
        now = self._backend.clock.now()
        async with self._backend.db.transaction() as session:
            wanted = select(QueuedPosting).where(QueuedPosting.id == posting_id, due(now), payment_arrived())
            row = await session.scalar(wanted.with_for_update(skip_locked=True))
            if row is None:
                return None
            is_unknown = row.status == "sending"
            row.status, row.claimed_at, row.attempts = "sending", now, row.attempts + 1
        return row, is_unknown

    async def _look_up(self, row: QueuedPosting) -> Outcome | None:
        """What became of an earlier try. None when it did not arrive, so that it can be sent."""
        try:
            reference = await _call(self._system.find_posting(build_posting(row)))
        except SystemRejected as refusal:
            if refusal.code == "unauthorized":
                return Outcome("sending", problem=str(refusal), refuses_all=True)
            problem = f"it may have arrived, and the billing system cannot be asked ({refusal.code})"
            return Outcome("review", problem=problem)
        except BillingSystemError as trouble:
            return Outcome("sending", problem=f"it may have arrived: {trouble!r}", answered=False)
        return None if reference is None else Outcome("sent", reference)

    async def _post(self, row: QueuedPosting) -> Outcome:
        try:
            return Outcome("sent", await _call(self._system.post(build_posting(row))))
        except SystemUnavailable as trouble:
            return Outcome("waiting", problem=f"the billing system is away: {trouble}", answered=False)
        except SystemRejected as refusal:
            if refusal.code in SYSTEM_WIDE:
                return Outcome("waiting", problem=str(refusal), refuses_all=True)
            if refusal.code == "invalid_answer":  # it answered, so it may well have booked
                return Outcome("sending", problem=f"it may have arrived: {refusal}")
            return Outcome("failed", problem=f"{refusal.code}: {refusal}")
        except BillingSystemError as trouble:
            return Outcome("sending", problem=f"it may have arrived: {trouble!r}", answered=False)

    async def _record(self, row: QueuedPosting, outcome: Outcome) -> None:
        """Write the outcome, unless another process has taken the row over meanwhile."""
        backend, now = self._backend, self._backend.clock.now()
        is_open = outcome.status in ("waiting", "sending")
        values = {
            "status": outcome.status,
            "reference": (outcome.reference or "")[:80] or None,
            "problem": outcome.problem[:200] if outcome.problem else None,
            "sent_at": now if outcome.status == "sent" else None,
            "not_before": now + _pause(row.attempts) if is_open else None,
            "claimed_at": None,
        }
        mine = (QueuedPosting.id == row.id, QueuedPosting.status == "sending", QueuedPosting.attempts == row.attempts)
        async with backend.db.transaction() as session:
            written = await session.execute(
                update(QueuedPosting).where(*mine).values(values).returning(QueuedPosting.id)
            )
            if written.scalar_one_or_none() is None:
                logger.warning("posting %s was taken over by another process", row.id)
            elif not is_open:
                await audit.record_job_act(
                    session,
                    backend,
                    job=JOB,
                    act=f"posting_{outcome.status}",
                    account_id=row.account_id,
                    after={"key": row.key, "reference": outcome.reference, "problem": outcome.problem},
                )


async def _call(call: Awaitable[Result]) -> Result:
    """The answer within a minute. Whatever else goes wrong leaves the outcome unknown, as a timeout does."""
    try:
        async with asyncio.timeout(CALL_SECONDS):
            return await call
    except BillingSystemError:
        raise
    except TimeoutError:
        raise SystemTimeout(f"no answer in {CALL_SECONDS:.0f} seconds") from None
    except Exception as error:
        logger.exception("the billing system's provider failed")
        raise SystemTimeout(f"the provider failed: {type(error).__name__}") from error


def build_posting(row: QueuedPosting) -> Posting:
    """The movement as the billing system's provider takes it."""
    return Posting(
        key=row.key,
        kind=row.kind,  # type: ignore[arg-type]
        account_number=row.account_number,
        amount_cents=row.amount_cents,
        fee_cents=row.fee_cents,
        on=row.on_date,
        at=row.created_at,
        method_kind=row.method_kind,  # type: ignore[arg-type]
        confirmation=row.confirmation,
        channel=row.channel,
    )


def _pause(attempts: int) -> timedelta:
    """Half a minute, then twice as long each time, an hour at most."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
