"""Checks rows against the other files and the database: references must exist, and new rows must not exist yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, null, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backend.alerts.models import AlertSetting
from backend.autopay.models import AutoPay, LegacyDraft
from backend.billing.models import Account, Bill
from backend.db import Base
from backend.importing.errors import ErrorReport
from backend.importing.staging import Staging
from backend.logins.models import Login
from backend.members.models import Member
from backend.payments.models import PaymentMethod
from backend.usage.models import DailyReading, MeterReading

ACCOUNT_TABLES = ("bills", "usage", "usage_days", "drafts", "autopay", "alerts")
MEMBER_TABLES = ("accounts", "payment_methods")
ALREADY_EXISTS_TEXT = "is there already; what is there is changed elsewhere, not by an import"


async def check(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    """Report each row that refers to nothing or repeats a row of the database; stage the ids of what rows refer to."""
    await stage_ids(session, staging, report)
    _report_repeated(staging, report)
    await reject_taken_user_ids(session, staging, report)
    await _check_bills(session, staging, report)
    for table, model, column in (
        ("usage", MeterReading, MeterReading.month),
        ("usage_days", DailyReading, DailyReading.day),
        ("alerts", AlertSetting, AlertSetting.kind),
        ("drafts", LegacyDraft, None),
        ("autopay", AutoPay, None),
    ):
        await _check_account_rows(session, staging, report, table, model, column)
    await check_single_debit(session, staging, report)


async def stage_ids(
    session: AsyncSession,
    staging: Staging,
    report: ErrorReport,
    account_tables: Sequence[str] = ACCOUNT_TABLES,
) -> None:
    """Stage the ids of the members, accounts and methods that the rows name; NULL for those that the files bring.

    Reports each row that refers to nothing. `account_tables` are the staged tables with a column `account`.
    """
    await _stage_members(session, staging, report)
    await _stage_accounts(session, staging, report, account_tables)
    await _stage_methods(session, staging, report)


def _report_repeated(staging: Staging, report: ErrorReport) -> None:
    """Report members, accounts and methods that the database has already."""
    there = "SELECT m.line, m.number FROM members m JOIN member_ids i ON i.number = m.number WHERE i.id IS NOT NULL"
    for line, number in staging.rows(there):
        report.add("members.csv", line, f"member {number} {ALREADY_EXISTS_TEXT}")
    there = (
        "SELECT a.line, i.number FROM accounts a JOIN account_ids i ON i.number = a.member || '-' || a.separator "
        "WHERE i.id IS NOT NULL"
    )
    for line, number in staging.rows(there):
        report.add("accounts.csv", line, f"account {number} {ALREADY_EXISTS_TEXT}")
    there = (
        "SELECT p.line FROM payment_methods p JOIN method_ids m ON m.member = p.member AND m.token = p.token "
        "WHERE m.id IS NOT NULL"
    )
    for (line,) in staging.rows(there):
        report.add("payment_methods.csv", line, f"this member's token {ALREADY_EXISTS_TEXT}")


async def _stage_members(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    wanted = "SELECT number FROM members UNION SELECT member FROM accounts UNION SELECT member FROM payment_methods"
    if await _has_rows(session, Member):
        for batch in staging.batches(f"SELECT number FROM ({wanted}) WHERE number IS NOT NULL"):  # noqa: S608
            query = select(Member.number, Member.id).where(Member.number.in_([number for (number,) in batch]))
            staging.insert("member_ids", [tuple(row) for row in await session.execute(query)])
    staging.run("INSERT OR IGNORE INTO member_ids SELECT number, NULL FROM members WHERE number IS NOT NULL")
    for table in MEMBER_TABLES:
        _report_unknown(staging, report, table, "member", "member_ids")


async def reject_taken_user_ids(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    """Report user IDs that somebody in the database already has."""
    for batch in staging.batches("SELECT line, user_id FROM members WHERE user_id IS NOT NULL"):
        keys = [user_id for _line, user_id in batch]
        taken = set(await session.scalars(select(Login.user_key).where(Login.user_key.in_(keys))))
        for line, user_id in batch:
            if user_id in taken:
                report.add("members.csv", line, f"user ID {user_id} is there already")


async def _stage_accounts(
    session: AsyncSession, staging: Staging, report: ErrorReport, account_tables: Sequence[str]
) -> None:
    own = "SELECT member || '-' || separator AS number FROM accounts"
    wanted = " UNION ".join([own, *(f"SELECT DISTINCT account FROM {table}" for table in account_tables)])  # noqa: S608
    if await _has_rows(session, Account):
        for batch in staging.batches(f"SELECT number FROM ({wanted}) WHERE number IS NOT NULL"):  # noqa: S608
            query = (
                select(Account.number, Account.id, Member.number)
                .join(Member, Member.id == Account.member_id)
                .where(Account.number.in_([number for (number,) in batch]))
            )
            staging.insert("account_ids", [tuple(row) for row in await session.execute(query)])
    staging.run(
        "INSERT OR IGNORE INTO account_ids SELECT member || '-' || separator, NULL, member FROM accounts "
        "WHERE member IS NOT NULL AND separator IS NOT NULL"
    )
    for table in account_tables:
        _report_unknown(staging, report, table, "account", "account_ids")


def _report_unknown(staging: Staging, report: ErrorReport, table: str, column: str, ids: str) -> None:
    """Report rows whose number does not exist, with a hint where only leading zeros differ."""
    query = (
        f"SELECT line, {column} FROM {table} WHERE {column} IS NOT NULL "  # noqa: S608
        f"AND {column} NOT IN (SELECT number FROM {ids}) ORDER BY line"
    )
    near = f"SELECT number FROM {ids} WHERE ltrim(number, '0') = ltrim(?, '0') LIMIT 1"  # noqa: S608
    for line, number in staging.rows(query):
        like = staging.scalar(near, number) if not report.is_full else None
        hint = f"; {like} is there: did a spreadsheet drop or add zeros?" if like else ""
        report.add(f"{table}.csv", line, f"there is no {column} {number}{hint}")


async def _stage_methods(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    """Stage the ids of existing payment methods; report drafts and Auto Pay without one."""
    held = (
        "SELECT number FROM member_ids WHERE id IS NOT NULL UNION SELECT member FROM account_ids WHERE id IS NOT NULL"
    )
    for batch in staging.batches(held):
        query = (
            select(Member.number, PaymentMethod.token, PaymentMethod.id)
            .join(Member, Member.id == PaymentMethod.member_id)
            .where(Member.number.in_([number for (number,) in batch]), PaymentMethod.active)
        )
        staging.insert("method_ids", [tuple(row) for row in await session.execute(query)], ignore=True)
    staging.run(
        "INSERT OR IGNORE INTO method_ids SELECT member, token, NULL FROM payment_methods "
        "WHERE member IS NOT NULL AND token IS NOT NULL"
    )
    for table in ("drafts", "autopay"):
        lost = (
            f"SELECT t.line FROM {table} t JOIN account_ids i ON i.number = t.account "  # noqa: S608
            "LEFT JOIN method_ids m ON m.member = i.member AND m.token = t.token "
            "WHERE t.token IS NOT NULL AND m.token IS NULL ORDER BY t.line"
        )
        for (line,) in staging.rows(lost):
            report.add(f"{table}.csv", line, "this member has no payment method with that token")


async def _check_bills(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    if not await _has_rows(session, Bill):
        return
    for batch in staging.batches("SELECT number, line FROM bills WHERE number IS NOT NULL"):
        lines: dict[str, int] = dict(batch)
        for number in await session.scalars(select(Bill.number).where(Bill.number.in_(lines))):
            report.add("bills.csv", lines[number], f"bill {number} {ALREADY_EXISTS_TEXT}")


async def _check_account_rows(
    session: AsyncSession,
    staging: Staging,
    report: ErrorReport,
    table: str,
    model: type[Base],
    column: InstrumentedAttribute[Any] | None,
) -> None:
    """Report rows of existing accounts where the database has a row with the same account and `column`."""
    account_id: ColumnElement[int] = model.__table__.c.account_id
    name = column.key if column is not None else "account"
    staged = {"kind": "alert", "account": "account"}.get(name, name)
    query = (
        f"SELECT i.id, t.{staged}, t.line FROM {table} t JOIN account_ids i ON i.number = t.account "  # noqa: S608
        "WHERE i.id IS NOT NULL"
    )
    for batch in staging.batches(query):
        lines = {(id_, value if column is not None else None): line for id_, value, line in batch}
        held = select(account_id, column if column is not None else null())
        held = held.where(account_id.in_({id_ for id_, _value, _line in batch}))
        for id_, value in await session.execute(held):
            line = lines.get((id_, value.isoformat() if isinstance(value, date) else value))
            if line:
                report.add(f"{table}.csv", line, f"for this account it {ALREADY_EXISTS_TEXT}")


async def check_single_debit(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    """No account may have both a draft and Auto Pay, or each bill would be debited twice."""
    for line, account in staging.rows("SELECT a.line, a.account FROM autopay a JOIN drafts d ON d.account = a.account"):
        report.add("autopay.csv", line, f"account {account} has a draft too: it can have only one of them")
    for table, model in (("drafts", AutoPay), ("autopay", LegacyDraft)):
        query = (
            f"SELECT i.id, t.line FROM {table} t JOIN account_ids i ON i.number = t.account "  # noqa: S608
            "WHERE i.id IS NOT NULL"
        )
        for batch in staging.batches(query):
            lines: dict[int, int] = dict(batch)
            on = model.__table__.c
            for id_ in await session.scalars(select(on.account_id).where(on.account_id.in_(lines), on.active)):
                other = "Auto Pay" if model is AutoPay else "a draft"
                report.add(f"{table}.csv", lines[id_], f"this account has {other}: it can have only one of them")


async def _has_rows(session: AsyncSession, model: type[Base]) -> bool:
    return await session.scalar(select(model.__table__.c.id).limit(1)) is not None
