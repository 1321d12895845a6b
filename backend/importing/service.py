"""The import of a folder of CSV files: reads and checks everything, then writes everything in one transaction."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from backend.audit import service as audit
from backend.importing import existing_rows, plausibility
from backend.importing.alerts import ALERTS
from backend.importing.bills import BILLS, USAGE, USAGE_DAYS
from backend.importing.bulk_load import BulkLoader
from backend.importing.errors import ErrorReport, ImportRefused
from backend.importing.members import ACCOUNTS, MEMBERS
from backend.importing.payment_methods import AUTOPAY, DRAFTS, METHODS
from backend.importing.staging import Staging
from backend.importing.table import stage

if TYPE_CHECKING:
    from backend.app import Backend

TABLES = (MEMBERS, ACCOUNTS, BILLS, USAGE, USAGE_DAYS, METHODS, DRAFTS, AUTOPAY, ALERTS)
"""The files in an order in which none refers to a later one."""

ACTOR = "import"


async def import_folder(
    backend: Backend, folder: Path, *, check_only: bool = False, tell: Callable[[str], None] = lambda step: None
) -> dict[str, int]:
    """Import every file of the folder, or nothing; returns rows per table. Raises ImportRefused listing every error.

    `tell` is called with each step as it begins: with many rows a step takes a minute.
    """
    staging = Staging()
    try:
        report = ErrorReport(tuple(table.file for table in TABLES))
        _stage(folder, staging, report, tell)
        tell("Checking against the database ...")
        async with backend.db.read_session() as session:
            await existing_rows.check(session, staging, report)
            await plausibility.check(backend, session, staging, report)
        report.raise_if_any()
        if not check_only:
            await _write(backend, staging, tell)
        return {table.name: staging.scalar(f"SELECT count(*) FROM {table.name}") for table in TABLES}  # noqa: S608
    finally:
        staging.close()


def _stage(folder: Path, staging: Staging, report: ErrorReport, tell: Callable[[str], None]) -> None:
    names = {table.file for table in TABLES}
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    for name in sorted(present - names):
        if looks_like_import_file(name, {table.name for table in TABLES}):
            report.add(name, 0, f"is not one of the files that can be imported: {', '.join(sorted(names))}")
    if not present & names:
        report.add(str(folder), 0, f"has none of {', '.join(sorted(names))}")
    for table in TABLES:
        tell(f"Reading {table.file} ...")
        stage(table, folder, staging, report)


def looks_like_import_file(name: str, stems: Collection[str]) -> bool:
    """`BILLS.CSV`, `bills.csv.txt`, `members.xlsx`, `bills (2).csv`: ignoring them silently would lose their rows."""
    plain = name.casefold()
    if plain.startswith((".", "~$")):
        return False
    return plain.endswith((".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".ods")) or plain.split(".")[0] in stems


async def _write(backend: Backend, staging: Staging, tell: Callable[[str], None]) -> None:
    try:
        async with backend.db.transaction() as session:
            loader = BulkLoader(backend, session, staging, backend.clock.now())
            for table in TABLES:
                tell(f"Writing {table.name.replace('_', ' ')} ...")
                await table.load(loader)
            # last: the audit chain stays locked until the commit
            await audit.record_all(session, backend, _build_audit_acts(staging))
    except IntegrityError as error:
        raise ImportRefused(
            "nothing was imported: the database was changed meanwhile and has such a row already; run the import again"
            f" ({type(error.orig).__name__})"
        ) from None


def _build_audit_acts(staging: Staging) -> Iterator[audit.AuditAct]:
    """An audit row per account with its imported rows by table, and per existing member with new payment methods."""
    new = "SELECT member || '-' || separator AS number, 'accounts' AS what, 1 AS many FROM accounts"
    methods = (
        "SELECT a.member || '-' || a.separator, 'payment_methods', count(*) FROM payment_methods p "
        "JOIN accounts a ON a.member = p.member GROUP BY 1"
    )
    more = [
        f"SELECT account, '{table}', count(*) FROM {table} GROUP BY account"  # noqa: S608
        for table in existing_rows.ACCOUNT_TABLES
    ]
    counted = " UNION ALL ".join([new, methods, *more])
    query = (
        f"SELECT i.id, c.number, c.what, c.many FROM ({counted}) c "  # noqa: S608
        "JOIN account_ids i ON i.number = c.number ORDER BY c.number"
    )
    for (id_, number), rows in itertools.groupby(staging.rows(query), key=lambda row: (row[0], row[1])):
        counts = {what: count for _id, _number, what, count in rows}
        name = "account_imported" if counts.pop("accounts", 0) else "account_added_to"
        yield _build_audit_act(name, id_, {"number": number, **counts})
    old = "SELECT member, count(*) FROM payment_methods WHERE member NOT IN (SELECT number FROM members) GROUP BY 1"
    for number, count in staging.rows(old):
        yield _build_audit_act("member_added_to", None, {"number": number, "payment_methods": count})


def _build_audit_act(name: str, account_id: int | None, after: dict[str, Any]) -> audit.AuditAct:
    return audit.AuditAct(actor=ACTOR, level=0, channel="job", act=name, account_id=account_id, after=after)
