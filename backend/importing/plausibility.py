"""Checks well-formed rows for what cannot be true: future dates, two bills for one period, the co-op's own phone as a
member's, email alerts to a member without an address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Bill
from backend.contact.own_contacts import list_own_phones
from backend.importing.emails import is_reserved_domain
from backend.importing.errors import ErrorReport
from backend.importing.staging import Staging
from backend.members.models import Member
from backend.reading.contact import phone_numbers

if TYPE_CHECKING:
    from backend.app import Backend

MAX_OVERLAP_DAYS = 3
"""Days that two consecutive bills may share."""
MAX_CARD_YEARS = 25  # from now until a card expires


async def check(backend: Backend, session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    """Report every such row. Uses the ids that `existing_rows.check` staged, so it must run after it."""
    _check_future_days(backend, staging, report)
    _check_before_opening(staging, report)
    _check_lost_zeros(staging, report)
    _check_coop_contacts(backend, staging, report)
    _check_tokens(backend, staging, report)
    await _check_periods(session, staging, report)
    await _check_undeliverable_mail(session, staging, report)
    if backend.settings.production:
        _check_fictional_phones(staging, report)


def _check_future_days(backend: Backend, staging: Staging, report: ErrorReport) -> None:
    today = backend.today()
    for file, column in (("bills", "issued_on"), ("bills", "period_start"), ("accounts", "opened_on"),
                         ("usage_days", "day")):  # fmt: skip
        query = f"SELECT line, {column} FROM {file} WHERE {column} > ? ORDER BY line"  # noqa: S608
        for line, day in staging.rows(query, today.isoformat()):
            if column == "period_start" and staging.scalar("SELECT NOT kwh FROM bills WHERE line = ?", line):
                continue  # billed ahead
            report.add(f"{file}.csv", line, f'{column} "{day}" is after today, {today}')
    for line, month in staging.rows("SELECT line, month FROM usage WHERE month > ? ORDER BY line", today.isoformat()):
        report.add("usage.csv", line, f'month "{month[:7]}" is after this one, {today:%Y-%m}')
    latest = today.year + MAX_CARD_YEARS
    for line, year in staging.rows("SELECT line, exp_year FROM payment_methods WHERE exp_year > ?", latest):
        report.add("payment_methods.csv", line, f'exp_year "{year}" is more than {MAX_CARD_YEARS} years from now')


def _check_before_opening(staging: Staging, report: ErrorReport) -> None:
    """What an account used before it was opened belongs to the member before: it must not be shown."""
    opened = "JOIN accounts a ON t.account = a.member || '-' || a.separator AND a.opened_on IS NOT NULL"
    staging.run("CREATE INDEX accounts_number ON accounts (member || '-' || separator)")
    for table, column, last in (
        ("bills", "period_end", "t.period_end"),
        ("usage", "month", "substr(t.month, 1, 7)"),
        ("usage_days", "day", "t.day"),
    ):
        query = (
            f"SELECT t.line, {last}, a.opened_on FROM {table} t {opened} "  # noqa: S608
            f"WHERE {last} < substr(a.opened_on, 1, length({last})) ORDER BY t.line"
        )
        for line, day, since in staging.rows(query):
            report.add(f"{table}.csv", line, f'{column} "{day}" is before {since}, the opened_on of the account')


def _check_lost_zeros(staging: Staging, report: ErrorReport) -> None:
    """One member listed twice, with and without the leading zeros that a spreadsheet dropped."""
    query = (
        "SELECT line, number, first FROM (SELECT line, number, "
        "first_value(number) OVER (PARTITION BY ltrim(number, '0') ORDER BY line) AS first "
        "FROM members WHERE number IS NOT NULL) WHERE number <> first ORDER BY line"
    )
    for line, number, first in staging.rows(query):
        report.add("members.csv", line, f'number "{number}" is {first} but for its zeros: are they one member?')


def _check_coop_contacts(backend: Backend, staging: Staging, report: ErrorReport) -> None:
    coop = backend.coop
    for phone in sorted(list_own_phones(backend)):
        for (line,) in staging.rows("SELECT line FROM members WHERE phone = ? ORDER BY line", phone):
            report.add("members.csv", line, f"phone {phone} is the co-op's own: give the member's")
    for line, address in staging.rows("SELECT line, email FROM members WHERE lower(email) = ?", coop.email.lower()):
        report.add("members.csv", line, f"email {address} is the co-op's own: give the member's, or leave it empty")


async def _check_periods(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    """Report two charges for the same days, unless there is also a credit for them, which makes it a correction.

    Periods may share `MAX_OVERLAP_DAYS`: some billing systems count the day of the reading in both periods, others
    count thirty days back from it. So the column `until` is the day from which on the next bill may begin.
    """
    staging.run(
        "CREATE TABLE periods (line INT, number TEXT, account TEXT, first TEXT, last TEXT, until TEXT, charge INT)"
    )
    staging.run(
        "INSERT INTO periods SELECT line, number, account, period_start, period_end, "  # noqa: S608
        f"max(period_start, date(period_end, '-{MAX_OVERLAP_DAYS - 1} days')), amount_cents >= 0 FROM bills "
        "WHERE account IS NOT NULL AND period_start <= period_end AND amount_cents IS NOT NULL"
    )
    await _stage_existing_periods(session, staging)
    staging.run("CREATE INDEX periods_account ON periods (account)")
    for line, _number, account, first, last in _find_overlaps(staging):
        other_bill = "another bill for them"
        if not report.is_full:
            if staging.scalar(
                f"SELECT 1 FROM periods WHERE NOT charge AND {_OVERLAP_SQL} LIMIT 1",  # noqa: S608
                account,
                last,
                first,
                first,
            ):
                continue
            other = (
                "SELECT number FROM periods WHERE charge AND number IS NOT NULL AND line IS NOT ? "  # noqa: S608
                f"AND {_OVERLAP_SQL} ORDER BY first LIMIT 1"
            )
            if known := staging.scalar(other, line, account, last, first, first):
                other_bill = f"the bill {known}"
        report.add(
            "bills.csv",
            line,
            f"its days {first} to {last} are billed already: account {account} has {other_bill}",
        )


_OVERLAP_SQL = "account = ? AND ((first < ? AND until > ?) OR first = ?)"


def _find_overlaps(staging: Staging) -> Iterator[tuple[int, str, str, str, str]]:
    """Charges of the file that begin before another charge of the same account has ended."""
    window = "OVER (PARTITION BY account ORDER BY first, line IS NOT NULL, line ROWS BETWEEN {})"
    before, after = window.format("UNBOUNDED PRECEDING AND 1 PRECEDING"), window.format("1 FOLLOWING AND 1 FOLLOWING")
    query = (
        "SELECT line, number, account, first, last FROM (SELECT *, "  # noqa: S608
        f"max(until) {before} AS ended, max(first) {before} AS begun, "
        f"max(first) {after} AS next, max(line IS NULL) {after} AS held FROM periods WHERE charge) "
        "WHERE line IS NOT NULL AND (first < ended OR first = begun OR (held AND until > next)) ORDER BY line"
    )
    yield from list(staging.rows(query))


async def _stage_existing_periods(session: AsyncSession, staging: Staging) -> None:
    """Stage the existing bills of the accounts in the file, from its earliest period on."""
    earliest = staging.scalar("SELECT min(first) FROM periods")
    query = (
        "SELECT DISTINCT i.id, i.number FROM account_ids i JOIN periods p ON p.account = i.number WHERE i.id NOT NULL"
    )
    for batch in list(staging.batches(query)):
        names: dict[int, str] = dict(batch)
        held = await session.execute(
            select(Bill.account_id, Bill.number, Bill.period_start, Bill.period_end, Bill.amount_cents).where(
                Bill.account_id.in_(names), Bill.period_end >= date.fromisoformat(earliest)
            )
        )
        rows: list[tuple[Any, ...]] = []
        for id_, number, first, last, amount in held:
            until = max(first, last - timedelta(days=MAX_OVERLAP_DAYS - 1))
            days = (first.isoformat(), last.isoformat(), until.isoformat())
            rows.append((None, number, names[id_], *days, amount >= 0))
        staging.insert("periods", rows)
    # existing_rows has already reported a repeated bill
    staging.run("DELETE FROM periods WHERE line IS NULL AND number IN (SELECT number FROM bills)")


async def _check_undeliverable_mail(session: AsyncSession, staging: Staging, report: ErrorReport) -> None:
    query = (
        "SELECT a.line, a.alert, i.member, m.line FROM alerts a JOIN account_ids i ON i.number = a.account "
        "LEFT JOIN members m ON m.number = i.member WHERE a.ways = 'email' AND m.email IS NULL"
    )
    for batch in list(staging.batches(query)):
        elsewhere = {member for _, _, member, line in batch if line is None}
        have = set(
            await session.scalars(select(Member.number).where(Member.number.in_(elsewhere), Member.email.is_not(None)))
        )
        for line, alert, member, _ in batch:
            if member not in have:
                report.add("alerts.csv", line, f"{alert} goes by email, but member {member} has none")


def _check_fictional_phones(staging: Staging, report: ErrorReport) -> None:
    """No carrier serves area code 555, which the demo uses: in production a text to it would be lost silently."""
    for line, phone in staging.rows("SELECT line, phone FROM members WHERE phone IS NOT NULL ORDER BY line"):
        if phone_numbers.is_fictional(phone):
            report.add("members.csv", line, "phone is in the area 555, which no carrier serves: it is for trying alone")
    for line, address in staging.rows("SELECT line, email FROM members WHERE email IS NOT NULL ORDER BY line"):
        if is_reserved_domain(address):
            report.add("members.csv", line, "email is in a domain kept for examples: it is for trying alone")


def _check_tokens(backend: Backend, staging: Staging, report: ErrorReport) -> None:
    """Where the payment network's tokens have a form: another one would fail only when Auto Pay debits it."""
    pattern = getattr(backend.payments, "saved_tokens", None)
    if pattern is None:
        return
    form = getattr(backend.payments, "saved_tokens_form", "")
    query = "SELECT line, token, kind FROM payment_methods WHERE token IS NOT NULL ORDER BY line"
    for line, token, kind in staging.rows(query):
        if not pattern.fullmatch(token):
            text = f"token is none of PAYMENT_PROVIDER={backend.settings.payment_provider}, such as {form}"
            report.add("payment_methods.csv", line, text)
        elif kind and not token.startswith(f"{kind}:"):
            report.add("payment_methods.csv", line, f"token is not of a {kind}, as the column kind says")
