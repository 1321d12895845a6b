"""A billing system that keeps the co-op's books, in memory: it can be slow, be away, or talk nonsense.

What an account owes is its charges less what was posted to it; a posting's key is booked once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from backend.providers.billing.system import (
    AccountFigures,
    BilledUsage,
    BillingSystemError,
    Posting,
    Prepaid,
    RemoteMember,
    SystemRejected,
)


@dataclass
class BillingSystemStandIn:
    """`books` are the figures by account number. `seconds` passes in each call; `trouble` is raised instead of an
    answer; `nonsense` is answered instead of the figures. `asked` are the numbers that were asked for; `is_asked` is
    set from the first of them on."""

    books: dict[str, AccountFigures] = field(default_factory=dict)
    seconds: float = 0.0
    trouble: BillingSystemError | None = None
    nonsense: AccountFigures | None = None
    asked: list[str] = field(default_factory=list)
    posted: dict[str, Posting] = field(default_factory=dict)
    changed: list[tuple[datetime, RemoteMember]] = field(default_factory=list)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    is_closed: bool = False

    def owe(
        self, number: str, cents: int, *, due_on: date | None = None, past_due: int = 0, prepaid: Prepaid | None = None
    ) -> None:
        """Write an account into the books."""
        self.books[number] = AccountFigures(cents, past_due, due_on, due_on, prepaid=prepaid)

    async def account_figures(self, account_number: str) -> AccountFigures:
        self.asked.append(account_number)
        self.is_asked.set()
        await self._answer()
        if self.nonsense is not None:
            return self.nonsense
        if account_number not in self.books:
            raise SystemRejected("unknown_account", account_number)
        return self.books[account_number]

    async def changed_since(self, since: datetime) -> Sequence[RemoteMember]:
        await self._answer()
        return [member for at, member in self.changed if at >= since]

    async def billed_usage(self, account_number: str, start: date, end: date) -> Sequence[BilledUsage]:
        await self._answer()
        return []

    async def post(self, posting: Posting) -> str:
        await self._answer()
        if posting.key not in self.posted:
            self.posted[posting.key] = posting
            now = self.books[posting.account_number]
            cents = -posting.amount_cents if posting.kind == "payment" else posting.amount_cents
            prepaid = now.prepaid and replace(now.prepaid, left_cents=now.prepaid.left_cents - cents)
            self.books[posting.account_number] = replace(
                now, amount_due_cents=now.amount_due_cents + cents, prepaid=prepaid
            )
        return f"ref-{posting.key}"

    async def find_posting(self, posting: Posting) -> str | None:
        await self._answer()
        return f"ref-{posting.key}" if posting.key in self.posted else None

    async def close(self) -> None:
        self.is_closed = True

    async def _answer(self) -> None:
        await asyncio.sleep(self.seconds)
        if self.trouble is not None:
            raise self.trouble
