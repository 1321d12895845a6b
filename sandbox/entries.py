"""Visits to the hosted page: opened by the API, completed or abandoned by the member, valid for 30 minutes."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from backend.providers.payments.base import EntryResult, EntryStatus
from sandbox.charges import ChargeRefused
from sandbox.database import NetworkDatabase
from sandbox.instruments import Instrument

LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class CardEntry:
    """One visit: the columns of `entries` in order. `status` is "abandoned" as soon as its time is over."""

    id: str
    reference: str
    amount_cents: int
    description: str
    return_url: str
    status: EntryStatus
    token: str | None


class CardEntries:
    """All visits. Each public method is one transaction."""

    def __init__(self, database: NetworkDatabase) -> None:
        self._db = database

    def open(self, reference: str, amount_cents: int, description: str, return_url: str) -> str:
        """Open a visit and return its id: 192 random bits, because whoever has it may enter a card or account."""
        entry_id = secrets.token_urlsafe(24)
        with self._db.transaction():
            self._db.execute(
                "insert into entries values (?, ?, ?, ?, ?, 'pending', null, ?)",
                entry_id,
                reference,
                amount_cents,
                description,
                return_url,
                datetime.now(UTC).isoformat(),
            )
        return entry_id

    def get(self, entry_id: str) -> CardEntry:
        row = self._db.one("select * from entries where id = ?", entry_id)
        if row is None:
            raise ChargeRefused(404, "no_such_entry", "There is no such entry.")
        *columns, opened_at = row
        entry = CardEntry(*columns)
        expired = datetime.now(UTC) - datetime.fromisoformat(opened_at) > LIFETIME
        return replace(entry, status="abandoned") if expired and entry.status == "pending" else entry

    def complete(self, entry_id: str, instrument: Instrument) -> CardEntry:
        """Store the visit's card or account. The first one stays, however often the form is sent."""
        with self._db.transaction():
            if self.get(entry_id).status == "pending":
                token = self._save(instrument)
                self._db.execute("update entries set status = 'complete', token = ? where id = ?", token, entry_id)
            return self.get(entry_id)

    def keep(self, instrument: Instrument) -> str:
        """Store a card or account that came without a visit, from a carrier's connector; returns its token."""
        with self._db.transaction():
            return self._save(instrument)

    def _save(self, instrument: Instrument) -> str:
        token = f"tok_{secrets.token_urlsafe(18)}"
        self._db.save_method(token, instrument)
        return token

    def describe(self, token: str) -> EntryResult:
        """What a token stands for. Raises ChargeRefused for an unknown one."""
        method = self._db.method(token)
        if method is None:
            raise ChargeRefused(404, "invalid_token", "There is no card or account with this token.")
        return _to_result("complete", token, method)

    def abandon(self, entry_id: str) -> CardEntry:
        with self._db.transaction():
            self._db.execute("update entries set status = 'abandoned' where id = ? and status = 'pending'", entry_id)
            return self.get(entry_id)

    def result(self, entry_id: str) -> EntryResult:
        entry = self.get(entry_id)
        method = self._db.method(entry.token) if entry.token else None
        if method is None:
            return EntryResult(status=entry.status)
        return _to_result(entry.status, entry.token, method)


def _to_result(status: EntryStatus, token: str | None, method: Instrument) -> EntryResult:
    return EntryResult(
        status=status,
        token=token,
        kind=method.kind,
        brand=method.brand,
        last4=method.last4,
        exp_month=method.exp_month,
        exp_year=method.exp_year,
    )
