"""The sandbox network without a process in between, so that a test can break the line at any call.

What it answers is decided by the network's own code; only HTTP is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import TypeVar

from backend.providers.payments.base import (
    Charge,
    ChargeDetails,
    EntryResult,
    HostedEntry,
    MethodKind,
    NetworkNotice,
    ProviderRejected,
    ProviderTimeout,
    Refund,
    ReturnNotice,
)
from sandbox.charges import ChargeRefused, ChargeResult, Charges
from sandbox.database import NetworkDatabase
from sandbox.entries import CardEntries

T = TypeVar("T")


class DirectNetwork:
    """A payment provider. `before` and `after` are called with the name of each call, and may raise."""

    keypad_kinds: tuple[MethodKind, ...] = ("card", "bank")
    keypad_token_type = "reusable"

    def __init__(self) -> None:
        self.database = NetworkDatabase(":memory:")
        self.charges = Charges(self.database)
        self.calls: list[tuple[str, str]] = []
        self.before: Callable[[str], None] = lambda name: None
        self.after: Callable[[str], None] = lambda name: None
        self.entries: dict[str, EntryResult] = {}

    async def authorize(
        self, *, key: str, token: str, amount_cents: int, description: str, details: ChargeDetails
    ) -> Charge:
        named = asdict(details)
        return await self._charge(
            "authorize", key, lambda: self.charges.authorize(key, token, amount_cents, description, named)
        )

    async def capture(self, key: str) -> Charge:
        return await self._charge("post", key, lambda: self.charges.capture(key))

    async def void(self, key: str) -> Charge:
        return await self._charge("void", key, lambda: self.charges.void(key))

    async def find(self, key: str) -> Charge | None:
        return await self._call("find", key, lambda: self.charges.find(key))

    async def refund(self, *, key: str, charge_key: str, amount_cents: int, reason: str) -> Refund:
        made, _ = await self._call("refund", key, lambda: self.charges.refund(key, charge_key, amount_cents, reason))
        return made

    async def find_refund(self, key: str) -> Refund | None:
        return await self._call("find_refund", key, lambda: self.charges.find_refund(key))

    async def returns_since(self, cursor: int) -> list[ReturnNotice]:
        return await self._call("returns_since", str(cursor), lambda: self.charges.returns_since(cursor))

    async def notices_since(self, cursor: int) -> list[NetworkNotice]:
        return []

    async def receive_webhook(self, body: bytes, headers: Mapping[str, str]) -> bool:
        raise ProviderRejected("no_webhooks", "The sandbox network sends no webhooks.")

    async def open_entry(self, *, reference: str, amount_cents: int, description: str, return_url: str) -> HostedEntry:
        entry_id = f"entry-{len(self.entries)}"
        self.entries[entry_id] = EntryResult("pending")
        return HostedEntry(entry_id, f"https://network.example/entry/{entry_id}")

    async def read_keypad_entry(self, token: str) -> EntryResult:
        return await self._call("keypad", token, lambda: CardEntries(self.database).describe(token))

    async def entry_result(self, entry_id: str) -> EntryResult:
        return self.entries[entry_id]

    async def close(self) -> None:
        return None

    def taken_cents(self) -> int:
        """What the network has moved and not sent back."""
        rows = self.database.all("select amount_cents from charges where status = 'posted'")
        return sum(row["amount_cents"] for row in rows)

    def given_back_cents(self) -> int:
        """What the network has refunded or is about to."""
        rows = self.database.all("select amount_cents from refunds where status != 'failed'")
        return sum(row["amount_cents"] for row in rows)

    def held(self) -> list[str]:
        """Keys of charges that are reserved and neither taken nor let go."""
        return [row["key"] for row in self.database.all("select key from charges where status = 'authorized'")]

    def pass_days(self, days: int) -> date:
        to = self.database.today() + timedelta(days=days)
        self.charges.move_calendar(to)
        return to

    async def _charge(self, name: str, key: str, act: Callable[[], ChargeResult]) -> Charge:
        outcome = await self._call(name, key, act)
        if outcome.is_lost or outcome.charge is None:
            raise ProviderTimeout(name)
        return outcome.charge

    async def _call(self, name: str, key: str, act: Callable[[], T]) -> T:
        self.calls.append((name, key))
        await asyncio.sleep(0)  # as over a wire, others get their turn
        self.before(name)
        try:
            done = act()
        except ChargeRefused as refusal:
            raise ProviderRejected(refusal.code, str(refusal)) from None
        self.after(name)
        return done
