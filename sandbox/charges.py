"""The network's charges: authorize, capture, void, find, refund, and the returns of bank debits."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from sqlite3 import Row
from types import MappingProxyType
from typing import Any

from backend.banking_days import add_banking_days
from backend.providers.payments.base import KEY_PATTERN, Charge, Refund, ReturnNotice
from sandbox.database import NetworkDatabase
from sandbox.instruments import REFUND_AFTER_BANKING_DAYS, RETURN_AFTER_BANKING_DAYS, Instrument

MAX_CENTS = 99_999_999
RETURNS_PAGE = 500
CALENDAR_REACH = timedelta(days=3660)
NO_DETAILS: Mapping[str, Any] = MappingProxyType({})


class ChargeRefused(Exception):
    """A refused request, with its HTTP status and error code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """A charge. `is_new`: this request created it. `is_lost`: the answer must never reach the caller."""

    charge: Charge | None
    is_new: bool = False
    is_lost: bool = False


class Charges:
    """All charges. Each public method is one transaction."""

    def __init__(self, database: NetworkDatabase) -> None:
        self._db = database

    def authorize(
        self, key: str, token: str, amount_cents: int, description: str, details: Mapping[str, Any] = NO_DETAILS
    ) -> ChargeResult:
        _check_key_and_amount(key, amount_cents)
        with self._db.transaction():
            self._settle_due()
            known = self._row(key)
            if known:
                if (known["token"], known["amount_cents"], known["description"]) != (token, amount_cents, description):
                    raise ChargeRefused(
                        409, "idempotency_key_reused", "This key belongs to a charge with other details."
                    )
                return ChargeResult(_charge(known))
            return self._create(key, token, amount_cents, description, details)

    def capture(self, key: str) -> ChargeResult:
        with self._db.transaction():
            self._settle_due()
            row = self._existing(key)
            if row["status"] in ("posted", "returned"):
                return ChargeResult(_charge(row))
            if row["status"] != "authorized":
                raise ChargeRefused(409, "not_authorized", f"A charge that is {row['status']} cannot be posted.")
            method, today = self._method(row["token"]), self._db.today()
            comes_back = method.behavior == "return"
            return_on = add_banking_days(today, RETURN_AFTER_BANKING_DAYS).isoformat() if comes_back else None
            self._db.execute(
                "update charges set status = 'posted', posted_on = ?, return_on = ?, return_code = ? where key = ?",
                today.isoformat(),
                return_on,
                method.code if comes_back else None,
                key,
            )
            return ChargeResult(_charge(self._existing(key)), is_new=True, is_lost=method.behavior == "hang_post")

    def void(self, key: str) -> ChargeResult:
        with self._db.transaction():
            self._settle_due()
            row = self._existing(key)
            if row["status"] in ("posted", "returned"):
                raise ChargeRefused(409, "already_posted", "A posted charge cannot be voided.")
            if row["status"] == "declined":
                raise ChargeRefused(409, "not_voidable", "A declined charge holds nothing to void.")
            self._db.execute("update charges set status = 'voided' where key = ?", key)
            return ChargeResult(_charge(self._existing(key)))

    def find(self, key: str) -> Charge | None:
        with self._db.transaction():
            self._settle_due()
            row = self._row(key)
        return _charge(row) if row else None

    def details(self, key: str) -> dict[str, Any]:
        """What the charge was authorized with besides its amount; the first request's stay."""
        with self._db.transaction():
            details: dict[str, Any] = json.loads(self._existing(key)["details"])
        return details

    def refund(self, key: str, charge_key: str, amount_cents: int, reason: str) -> tuple[Refund, bool]:
        """The refund, and whether this request made it. Cards are refunded at once, the others on a later day."""
        _check_key_and_amount(key, amount_cents)
        with self._db.transaction():
            self._settle_due()
            known = self._db.one("select * from refunds where key = ?", key)
            if known:
                if (known["charge_key"], known["amount_cents"]) != (charge_key, amount_cents):
                    raise ChargeRefused(409, "idempotency_key_reused", "This key belongs to another refund.")
                return _refund(known), False
            row = self._existing(charge_key)
            if row["status"] != "posted":
                raise ChargeRefused(409, "not_refundable", f"A charge that is {row['status']} cannot be refunded.")
            if amount_cents > row["amount_cents"] - self._refunded_cents(charge_key):
                raise ChargeRefused(409, "refund_too_large", "There is not so much left of this charge.")
            method, today = self._method(row["token"]), self._db.today()
            fails, waits = method.behavior == "fail_refund", method.kind == "bank" or method.behavior == "fail_refund"
            self._db.execute(
                "insert into refunds (key, charge_key, ref, amount_cents, reason, status, decided_on, decision)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                key,
                charge_key,
                f"re_{secrets.token_hex(8)}",
                amount_cents,
                reason,
                "pending" if waits else "succeeded",
                add_banking_days(today, REFUND_AFTER_BANKING_DAYS).isoformat() if waits else None,
                "failed" if fails else "succeeded",
            )
            return _refund(self._existing_refund(key)), True

    def find_refund(self, key: str) -> Refund | None:
        with self._db.transaction():
            self._settle_due()
            row = self._db.one("select * from refunds where key = ?", key)
        return _refund(row) if row else None

    def returns_since(self, cursor: int) -> list[ReturnNotice]:
        with self._db.transaction():
            self._settle_due()
            rows = self._db.all("select * from returns where seq > ? order by seq limit ?", cursor, RETURNS_PAGE)
        return [
            ReturnNotice(row["seq"], row["key"], row["code"], date.fromisoformat(row["on_day"]), row["amount_cents"])
            for row in rows
        ]

    def move_calendar(self, to: date) -> None:
        """Set the network's business day. It never goes back: what happened on a day has happened."""
        with self._db.transaction():
            today = self._db.today()
            if not today <= to <= today + CALENDAR_REACH:
                raise ChargeRefused(409, "calendar_forward_only", f"Today is {today}: only forward, ten years at most.")
            self._db.move_calendar(to)
            self._settle_due()

    def _create(
        self, key: str, token: str, amount_cents: int, description: str, details: Mapping[str, Any]
    ) -> ChargeResult:
        method = self._method(token)
        # dropped only the first time, so that a retry gets through
        if method.behavior == "hang_lost" and self._db.execute("insert or ignore into lost values (?)", key).rowcount:
            return ChargeResult(None, is_lost=True)
        today = self._db.today()
        decline_code = method.code if method.behavior == "decline" else None
        if (
            decline_code is None
            and method.exp_year
            and (method.exp_year, method.exp_month or 12) < (today.year, today.month)
        ):
            decline_code = "expired_card"
        self._db.execute(
            "insert into charges (key, ref, token, amount_cents, description, details, kind, status, decline_code)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            key,
            f"ch_{secrets.token_hex(8)}",
            token,
            amount_cents,
            description,
            json.dumps(dict(details)),
            method.kind,
            "declined" if decline_code else "authorized",
            decline_code,
        )
        return ChargeResult(_charge(self._existing(key)), is_new=True, is_lost=method.behavior == "hang_made")

    def _settle_due(self) -> None:
        """Write the returns that are due, and what became of refunds. Called by every method, so that no background job
        is needed."""
        self._db.execute(
            "update refunds set status = decision where status = 'pending' and decided_on <= ?",
            self._db.today().isoformat(),
        )
        due = self._db.all(
            "select key, return_code, return_on, amount_cents from charges"
            " where status = 'posted' and return_on <= ? order by return_on, rowid",
            self._db.today().isoformat(),
        )
        for row in due:
            self._db.execute("insert into returns (key, code, on_day, amount_cents) values (?, ?, ?, ?)", *row)
            self._db.execute("update charges set status = 'returned' where key = ?", row["key"])

    def _refunded_cents(self, charge_key: str) -> int:
        query = (
            "select coalesce(sum(amount_cents), 0) as cents from refunds where charge_key = ? and status != 'failed'"
        )
        row = self._db.one(query, charge_key)
        return int(row["cents"]) if row else 0

    def _existing_refund(self, key: str) -> Row:
        row = self._db.one("select * from refunds where key = ?", key)
        assert row is not None
        return row

    def _method(self, token: str) -> Instrument:
        method = self._db.method(token)
        if method is None:
            raise ChargeRefused(422, "invalid_token", "The network knows no such token.")
        return method

    def _row(self, key: str) -> Row | None:
        return self._db.one("select * from charges where key = ?", key)

    def _existing(self, key: str) -> Row:
        row = self._row(key)
        if row is None:
            raise ChargeRefused(404, "no_such_charge", "No charge was made with this key.")
        return row


def _charge(row: Row) -> Charge:
    return Charge(row["key"], row["ref"], row["status"], row["amount_cents"], row["decline_code"], row["kind"])


def _refund(row: Row) -> Refund:
    return Refund(row["key"], row["charge_key"], row["ref"], row["amount_cents"], row["status"])


def _check_key_and_amount(key: str, amount_cents: int) -> None:
    if not KEY_PATTERN.fullmatch(key):
        raise ChargeRefused(422, "invalid_key", "Use 1 to 200 letters, digits and . _ : - as the key.")
    if not 0 < amount_cents <= MAX_CENTS:
        raise ChargeRefused(422, "invalid_amount", f"The amount must be 1 to {MAX_CENTS} cents.")
