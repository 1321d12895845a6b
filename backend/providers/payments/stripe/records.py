"""Our own rows about charges, refunds and events at Stripe.

Stripe forgets an idempotency key after 24 hours, and its search lags behind. So a charge's intent is created, its id is
written down here, and only then is it confirmed: a question days later finds it, and an intent that no row names was
never confirmed and took nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from backend.db import Database
from backend.payments.models import NetworkCharge, NetworkEvent, NetworkRefund

PAGE = 200
RETURN = "return"
"""The kind of event that is a return; the other kinds are those of NetworkNotice."""


class ChargeRecords:
    """Rows of `network_charges`, `network_refunds` and `network_events`, each call in a transaction of its own."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, key: str) -> NetworkCharge | None:
        async with self._db.read_session() as session:
            return await session.scalar(select(NetworkCharge).where(NetworkCharge.key == key))

    async def find_by_ref(self, ref: str) -> NetworkCharge | None:
        async with self._db.read_session() as session:
            return await session.scalar(select(NetworkCharge).where(NetworkCharge.ref == ref))

    async def add(self, charge: NetworkCharge) -> NetworkCharge:
        """Write down a charge's intent, or return the row that another try of the same key wrote first."""
        if await self._insert(charge):
            return charge
        earlier = await self.find(charge.key)
        assert earlier is not None  # rows of charges are never removed
        return earlier

    async def mark_posted(self, charge: NetworkCharge, at: datetime) -> None:
        """Note that the bank was asked for the money: a failure from now on is a return, not a decline."""
        async with self._db.transaction() as session:
            unmarked = (NetworkCharge.id == charge.id, NetworkCharge.posted_at.is_(None))
            await session.execute(update(NetworkCharge).where(*unmarked).values(posted_at=at))

    async def mark_declined(self, charge: NetworkCharge, code: str) -> None:
        """Note why an intent was given up that Stripe itself only calls canceled."""
        charge.decline_code = code
        async with self._db.transaction() as session:
            row = NetworkCharge.id == charge.id
            await session.execute(update(NetworkCharge).where(row).values(decline_code=code))

    # refunds

    async def find_refund(self, key: str) -> NetworkRefund | None:
        async with self._db.read_session() as session:
            return await session.scalar(select(NetworkRefund).where(NetworkRefund.key == key))

    async def begin_refund(self, refund: NetworkRefund) -> NetworkRefund:
        """Write down that a refund is about to be asked for, or return the row of an earlier try."""
        while not await self._insert(refund):
            if earlier := await self.find_refund(refund.key):
                return earlier
        return refund

    async def set_refund_ref(self, key: str, ref: str) -> None:
        async with self._db.transaction() as session:
            await session.execute(update(NetworkRefund).where(NetworkRefund.key == key).values(ref=ref))

    async def drop_refund(self, key: str) -> None:
        """Forget a refund that Stripe refused, so that the key is free again."""
        async with self._db.transaction() as session:
            await session.execute(delete(NetworkRefund).where(NetworkRefund.key == key, NetworkRefund.ref.is_(None)))

    # events

    async def add_event(self, event: NetworkEvent) -> bool:
        """Keep an event once, however often Stripe sends it, and a charge's return once. False if it is known."""
        return await self._insert(event)

    async def events_since(self, cursor: int, kinds: Iterable[str]) -> list[NetworkEvent]:
        wanted = (NetworkEvent.id > cursor, NetworkEvent.kind.in_(tuple(kinds)))
        async with self._db.read_session() as session:
            rows = await session.scalars(select(NetworkEvent).where(*wanted).order_by(NetworkEvent.id).limit(PAGE))
            return list(rows)

    async def is_returned(self, key: str) -> bool:
        returned = (NetworkEvent.key == key, NetworkEvent.kind == RETURN)
        async with self._db.read_session() as session:
            return await session.scalar(select(NetworkEvent.id).where(*returned)) is not None

    async def _insert(self, row: Any) -> bool:
        """Insert a row; False when a unique key says that it is there already."""
        try:
            async with self._db.transaction() as session:
                session.add(row)
            return True
        except IntegrityError:
            return False
